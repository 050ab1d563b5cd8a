"""Edits and deletions of what was sent."""

from typing import Any

from sandbox.telegram.chats import Chat, Kept, Message
from sandbox.telegram.failures import bad_request
from sandbox.telegram.limits import DELETE_WITHIN_S
from sandbox.telegram.markup import Markup, read_markup
from sandbox.telegram.methods.call import Call
from sandbox.telegram.texts import read_caption, read_text

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TEXT = ("text", "entities")
CAPTION = ("caption", "caption_entities")


async def edit_text(call: Call) -> Message:
    text, entities = read_text(call.arguments)
    chat, kept = _editable(call)
    if "text" not in kept.message:
        raise bad_request("there is no text in the message to edit")
    return _save(call, chat, kept, TEXT, text, entities)


async def edit_caption(call: Call) -> Message:
    caption, entities = read_caption(call.arguments)
    chat, kept = _editable(call)
    if not {"photo", "document"} & kept.message.keys():
        raise bad_request("there is no caption in the message to edit")
    return _save(call, chat, kept, CAPTION, caption, entities)


async def edit_reply_markup(call: Call) -> Message:
    chat, kept = _editable(call)
    return _replace(call, chat, kept, dict(kept.message))


async def delete_message(call: Call) -> bool:
    chat, _ = call.recipient()
    kept = call.message(chat, "message_id", "message to delete not found")
    if call.platform.clock() - kept.message["date"] > DELETE_WITHIN_S:
        raise bad_request("message can't be deleted for everyone")
    call.platform.remove(chat.bot, chat.person, kept.message["message_id"])
    return True


async def delete_messages(call: Call) -> bool:
    """Those that are not there are passed over, as on the real platform."""
    chat, _ = call.recipient()
    wanted = call.arguments.structure("message_ids")
    if not isinstance(wanted, list) or not all(isinstance(each, int) for each in wanted):
        raise bad_request("can't parse message identifiers")
    for message_id in wanted[:100]:
        if call.platform.chats.message(chat.bot, chat.person, message_id):
            call.platform.remove(chat.bot, chat.person, message_id)
    return True


def _editable(call: Call) -> tuple[Chat, Kept]:
    chat, _ = call.recipient()
    kept = call.message(chat, "message_id", "message to edit not found")
    if not kept.outgoing:
        raise bad_request("message can't be edited")
    return chat, kept


def _save(call: Call, chat: Chat, kept: Kept, names: tuple[str, str], text: str, entities: list[Any]) -> Message:
    message = {key: value for key, value in kept.message.items() if key not in names}
    message |= {names[0]: text} if text else {}
    message |= {names[1]: entities} if entities else {}
    return _replace(call, chat, kept, message)


def _replace(call: Call, chat: Chat, kept: Kept, message: Message) -> Message:
    """An edit without markup takes the inline keyboard away."""
    markup = _inline_only(read_markup(call.arguments))
    message.pop("reply_markup", None)
    if markup and markup["inline_keyboard"]:
        message["reply_markup"] = markup
    if message == kept.message:
        raise bad_request(NOT_MODIFIED)
    message["edit_date"] = int(call.platform.clock())
    call.platform.replace(call.bot, chat.person, kept, message)
    return message


def _inline_only(markup: Markup | None) -> Markup | None:
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup

"""`POST /{page}/messages`, the Send API: a message, or a sign that the Page is typing or has read.

{"recipient": {"id"}, "messaging_type", "tag", "message" or "sender_action", "reply_to": {"mid"}}, as JSON or as a form
with `filedata` -> {"recipient_id", "message_id", "attachment_id"?}
"""

from typing import Any

from sandbox.graph.arguments import Arguments
from sandbox.messenger import failures, given
from sandbox.messenger.chats import Chat
from sandbox.messenger.contents import MEDIA, Reader
from sandbox.messenger.limits import (
    MESSAGING_TYPES,
    SENDER_ACTIONS,
    TAG_WINDOWS_S,
    TAGS_WITHDRAWN,
    WINDOW_S,
)
from sandbox.messenger.pages import Page
from sandbox.messenger.platform import Platform


async def send(platform: Platform, page: Page, arguments: Arguments) -> dict[str, Any]:
    """Raises GraphRefused."""
    chat = _recipient(platform, page, arguments)
    action, message = arguments.text("sender_action"), arguments.structure("message")
    if not action and message is None:
        raise failures.bad("Must send either message or state", 2018015)
    if action and message is not None:
        raise failures.bad("Cannot send both message and state at the same time")
    if action:
        return _act(platform, chat, given.one_of(action, "sender_action", SENDER_ACTIONS))
    return await _message(platform, page, chat, arguments, given.mapping(message, "message"))


async def upload(platform: Platform, page: Page, arguments: Arguments) -> dict[str, Any]:
    """`POST /{page}/message_attachments`: keeps a file for later. Raises GraphRefused."""
    message = given.mapping(arguments.structure("message"), "message")
    attachment = given.mapping(given.required(message, "attachment", "message"), "message[attachment]")
    kind = given.one_of(attachment.get("type"), "message[attachment][type]", MEDIA)
    file = await _reader(platform, page, arguments).file(kind, attachment.get("payload") or {})
    return {"attachment_id": file.id}


def _recipient(platform: Platform, page: Page, arguments: Arguments) -> Chat:
    recipient = arguments.structure("recipient")
    if recipient is None:
        raise failures.bad("The parameter recipient is required")
    psid = given.mapping(recipient, "recipient").get("id")
    if not psid:
        raise failures.bad("Param recipient must have an id")
    chat = platform.chats.by_psid(page.id, str(psid))
    if chat is None:
        raise failures.stranger()
    if chat.blocked:
        raise failures.unavailable_person()
    platform.pace.take(page.id)
    return chat


def _act(platform: Platform, chat: Chat, action: str) -> dict[str, Any]:
    if action == "mark_seen":
        platform.page_read(chat)
    else:
        _check_window(platform, chat, WINDOW_S)
        platform.tell(chat, "typing" if action == "typing_on" else "typing_off", action=action)
    return {"recipient_id": chat.psid}


async def _message(
    platform: Platform, page: Page, chat: Chat, arguments: Arguments, message: dict[str, Any]
) -> dict[str, Any]:
    _check_kind(platform, chat, arguments, "template" in message)
    content = await _reader(platform, page, arguments).message(message)
    reply_to = given.mapping(arguments.structure("reply_to") or {}, "reply_to").get("mid")
    if reply_to:
        if platform.chats.by_mid(page.id, chat.person, str(reply_to)) is None:
            raise failures.bad("Invalid message id in reply_to")
        content["reply_to"] = reply_to
    kept = platform.post(page, chat, content)
    answer = {"recipient_id": chat.psid, "message_id": kept.mid}
    wanted = ((message.get("attachment") or {}).get("payload") or {}).get("is_reusable")
    return answer | ({"attachment_id": content["file"]} if wanted and "file" in content else {})


def _check_kind(platform: Platform, chat: Chat, arguments: Arguments, template: bool) -> None:
    """Whether a message of this type may go now. The documents' own examples leave the type out; then it answers."""
    kind = arguments.text("messaging_type") or ("UTILITY" if template else "RESPONSE")
    given.one_of(kind, "messaging_type", MESSAGING_TYPES)
    if (kind == "UTILITY") != template:
        raise failures.bad("Param message[template] goes with the messaging_type UTILITY, and only with it")
    if kind == "MESSAGE_TAG":
        _check_window(platform, chat, TAG_WINDOWS_S[_tag(arguments)])
    elif kind != "UTILITY":
        _check_window(platform, chat, WINDOW_S)


def _tag(arguments: Arguments) -> str:
    tag = arguments.text("tag")
    if not tag:
        raise failures.bad("Param tag is required with the messaging_type MESSAGE_TAG")
    if tag in TAGS_WITHDRAWN:
        raise failures.bad("Invalid parameter")
    return given.one_of(tag, "tag", tuple(TAG_WINDOWS_S))


def _check_window(platform: Platform, chat: Chat, window_s: float) -> None:
    if platform.clock() - chat.written_at > window_s:
        raise failures.window_closed()


def _reader(platform: Platform, page: Page, arguments: Arguments) -> Reader:
    return Reader(page, platform.files, platform.templates, platform.clock(), arguments.files.get("filedata"))

"""The methods of the Bot API, by name; the platform takes names in any case."""

from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.bots import Bot
from sandbox.telegram.failures import Refused, not_found
from sandbox.telegram.methods import about, answering, changing, media, sending, webhooks
from sandbox.telegram.methods.call import Call, Method
from sandbox.telegram.platform import Platform

METHODS: dict[str, Method] = {
    "getMe": about.get_me,
    "getChat": about.get_chat,
    "setMyName": about.set_my_name,
    "getMyName": about.get_my_name,
    "setMyDescription": about.set_my_description,
    "getMyDescription": about.get_my_description,
    "setMyShortDescription": about.set_my_short_description,
    "getMyShortDescription": about.get_my_short_description,
    "setMyCommands": about.set_my_commands,
    "getMyCommands": about.get_my_commands,
    "deleteMyCommands": about.delete_my_commands,
    "setWebhook": webhooks.set_webhook,
    "deleteWebhook": webhooks.delete_webhook,
    "getWebhookInfo": webhooks.get_webhook_info,
    "getUpdates": webhooks.get_updates,
    "sendMessage": sending.send_message,
    "sendLocation": sending.send_location,
    "sendContact": sending.send_contact,
    "sendPhoto": media.send_photo,
    "sendDocument": media.send_document,
    "getFile": media.get_file,
    "sendChatAction": answering.send_chat_action,
    "answerCallbackQuery": answering.answer_callback_query,
    "editMessageText": changing.edit_text,
    "editMessageCaption": changing.edit_caption,
    "editMessageReplyMarkup": changing.edit_reply_markup,
    "deleteMessage": changing.delete_message,
    "deleteMessages": changing.delete_messages,
}
BY_LOWER_NAME = {name.lower(): method for name, method in METHODS.items()}


async def run(call: Call, name: str) -> Any:
    """The `result` of a call. Raises Refused."""
    method = BY_LOWER_NAME.get(name.lower())
    if method is None:
        raise not_found()
    return await method(call)


async def run_from_webhook(platform: Platform, bot: Bot, body: dict[str, Any]) -> None:
    """A call that came in the answer of a webhook; its result reaches nobody, as on the real platform."""
    values = {key: value for key, value in body.items() if key != "method"}
    try:
        await run(Call(platform, bot, Arguments(values)), body["method"])
    except Refused as refusal:
        platform.note_webhook_error(bot.id, f"Method in the answer failed: {refusal.description}")

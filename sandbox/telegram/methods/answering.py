"""Small signs to a person: typing, and the answer to a tapped button."""

from sandbox.telegram.failures import bad_request
from sandbox.telegram.limits import CALLBACK_ANSWER_MAX, CALLBACK_ANSWER_WITHIN_S
from sandbox.telegram.methods.call import Call

ACTIONS = (
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
)  # fmt: skip
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


async def send_chat_action(call: Call) -> bool:
    action = call.arguments.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    _, person = call.recipient()
    call.platform.tell(call.bot.id, person.id, "typing", action=action)
    return True


async def answer_callback_query(call: Call) -> bool:
    text = call.arguments.text("text")
    if len(text) > CALLBACK_ANSWER_MAX:
        raise bad_request("MESSAGE_TOO_LONG")
    query = call.platform.queries.take(call.bot.id, call.arguments.text("callback_query_id"))
    if query is None or call.platform.clock() - query.at > CALLBACK_ANSWER_WITHIN_S:
        raise bad_request(TOO_OLD)
    call.platform.tell(
        call.bot.id, query.person, "answered", query=str(query.id), text=text, alert=call.arguments.flag("show_alert")
    )
    return True

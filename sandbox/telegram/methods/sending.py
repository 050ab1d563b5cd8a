"""Messages without a file: words, places, contacts."""

from typing import Any

from sandbox.telegram.failures import bad_request
from sandbox.telegram.markup import read_markup
from sandbox.telegram.methods.call import Call
from sandbox.telegram.texts import read_text


async def send_message(call: Call) -> dict[str, Any]:
    text, entities = read_text(call.arguments)
    content: dict[str, Any] = {"text": text} | ({"entities": entities} if entities else {})
    return post(call, content)


async def send_location(call: Call) -> dict[str, Any]:
    latitude, longitude = call.arguments.number("latitude"), call.arguments.number("longitude")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise bad_request("wrong latitude or longitude specified")
    return post(call, {"location": {"latitude": latitude, "longitude": longitude}})


async def send_contact(call: Call) -> dict[str, Any]:
    phone, first_name = call.arguments.text("phone_number"), call.arguments.text("first_name")
    if not phone or not first_name:
        raise bad_request("phone number and first name must be non-empty")
    return post(call, {"contact": {"phone_number": phone, "first_name": first_name}})


def post(call: Call, content: dict[str, Any]) -> dict[str, Any]:
    """What every new message of a bot goes through, in the platform's order: the call is read whole, then sent."""
    markup = read_markup(call.arguments)
    chat, person = call.recipient()
    content |= call.replied(chat)
    if markup:
        content["reply_markup"] = markup
    if call.arguments.flag("protect_content"):
        content["has_protected_content"] = True
    return call.platform.post(call.bot, chat, person, content)

"""`POST /{phone_number_id}/messages`: reads the call whole, accepts it, and has it delivered.

What can be seen from the call alone is refused at once. Whether the person can be reached, whether the window is open
and whether a link leads to a picture shows only afterwards, in a failed status, as on the real platform.
"""

import asyncio
from typing import Any

from sandbox.graph.faults import Fault
from sandbox.graph.platform import Call
from sandbox.phones.people import Person
from sandbox.whatsapp.chats import Kept, Message
from sandbox.whatsapp.contents import check_message, media_of, unknown_message
from sandbox.whatsapp.failures import bad_param, missing, refused
from sandbox.whatsapp.limits import MEDIA, MEDIA_KEPT_S
from sandbox.whatsapp.links import NotFetched, fetch, with_id
from sandbox.whatsapp.numbers import Number
from sandbox.whatsapp.people import recipient
from sandbox.whatsapp.platform import Platform, Refusal, new_wamid
from sandbox.whatsapp.templates import filled

FAILS = "fails"


async def send(platform: Platform, call: Call) -> dict[str, Any]:
    """Raises GraphRefused."""
    if not call.id.isascii() or not call.id.isdigit():
        raise bad_param("phone_number_id", "must be the id of a business number.")
    number, values = platform.number_of(call.id), call.arguments.values
    if values.get("messaging_product") != "whatsapp":
        raise missing("messaging_product")
    if values.get("status") == "read":
        return _read(platform, number, values)
    to = str(values.get("to") or values.get("recipient") or "")
    if not to:
        raise missing("to")
    message = _complete(platform, number, values, check_message(values))
    person = _person(platform, values)
    platform.pace.take(number.id, to)
    wamid = new_wamid(person.phone if person else to)
    _have_delivered(platform, number, wamid, to, person, message, _trouble(call.fault))
    return _accepted(to, wamid)


def _accepted(to: str, wamid: str) -> dict[str, Any]:
    known = {"input": to} | recipient(to)
    return {"messaging_product": "whatsapp", "contacts": [known], "messages": [{"id": wamid}]}


def _person(platform: Platform, values: dict[str, Any]) -> Person | None:
    """`to` goes before `recipient`."""
    if to := values.get("to"):
        return platform.users.by_phone(str(to))
    return platform.users.by_bsuid(str(values["recipient"]))


def _trouble(fault: Fault | None) -> Refusal | None:
    return (fault.code, "Asked for") if fault and fault.outcome == FAILS else None


def _read(platform: Platform, number: Number, values: dict[str, Any]) -> dict[str, Any]:
    wamid = str(values.get("message_id") or "")
    if not wamid:
        raise missing("message_id")
    kept = platform.chats.by_wamid(number.id, wamid)
    if kept is None or kept.outgoing:
        raise unknown_message(wamid)
    typing = values.get("typing_indicator")
    if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
        raise bad_param("typing_indicator['type']", 'must be "text".')
    platform.read(number, kept, typing is not None)
    return {"success": True}


def _complete(platform: Platform, number: Number, values: dict[str, Any], message: Message) -> Message:
    """With all that must be looked up: the template, the media, the message that is answered."""
    if message["type"] == "template":
        template = message["template"]
        approved = platform.templates.find(number.waba, template["name"], template["language"]["code"])
        message["shown"] = filled(approved, template.get("components") or [])
        message["buttons"] = list(approved.buttons)
        message["category"] = approved.category.lower()
    if message["type"] == "reaction":
        _known(platform, number, message["reaction"]["message_id"])
    if media := media_of(message):
        _check_media(platform, number, *media)
    context = values.get("context")
    if isinstance(context, dict) and context.get("message_id"):
        _known(platform, number, context["message_id"])
        message["context"] = {"message_id": context["message_id"]}
    return message


def _known(platform: Platform, number: Number, wamid: Any) -> Kept:
    kept = platform.chats.by_wamid(number.id, str(wamid))
    if kept is None:
        raise unknown_message(str(wamid))
    return kept


def _check_media(platform: Platform, number: Number, kind: str, content: dict[str, Any]) -> None:
    if "link" in content:
        return
    media = platform.medias.current(str(content.get("id") or ""), platform.clock())
    if media is None or media.number != number.id:
        raise bad_param(f"{kind}['id']", "is not a valid whatsapp business account media attachment ID")
    if kind != "document" and media.mime not in MEDIA[kind][0]:
        raise refused(131053, f"Media of type {media.mime} cannot be sent as {kind}")


def _have_delivered(
    platform: Platform,
    number: Number,
    wamid: str,
    to: str,
    person: Person | None,
    message: Message,
    trouble: Refusal | None,
) -> None:
    media = media_of(message)
    if media is None or "link" not in media[1]:
        platform.deliver(number, wamid, to, person, message, trouble)
        return

    async def fetch_first() -> None:
        found = trouble
        try:
            await _replace_link(platform, number, message, *media)
        except NotFetched as error:
            found = trouble or (131053, str(error))
        platform.deliver(number, wamid, to, person, message, found)

    platform.run_errand(asyncio.create_task(fetch_first()))


async def _replace_link(
    platform: Platform, number: Number, message: Message, kind: str, content: dict[str, Any]
) -> None:
    upload = await fetch(kind, str(content["link"]))
    media = platform.medias.add(number.id, upload, platform.clock() + MEDIA_KEPT_S)
    where = message if message["type"] == kind else message["interactive"]["header"]
    where[kind] = with_id(content, media.id)

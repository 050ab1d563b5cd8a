"""The shape of what a business is told: messages and statuses inside `entry[].changes[].value`."""

from typing import Any

from sandbox.graph.news import Entry
from sandbox.phones.people import Person
from sandbox.whatsapp.chats import Chat, Message
from sandbox.whatsapp.numbers import Number
from sandbox.whatsapp.people import recipient, wa_id_of

OBJECT, FIELD = "whatsapp_business_account", "messages"
RECIPIENT = {"recipient_id": "wa_id", "recipient_user_id": "user_id"}
Value = dict[str, Any]


def contact(person: Person, bsuid: str, hidden: bool) -> dict[str, Any]:
    """Who it is. A person with a username keeps the number from businesses."""
    known: dict[str, Any] = {"profile": {"name": person.name}, "user_id": bsuid}
    if hidden:
        known["profile"] |= {"username": f"{person.first_name}.{person.id}".lower()}
        return known
    return known | {"wa_id": wa_id_of(person)}


def said(number: Number, who: dict[str, Any], wamid: str, at: int, message: Message) -> Entry:
    """A message of a person; which emoji a sticker shows is for the phones alone."""
    if message["type"] == "sticker":
        message = message | {"sticker": {key: part for key, part in message["sticker"].items() if key != "emoji"}}
    sender = {"from": who["wa_id"]} if "wa_id" in who else {}
    head = {**sender, "from_user_id": who["user_id"], "id": wamid, "timestamp": str(at)}
    return _entry(number, {"contacts": [who], "messages": [head | message]})


def system(number: Number, wamid: str, at: int, old_wa_id: str, body: dict[str, Any]) -> Entry:
    """News about a person that the person did not write."""
    return _entry(
        number,
        {"messages": [{"from": old_wa_id, "id": wamid, "timestamp": str(at), "type": "system", "system": body}]},
    )


def status(number: Number, wamid: str, state: str, at: int, to: str, who: dict[str, Any] | None, **more: Any) -> Entry:
    """How far a message of the business came; `who` when the platform knows the person, else it repeats the call."""
    whom = recipient(to) if who is None else who
    told: dict[str, Any] = {"id": wamid, "status": state, "timestamp": str(at)}
    told |= {name: whom[key] for name, key in RECIPIENT.items() if key in whom}
    return _entry(number, {"contacts": [whom], "statuses": [told | more]})


def price(chat: Chat, category: str) -> dict[str, Any]:
    """What a delivered message costs: an answer inside the window is free."""
    free = category == "service"
    kind = "free_customer_service" if free else "regular"
    return {
        "conversation": {"id": f"{chat.person:032x}", "origin": {"type": category}},
        "pricing": {"billable": not free, "pricing_model": "PMP", "category": category, "type": kind},
    }


def pack(entries: list[Entry]) -> list[Entry]:
    """What the platform sends together: neighbours about one person share a change."""
    packed: list[Entry] = []
    for entry in entries:
        if not (packed and _joined(packed[-1], entry)):
            packed.append(_entry_copy(entry))
    return packed


def _joined(into: Entry, entry: Entry) -> bool:
    mine, other = into["changes"][0]["value"], entry["changes"][0]["value"]
    kind = next((kind for kind in ("messages", "statuses") if kind in mine and kind in other), None)
    if kind is None or _head(mine) != _head(other):
        return False
    mine[kind] = [*mine[kind], *other[kind]]
    return True


def _head(value: Value) -> Value:
    return {name: part for name, part in value.items() if name not in ("messages", "statuses")}


def _entry_copy(entry: Entry) -> Entry:
    return {**entry, "changes": [{**change, "value": {**change["value"]}} for change in entry["changes"]]}


def _entry(number: Number, value: Value) -> Entry:
    whole = {"messaging_product": "whatsapp", "metadata": number.metadata} | value
    return {"id": number.waba, "changes": [{"value": whole, "field": FIELD}]}

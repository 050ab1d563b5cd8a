"""Who wrote, and where an answer goes: a phone number, or since customers may hide theirs, Meta's id of them for us.

A WhatsApp id is a phone number's digits. A BSUID is Meta's id of the customer for our business: a country, a dot,
letters and digits (``UA.13491208655302741918``). A message goes ``to`` the first and to the ``recipient`` the second.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from channels.reading import Json, as_object, text
from flows.messages import Sender

ADDRESS_MAX = 128
SAME_DIGITS = 8
_PHONE = re.compile(r"\d{5,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Who:
    """One party of a chat. ``address`` is empty where nothing tells who it is."""

    address: str
    sender: Sender
    private: bool = True


def is_phone(address: str) -> bool:
    """Whether an address is a phone number's digits, and not a BSUID."""
    return _PHONE.fullmatch(address.removeprefix("+")) is not None


def addressed(address: str) -> dict[str, str]:
    """The part of a message that says to whom it goes."""
    return {"to": address} if is_phone(address) else {"recipient": address}


def author(item: Json, contacts: Sequence[object]) -> Who:
    """Who wrote a message, with what the sender block tells of them."""
    phone, bsuid = text(item.get("from")), text(item.get("from_user_id"))
    known = _described(phone, bsuid, contacts)
    phone = phone or text(known.get("wa_id"))
    bsuid = bsuid or text(known.get("user_id"))
    parent = text(item.get("from_parent_user_id")) or text(known.get("parent_user_id"))
    address = phone or bsuid
    name = text(as_object(known.get("profile")).get("name"))
    alternatives = {"phone": e164(phone), "bsuid": bsuid, "parent_bsuid": parent}
    sender = Sender(address, name, alt_ids={kind: value for kind, value in alternatives.items() if value})
    group = text(item.get("group_id"))
    return Who(_short(group or address), sender, private=not group)


def recipient(item: Json, contacts: Sequence[object]) -> Who:
    """To whom the message of a status went."""
    phone, bsuid = text(item.get("recipient_id")), text(item.get("recipient_user_id"))
    parent = text(item.get("recipient_parent_user_id"))
    shaped = {"from": phone, "from_user_id": bsuid, "from_parent_user_id": parent}
    return author(shaped, contacts)


def e164(phone: str) -> str:
    """``+380501112233`` from however a phone is written; empty for what is none."""
    digits = re.sub(r"[\s().+-]", "", phone)
    return f"+{digits}" if _PHONE.fullmatch(digits) else ""


def _described(phone: str, bsuid: str, contacts: Sequence[object]) -> Json:
    """The sender block of this very person; the only one there is, unless it is plainly another's."""
    blocks = [as_object(block) for block in contacts]
    for block in blocks:
        if (phone and block.get("wa_id") == phone) or (bsuid and block.get("user_id") == bsuid):
            return block
    return blocks[0] if len(blocks) == 1 and _may_be(blocks[0], phone, bsuid) else {}


def _may_be(block: Json, phone: str, bsuid: str) -> bool:
    """Some countries' numbers are written in two ways, which differ at their front."""
    wa_id, user_id = text(block.get("wa_id")), text(block.get("user_id"))
    if phone and wa_id:
        return phone[-SAME_DIGITS:] == wa_id[-SAME_DIGITS:]
    return not (bsuid and user_id)


def _short(address: str) -> str:
    return address if len(address) <= ADDRESS_MAX else ""

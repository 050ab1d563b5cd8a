"""Reads one slot's value out of what a customer sent, by the slot's type; nothing is ever guessed."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from flows import own_phone, suggesting
from flows.cards import CardNumber
from flows.entities import amounts, answers, codes, dates, ibans, numbers, periods, phones
from flows.entities.found import Found
from flows.mentions import may_mention, mentioned
from flows.messages import Attachment, Contact, Location
from flows.model import Response, Slot
from flows.money import Money
from flows.rendering import chosen_label
from flows.session import Run
from flows.turn import QuestionFailed, Turn
from flows.values import Chosen, Sent, SharedContact, SlotValue

TEXT_CHARS_MAX = 500  # for a text slot that names no length of its own
_CARD = re.compile(r"\[card •[0-9]{4}\]")
_SAME = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Taken:
    """A value of the slot's type."""

    value: SlotValue


@dataclass(frozen=True, slots=True)
class Refused:
    """It was meant as a value of the type and cannot be taken: the first system response of ``reasons`` says why."""

    reasons: tuple[str, ...]
    values: Mapping[str, SlotValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """It can be read in more than one way, or in one way that must be read back."""

    readings: tuple[SlotValue, ...]


Reading = Taken | Refused | Doubtful


@dataclass(slots=True)
class Words:
    """A text with its card numbers, in the order they appear. Parsers take the cards one after another."""

    text: str
    cards: tuple[CardNumber, ...] = ()
    plain: str = ""

    def __post_init__(self) -> None:
        self.plain = normal(self.text)


def normal(text: str) -> str:
    """A text as labels are compared: case, edge punctuation and the kind of apostrophe do not matter."""
    return " ".join(text.translate(_SAME).casefold().strip(" \t\n.,!?;:\"'«»").split())


def read_words(turn: Turn, run: Run, slot: Slot, words: Words, *, asked: bool) -> Reading | None:
    """The slot's value in a text; None when there is nothing of the kind.

    ``asked``: the slot is the one being asked for, so that a bare text may be meant for it.
    """
    if asked and slot.source is not None and slot.type != "choice":
        suggested = _suggested(turn, run, slot, words)
        if suggested is not None:
            return suggested
    parser = _PARSERS.get(slot.type)
    return parser(turn, run, slot, words, asked) if parser is not None else None


def read_contact(turn: Turn, slot: Slot, contact: Contact) -> Reading | None:
    """A shared contact for a slot that accepts one; only the sender's own, or where it may be typed, any."""
    if slot.type not in ("contact", "phone") or "contact" not in slot.accepts:
        return None
    if slot.type == "contact" and not contact.own and own_phone.may_be_typed(turn):
        return Taken(SharedContact(contact.phone, own=False, proof="typed"))
    if not contact.own:
        return Refused(("foreign_contact",))
    if slot.type == "phone":
        return Taken(contact.phone)
    return Taken(SharedContact(contact.phone, contact.own, contact.first_name, contact.last_name))


def read_attachment(slot: Slot, attachment: Attachment) -> Reading | None:
    """A picture or file for an attachment slot."""
    if slot.type != "attachment":
        return None
    if slot.kinds and attachment.media not in slot.kinds:
        return Refused(("wrong_kind", "invalid_attachment"))
    if slot.max_mb is not None and (attachment.size or 0) > slot.max_mb * 1_000_000:
        return Refused(("too_big", "invalid_attachment"), {"max_mb": slot.max_mb})
    return Taken(Sent(attachment.ref, attachment.media, attachment.size))


def read_location(slot: Slot, location: Location) -> Reading | None:
    """A shared place for a text slot that accepts one: degrees, no closer than ten metres, for more is not needed."""
    if slot.type != "text" or "location" not in slot.accepts:
        return None
    return Taken(f"{location.lat:.4f},{location.lon:.4f}")


def looks_meant(slot: Slot, text: str) -> bool:
    """Whether a text that could not be read was a try at a value, so that nobody need ask what it means."""
    digits = any(character.isdigit() for character in text)
    return digits and slot.type in _OF_DIGITS and len(text.split()) <= 3


_OF_DIGITS = frozenset({"money", "card_number", "phone", "iban", "date", "code", "integer", "percent"})


def _money(turn: Turn, _run: Run, _slot: Slot, words: Words, _asked: bool) -> Reading | None:
    brand = turn.library.brand
    if not _CARD.sub("", words.text).strip():
        return None  # a card number and nothing else
    found = amounts.find(words.text, brand.currency, brand.regions[0])
    if not found:
        return None
    values = tuple(dict.fromkeys(one.value for one in found if one.value is not None))
    if len(values) == 1 and not any(one.readings or one.refused for one in found):
        return _in_currency(values[0], brand.currency)
    readings = values or tuple(dict.fromkeys(reading for one in found for reading in one.readings))
    if readings:
        return Doubtful(tuple(value for value in readings if value.currency == brand.currency))
    refused = found[0].refused or ""
    return Refused((f"invalid_money_{refused}", "invalid_money"))


def _in_currency(value: Money, currency: str) -> Reading:
    return Taken(value) if value.currency == currency else Refused(("wrong_currency",), {"currency": currency})


def _card(_turn: Turn, run: Run, _slot: Slot, words: Words, _asked: bool) -> Reading | None:
    held = {value.token for value in run.slots.values() if isinstance(value, CardNumber)}
    fresh = [card for card in words.cards if card.token not in held] or list(words.cards)
    return Taken(fresh[0]) if fresh else None


def _choice(turn: Turn, run: Run, slot: Slot, words: Words, asked: bool) -> Reading | None:
    if not asked and (not may_mention(words.plain) or (slot.source is not None and turn.session.level == "guest")):
        return None
    try:
        options = turn.choices(slot)
    except QuestionFailed:
        if asked:
            raise
        return None
    names = {option.id: set(_names(turn, run, slot, option)) for option in options}
    fits = [option for option in options if words.plain in names[option.id]]
    if not fits and asked and words.plain.isdecimal() and 1 <= int(words.plain) <= len(options):
        return Taken(options[int(words.plain) - 1])
    if not fits and (key := mentioned(words.plain, names)) is not None:
        fits = [option for option in options if option.id == key]
    return Taken(fits[0]) if len(fits) == 1 else None


def _suggested(turn: Turn, run: Run, slot: Slot, words: Words) -> Reading | None:
    """A suggestion by its button's title: the same as a tap."""
    if not words.plain or words.cards:
        return None
    fits = [one for one in suggesting.options(turn, run, slot) if words.plain == normal(chosen_label(turn, slot, one))]
    return Taken(suggesting.value_of(slot, fits[0])) if len(fits) == 1 else None


def _names(turn: Turn, run: Run, slot: Slot, option: Chosen) -> Iterable[str]:
    """Every way to name an option: its id, its label, its last digits, its button's title in any locale."""
    yield option.id.casefold()
    if slot.label is not None:
        yield normal(chosen_label(turn, slot, option))
        for part in ("name", "last4"):
            if isinstance(text := option.fields.get(part), str):
                yield normal(text)
                yield normal(f"•{text}")
    for response in turn.flow(run).responses.values():
        yield from _titles(response, slot.name, option.id)


def _titles(response: Response, slot: str, option: str) -> Iterable[str]:
    for button in response.buttons if not isinstance(response.buttons, str) else ():
        if button.set.get(slot) == option:
            yield from map(normal, button.titles.values())


def _text(_turn: Turn, _run: Run, slot: Slot, words: Words, asked: bool) -> Reading | None:
    text = " ".join(words.text.split())
    if not asked or not text:
        return None
    longest = slot.max_length or TEXT_CHARS_MAX
    if len(text) > longest:
        return Refused(("too_long", "invalid_text"), {"max_length": longest})
    if slot.pattern is not None and re.fullmatch(slot.pattern, text) is None:
        return Refused((f"invalid_{slot.name}", "invalid_text"))
    return Taken(text)


def _phone(turn: Turn, _run: Run, slot: Slot, words: Words, _asked: bool) -> Reading | None:
    if "text" not in slot.accepts:
        return None
    regions = slot.regions or turn.library.brand.regions
    found = {one.value for region in regions for one in phones.find(words.text, region)}
    return _only(found)


def _contact(turn: Turn, _run: Run, _slot: Slot, words: Words, asked: bool) -> Reading | None:
    """A number in place of a contact, where the channel has no better way; it is nobody's until a code proves it."""
    if not asked or not own_phone.may_be_typed(turn):
        return None
    found = {one.value for region in turn.library.brand.regions for one in phones.find(words.text, region)}
    read = _only(found)
    if isinstance(read, Taken) and isinstance(read.value, str):
        return Taken(SharedContact(read.value, own=False, proof="typed"))
    return Refused(("invalid_own_phone", "invalid_phone"))


def _iban(_turn: Turn, _run: Run, _slot: Slot, words: Words, _asked: bool) -> Reading | None:
    found = ibans.find(words.text)
    if found and found[0].value is None:
        return Refused((f"invalid_iban_{found[0].refused}", "invalid_iban"))
    return _only({one.value for one in found})


def _only(values: set[str | None]) -> Reading | None:
    return Taken(next(iter(values))) if len(values) == 1 else None


def _date(turn: Turn, _run: Run, _slot: Slot, words: Words, _asked: bool) -> Reading | None:
    today = turn.at.astimezone(turn.zone).date()
    found: list[Found[date]] = dates.find(words.text, today)
    if not found:
        return None
    if found[0].readings:
        return Doubtful(found[0].readings)
    if found[0].value is None:
        return Refused((f"invalid_date_{found[0].refused}", "invalid_date"))
    return Taken(found[0].value)


def _flag(_turn: Turn, _run: Run, _slot: Slot, words: Words, asked: bool) -> Reading | None:
    answer = answers.yes_or_no(words.text) if asked else None
    return None if answer is None else Taken(answer)


def _integer(_turn: Turn, _run: Run, _slot: Slot, words: Words, asked: bool) -> Reading | None:
    found = numbers.find(words.text) if asked else []
    if len(found) != 1:
        return None
    return Taken(found[0].value) if found[0].value is not None else Refused(("invalid_integer",))


def _code(_turn: Turn, _run: Run, _slot: Slot, words: Words, asked: bool) -> Reading | None:
    found = codes.find(words.text) if asked else []
    return Taken(found[0].value) if len(found) == 1 else None


def _period(turn: Turn, _run: Run, _slot: Slot, words: Words, asked: bool) -> Reading | None:
    found = periods.find(words.text, turn.at.astimezone(turn.zone).date()) if asked else []
    period = found[0].value if len(found) == 1 else None
    return Taken((period.first, period.last)) if period is not None else None


_PARSERS: Mapping[str, Callable[[Turn, Run, Slot, Words, bool], Reading | None]] = {
    "money": _money, "card_number": _card, "choice": _choice, "text": _text, "phone": _phone, "iban": _iban,
    "date": _date, "flag": _flag, "integer": _integer, "percent": _integer, "code": _code, "period": _period,
    "contact": _contact,
}  # fmt: skip

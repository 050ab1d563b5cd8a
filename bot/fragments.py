"""A card number sent in pieces (``4111`` ``1111 1111`` ``1111``) is one card number, and as secret.

Only while a card number is being asked for, and only bare digits: anything else is a message of its own.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from flows.cards import CardNumber
from flows.events import Event
from flows.messages import EventType, InboundEvent, Text

EXPECTED = "card_number"
# People pause between two pieces no longer than this; a lone piece is answered after it.
PAUSE_S = 2.5
DIGITS_MIN, DIGITS_MAX = 13, 19
# Nearly every number has as many; with so many there is nothing to wait for.
DIGITS_USUAL = 16

_BARE = re.compile(r"[\d\s-]{1,24}", re.ASCII)


def piece(event: Event) -> str:
    """The digits of a message that may be a piece of a card number, else nothing."""
    if not isinstance(event, InboundEvent) or event.type is not EventType.MESSAGE:
        return ""
    content = event.content
    if not isinstance(content, Text) or content.cards or not _BARE.fullmatch(content.text):
        return ""
    digits = re.sub(r"\D", "", content.text)
    return digits if len(digits) < DIGITS_MIN else ""


def is_whole(pieces: Sequence[str]) -> bool:
    """Whether the pieces are enough for a card number."""
    return DIGITS_MIN <= sum(map(len, pieces)) <= DIGITS_MAX


def is_long_enough(pieces: Sequence[str]) -> bool:
    """Whether more pieces need not be waited for."""
    return sum(map(len, pieces)) >= DIGITS_USUAL


def joined(last: InboundEvent, card: CardNumber) -> InboundEvent:
    """The last piece's event, as if the whole number had been sent in it."""
    return replace(last, content=Text(card.placeholder, (card,)))

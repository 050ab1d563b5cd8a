"""The door: what of a webhook may come in. Verified, read, and free of card numbers before anything stores it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from channels.errors import Unreadable
from flows.cards import CardNumber
from flows.entities import cards, cvv
from flows.messages import Attachment, Contact, Content, InboundEvent, Location, Text
from flows.ports import Channel

# What stands in the place of a CVV or a PIN; the digits are dropped.
SECRET = "•••"  # noqa: S105 - a mark, not a secret


# Three digits (of any script) are the shortest secret; most texts have fewer and need no closer look.
_SECRETIVE = re.compile(r"\d(?:\D*\d){2}")


class Tokeniser(Protocol):
    """Puts card numbers into the vault."""

    async def tokenise(self, numbers: Sequence[str]) -> list[CardNumber]:
        """A token for each, in order."""
        ...


class Resolver(Protocol):
    """Gives a button whose id had no room its own id back."""

    async def resolved(self, event: InboundEvent) -> InboundEvent:
        """The event as the button was meant. Raises bot.store.StoreDown."""
        ...


def now_utc() -> datetime:
    """The time, for who does not bring a clock."""
    return datetime.now(UTC)


class Door:
    """All channels' entrance."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        vault: Tokeniser,
        clock: Callable[[], datetime] = now_utc,
        tokens: Resolver | None = None,
    ) -> None:
        """``tokens`` reads buttons whose own ids had no room."""
        self.channels = channels
        self._vault = vault
        self._clock = clock
        self._tokens = tokens

    async def receive(self, channel: str, headers: Mapping[str, str], body: bytes) -> list[InboundEvent]:
        """The events of a webhook body, masked.

        Raises:
            channels.errors.Unauthentic: the platform did not send it.
            channels.errors.Unreadable: it is not in the platform's format.
            Exception: the vault's own, when it cannot store a card number; then nothing may be stored at all.
        """
        self.channels[channel].verify(headers, body)
        return [await self.admitted(event) for event in self._parsed(channel, body)]

    async def admitted(self, event: InboundEvent) -> InboundEvent:
        """One event as it may be stored: masked, and a button under its own id."""
        masked = await self.masked(event)
        return masked if self._tokens is None else await self._tokens.resolved(masked)

    async def masked(self, event: InboundEvent) -> InboundEvent:
        """The event without card numbers, CVVs and PINs in anything the customer wrote."""
        content, found = _masked_content(event.content)
        if found and isinstance(content, Text):
            content = replace(content, cards=tuple(await self._vault.tokenise(found)))
        name = _without_cards(event.sender.display_name)
        referral, details = _all_without_cards(event.referral), _all_without_cards(event.details)
        kept = (event.content, event.sender.display_name, event.referral, event.details)
        if (content, name, referral, details) == kept:
            return event
        sender = replace(event.sender, display_name=name)
        return replace(event, content=content, sender=sender, referral=referral, details=details)

    def _parsed(self, channel: str, body: bytes) -> Sequence[InboundEvent]:
        try:
            return self.channels[channel].parse(body, self._clock())
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            # A parser that stumbles would make the platform send the same body again for days.
            raise Unreadable(f"the parser failed with {type(error).__name__}") from error


def _masked_content(content: Content | None) -> tuple[Content | None, list[str]]:
    """The content with placeholders, and the card numbers of a text in order."""
    match content:
        case Text():
            text, found = mask(content.text)
            return (content if text == content.text else replace(content, text=text)), found
        case Attachment() if content.caption or content.file_name:
            name = None if content.file_name is None else _without_cards(content.file_name)
            return replace(content, caption=_without_cards(content.caption), file_name=name), []
        case Location():
            return replace(content, name=_without_cards(content.name), address=_without_cards(content.address)), []
        case Contact():
            first, last = _without_cards(content.first_name), _without_cards(content.last_name)
            return replace(content, first_name=first, last_name=last), []
    return content, []


def mask(text: str) -> tuple[str, list[str]]:
    """The text with ``[card •1111]`` for every card number and ``•••`` for every CVV and PIN; the card numbers."""
    if _SECRETIVE.search(text) is None:
        return text, []
    spans = cards.find(text)
    places = [(span.start, span.end, f"[card •{span.digits[-4:]}]") for span in spans]
    taken = [(start, end) for start, end, _ in places]
    for secret in cvv.find(text):
        if all(secret.end <= start or end <= secret.start for start, end in taken):
            places.append((secret.start, secret.end, SECRET))
    for start, end, mark in sorted(places, reverse=True):
        text = text[:start] + mark + text[end:]
    return text, [span.digits for span in spans]


def _without_cards(text: str) -> str:
    return mask(text)[0]


def _all_without_cards(texts: dict[str, str]) -> dict[str, str]:
    """What people may have written, masked; a platform's ids (``…_id``) and times (``…_ms``) look alike and stay."""
    return {name: text if name.endswith(("_id", "_ms")) else _without_cards(text) for name, text in texts.items()}

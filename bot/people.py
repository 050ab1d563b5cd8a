"""Chats that were given to people: what the colleague sees who takes one up, and the way back to the bot.

A hand-off holds the flow, the question that was open, what may be shared, and the last turns, all sealed. Whatever
the customer wrote was masked at the door; longer runs of digits and addresses are masked once more here.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import structlog

from bot.metrics import alert
from bot.store import Link, OutboxRow, Sealed, uuid7
from flows.effects import HandOff, Send
from flows.events import Event, HandoffClosed
from flows.messages import Attachment, InboundEvent, Text
from flows.ports import Sealer

TURNS_SHOWN = 20
SOURCE = "people"  # whose events these are in the inbox
# The BRIN indexes find the last hours of a chat without costing its turns anything.
HEARD = """
select id, body, received_at as at from bot.inbox
where conversation = $1 and received_at > now() - interval '3 hours' order by arrival desc limit $2"""
SAID = """
select id, body, created_at as at from bot.outbox
where conversation = $1 and kind = 'send' and created_at > now() - interval '3 hours' order by seq desc limit $2"""
OPEN = """
insert into bot.handoff (id, conversation, queue, body) values ($1, $2, $3, $4) on conflict (id) do nothing"""
WAITING = "select id, conversation, queue, body, opened_at from bot.handoff where closed_at is null order by opened_at"
CLOSE = "update bot.handoff set closed_at = now() where id = $1 and closed_at is null returning conversation"
_PRIVATE = re.compile(r"\S+@\S+|(?:\d{2,3}\.){2,}\d+|\+?\d(?:[\s()-]{0,2}\d){5,}")

log = structlog.get_logger("bot.people")


class Taker(Protocol):
    """Takes an event into the inbox, once for each dedupe key."""

    async def take(self, event: Event, source: str, dedupe: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said: by the ``customer`` or the ``bot``."""

    who: str
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A chat that waits for a colleague. ``card`` holds title, reason, question, shared and the transcript."""

    id: UUID
    conversation: UUID
    queue: str
    opened_at: datetime
    card: dict[str, object] = field(repr=False)


class Desk:
    """Where hand-offs wait. Every method raises StoreDown when the database is away."""

    def __init__(self, link: Link, sealer: Sealer) -> None:
        self._link, self._sealer, self._sealed = link, sealer, Sealed(sealer)

    async def hand_off(self, row: OutboxRow, hand_off: HandOff) -> None:
        """Keep it for a colleague and tell the queue's people. The same row again is the same hand-off."""
        card = {
            "title": hand_off.title, "reason": hand_off.reason, "question": hand_off.question,
            "shared": hand_off.shared, "channel": row.to.channel, "locale": row.to.locale,
            "transcript": [
                {"who": line.who, "at": line.at.isoformat(), "text": line.text}
                for line in await self.transcript(row.conversation)
            ],
        }  # fmt: skip
        body = self._sealer.seal(json.dumps(card, ensure_ascii=False).encode(), b"bot.handoff.body:" + row.id.bytes)
        await self._link.fetch(OPEN, row.id, row.conversation, hand_off.queue, body)
        alert("chat_handed_off", f"a customer waits in '{hand_off.queue}'", conversation=str(row.conversation))

    async def transcript(self, conversation: UUID) -> list[Line]:
        """The customer's last turns and what the bot said to them, in order, masked."""
        heard = [
            Line("customer", row["at"], text)
            for row in await self._link.fetch(HEARD, conversation, TURNS_SHOWN)
            if (text := _heard(self._sealed.open_event(row["id"], row["body"])))
        ]
        since = min((line.at for line in heard), default=datetime.min.replace(tzinfo=UTC))
        said = [
            Line("bot", row["at"], masked(effect.message.text))
            for row in await self._link.fetch(SAID, conversation, 2 * TURNS_SHOWN)
            if isinstance(effect := self._sealed.open_outbox(row["id"], row["body"])[1], Send) and row["at"] >= since
        ]
        said.reverse()  # the newest came first; the sort below keeps the order of one moment
        return sorted([*heard[::-1], *said], key=lambda line: line.at)

    async def waiting(self) -> list[Waiting]:
        """All that nobody has closed, the oldest first."""
        return [
            Waiting(row["id"], row["conversation"], row["queue"], row["opened_at"], self._card(row["id"], row["body"]))
            for row in await self._link.fetch(WAITING)
        ]

    async def close(self, id_: UUID, inbox: Taker) -> bool:
        """Give a chat back to the bot; false when it was closed before or never was."""
        rows = await self._link.fetch(CLOSE, id_)
        if not rows:
            return False
        event = HandoffClosed(uuid7(), rows[0]["conversation"], datetime.now(UTC))
        return await inbox.take(event, SOURCE, str(id_))

    def _card(self, id_: UUID, body: bytes) -> dict[str, object]:
        card: dict[str, object] = json.loads(self._sealer.open(body, b"bot.handoff.body:" + id_.bytes))
        return card


def _heard(event: Event) -> str:
    """What a customer did, in words; nothing for events of our own."""
    if not isinstance(event, InboundEvent):
        return ""
    if isinstance(event.content, Text):
        return masked(event.content.text)
    if isinstance(event.content, Attachment):
        return f"[{event.content.media}]"
    return "[button]" if event.payload is not None else f"[{event.type.value}]"


def masked(text: str) -> str:
    """A text without addresses and longer numbers."""
    return _PRIVATE.sub("•••", text)

"""What callers get back."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

State = Literal["queued", "sent", "deferred", "failed", "unknown", "window_closed"]


class Accepted(BaseModel):
    """The message is stored and will be sent."""

    message_id: UUID
    state: Literal["queued"] = "queued"


class Trouble(BaseModel):
    """Why a message did not go out: the platform's code, or one of ours, and words for staff."""

    code: str
    reason: str


class Changed(BaseModel):
    """What became of an edit, an append or a deletion after the message had left."""

    change: Literal["edit", "append", "delete"]
    state: State
    degradations: list[str]
    error: Trouble | None


class Message(BaseModel):
    """How a message stands. ``delivery`` is what the platform told. ``changes`` only when it was changed after all."""

    message_id: UUID
    state: State
    delivery: Literal["none", "sent", "delivered", "read", "failed"]
    provider_ids: list[str]
    degradations: list[str]
    error: Trouble | None
    changes: list[Changed] | None = None


class BroadcastAccepted(BaseModel):
    """The broadcast is stored and begins at its time."""

    broadcast_id: UUID


class Broadcast(BaseModel):
    """How far a broadcast is. ``counts`` goes by state, with ``skipped`` and ``cancelled`` beside those of messages."""

    broadcast_id: UUID
    state: Literal["running", "done", "stopped"]
    total: int
    counts: dict[str, int]
    skipped: dict[str, int] = Field(description="How many were left out, by reason.")


class Recipient(BaseModel):
    """One place of a broadcast; ``message_id`` is asked for under /api/v1/messages like any other."""

    place: int
    message_id: UUID | None
    skipped: str | None


class EventSender(BaseModel):
    """Who wrote, as the channel claims it."""

    channel_user_id: str
    alt_ids: dict[str, str]
    display_name: str
    locale: str | None


class Event(BaseModel):
    """One thing that a customer or the platform did. ``address`` is where an answer goes, ``title`` a button's words.

    ``content`` has a ``type`` (text, image, audio, video, document, sticker, location, contact) and what goes with it.
    """

    id: UUID
    channel: str
    account_id: str
    dedupe_key: str
    type: str
    occurred_at: datetime
    received_at: datetime
    sender: EventSender
    conversation_key: UUID
    address: str
    message_id: str | None
    in_reply_to: str | None
    payload: str | None
    title: str | None
    content: dict[str, str | int | float | None] | None
    referral: dict[str, str]
    details: dict[str, str]
    own_contact: bool | None


class Wrong(BaseModel):
    """One thing that does not fit: where, what, and what to do."""

    path: str
    what: str
    fix: str


class Problem(BaseModel):
    """Why a request was refused. ``problems`` names all that does not fit in what was sent."""

    code: str
    message: str
    problems: list[Wrong] | None = None

"""The shapes of referrals over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from customer_api.bodies import ProgrammeName, Shape, Word
from customer_api.referrals.rules import Use

Literally = Annotated[str, Field(max_length=40, pattern=r"^[0-9]{1,15}(\.[0-9]{1,4})? [A-Z]{3}$")]
State = Literal["waiting", "used", "too_late", "refused"]
RewardState = Literal["due", "paid", "refused", "over_limit"]


class CardUse(Shape):
    """A customer has used a card, and the bank has said so when it was asked."""

    customer_id: UUID
    kind: Use
    amount: Literally
    at: datetime


class Due(Shape):
    """A reward to be paid. It is handed out again until its outcome is told."""

    reward_id: UUID
    referral_id: UUID
    customer_id: UUID
    role: Literal["recommender", "newcomer"]
    amount: str


class Outcome(Shape):
    """What became of a reward's payment. `reason` is the bank's for one that was refused."""

    state: Literal["paid", "refused"]
    reason: Word | None = None


class Reached(Shape):
    """The programme behind a code."""

    code: str
    programme: ProgrammeName
    newcomer: str


class Line(Shape):
    """A reward as staff see it."""

    reward_id: UUID
    customer_id: UUID
    role: str
    amount: str
    state: RewardState
    reason: str | None
    settled_at: datetime | None


class Shown(Shape):
    """Whose friend a newcomer is, and what came of it."""

    referral_id: UUID
    code: str
    programme: str
    channel: str
    recommender: UUID
    newcomer: UUID
    joined_at: datetime
    state: State
    refusal: str | None
    used_at: datetime | None
    rewards: list[Line]

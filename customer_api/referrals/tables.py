"""The tables of referrals, as revision 0021 makes them. People appear by their ids and by keyed fingerprints only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from customer_api.tables import Customer, Table


class Invitation(Table):
    """A customer's own code of a programme: the end of the link, the same for ever."""

    __tablename__ = "invitation"
    code: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    programme: Mapped[str]
    made_at: Mapped[datetime]


class Touch(Table):
    """A chat came by a code. `n` says which came first."""

    __tablename__ = "touch"
    op_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(Identity(always=True))
    chat: Mapped[str]
    code: Mapped[str]
    at: Mapped[datetime]


class Journey(Table):
    """How far a chat has got. `came_by` is an invitation's programme, `partner` whose link it was, both empty for none.

    `code` is what a link carried that is no friend's, kept for the partner that says it is its own. `is_newcomer` is
    false for a chat of somebody who was a customer before.
    """

    __tablename__ = "journey"
    conversation: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str]
    came_by: Mapped[str]
    partner: Mapped[str]
    code: Mapped[str]
    reached_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    bound_at: Mapped[datetime | None]
    is_newcomer: Mapped[bool | None]
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey(Customer.id))
    used_at: Mapped[datetime | None]


class Referral(Table):
    """Whose friend a newcomer is, decided once. What was promised then is what will be paid.

    The marks are fingerprints of the two phones, of a purpose of their own: they outlive the customers.
    """

    __tablename__ = "referral"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey(Invitation.code))
    programme: Mapped[str]
    channel: Mapped[str]
    recommender: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    newcomer: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    recommender_mark: Mapped[str]
    newcomer_mark: Mapped[str]
    recommender_minor: Mapped[int]
    newcomer_minor: Mapped[int]
    currency: Mapped[str]
    joined_at: Mapped[datetime]
    state: Mapped[str]
    refusal: Mapped[str | None]
    used_at: Mapped[datetime | None]


class Reward(Table):
    """What one of the two gets. Its id is what the payment's id is derived from."""

    __tablename__ = "reward"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(ForeignKey(Referral.id))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    role: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

"""The tables of schema `customers`, as revision 0004 makes them. What is `bytea` is sealed; see `seals`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from customer_api.bodies import NoticeState, Purpose


class Table(DeclarativeBase):
    """Every table lives in our schema, and every time has a zone."""

    metadata = MetaData(schema="customers")
    type_annotation_map = {datetime: TIMESTAMP(timezone=True), dict[str, Any]: JSONB, NoticeState: Text, Purpose: Text}  # noqa: RUF012 -- SQLAlchemy's shape


class Customer(Table):
    """A person. `name` holds `{"first", "last"}`."""

    __tablename__ = "customer"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[bytes]
    locale: Mapped[str]
    created_at: Mapped[datetime]
    identified_at: Mapped[datetime | None]


class Identifier(Table):
    """What names one customer alone: a phone, a tax id, a card's token, or what a biometric service calls them."""

    __tablename__ = "identifier"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    kind: Mapped[str]
    fingerprint: Mapped[str]
    sealed: Mapped[bytes]
    verified_at: Mapped[datetime]


class Binding(Table):
    """A chat that is a customer's, or was until `revoked_at`. Until `risk_until` it is new and trusted less."""

    __tablename__ = "binding"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    channel: Mapped[str]
    account: Mapped[str]
    address: Mapped[bytes]
    chat: Mapped[str]
    factor: Mapped[str]
    bound_at: Mapped[datetime]
    risk_until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]


class Code(Table):
    """A code that went to a phone at the request of a chat. `sealed` holds who he says he is."""

    __tablename__ = "code"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(Identity(always=True))
    chat: Mapped[str]
    phone: Mapped[str]
    sealed: Mapped[bytes]
    code_hash: Mapped[str]
    tries: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


class Document(Table):
    """What a customer identified himself with."""

    __tablename__ = "document"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    sealed: Mapped[bytes]
    submitted_at: Mapped[datetime]


class NoticeChoice(Table):
    """What a customer has chosen to hear of. Rows are only added; `n` says which is the newest."""

    __tablename__ = "notice_choice"
    op_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(Identity(always=True))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    kind: Mapped[str]
    state: Mapped[NoticeState]
    chosen_at: Mapped[datetime]


class Consent(Table):
    """One decision of a customer about what may be done with their data. Rows are only added; `n` says the newest."""

    __tablename__ = "consent"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(Identity(always=True))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    purpose: Mapped[Purpose]
    partner: Mapped[str]
    partner_name: Mapped[str]
    scope: Mapped[str]
    given: Mapped[bool]
    text_version: Mapped[str]
    language: Mapped[str]
    op_id: Mapped[UUID]
    channel: Mapped[str]
    decided_at: Mapped[datetime]


class Erasure(Table):
    """That a person's data are to end at `due_at`, unless they change their mind before."""

    __tablename__ = "erasure"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class KeptAnswer(Table):
    """The first answer to an operation; `body` is a keyed hash of what was asked."""

    __tablename__ = "answer"
    op_id: Mapped[UUID] = mapped_column(primary_key=True)
    action: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    outputs: Mapped[dict[str, Any]]
    error: Mapped[str | None]
    at: Mapped[datetime]

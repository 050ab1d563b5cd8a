"""The tables of partners. What is `bytea` is sealed; see `customer_api.seals`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from customer_api.tables import Customer, Table


class Partner(Table):
    """A partner of the bank. `login` is the subject of its tokens; `out_stopped` says why nothing is sent there."""

    __tablename__ = "partner"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    state: Mapped[str]
    login: Mapped[str | None]
    out_url: Mapped[str | None]
    out_stopped: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_by: Mapped[str]


class PartnerKey(Table):
    """A key that a partner calls our API with, as a fingerprint."""

    __tablename__ = "partner_key"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner: Mapped[str] = mapped_column(ForeignKey(Partner.id))
    fingerprint: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    revoked_at: Mapped[datetime | None]


class PartnerSecret(Table):
    """A secret of webhooks: `in` is the partner's hand, `out` is ours."""

    __tablename__ = "partner_secret"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner: Mapped[str] = mapped_column(ForeignKey(Partner.id))
    direction: Mapped[str]
    sealed: Mapped[bytes]
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    retired_at: Mapped[datetime | None]


class PartnerEvent(Table):
    """A webhook that a partner has sent, once for good. Its body is not kept; `about` is the one thing it names."""

    __tablename__ = "partner_event"
    partner: Mapped[str] = mapped_column(ForeignKey(Partner.id), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    about: Mapped[str | None]
    outcome: Mapped[str]
    body: Mapped[str]
    taken_at: Mapped[datetime]


class PartnerDelivery(Table):
    """A webhook of ours to a partner. `since` is when its three days began; one about a customer names them."""

    __tablename__ = "partner_delivery"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner: Mapped[str] = mapped_column(ForeignKey(Partner.id))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey(Customer.id))
    type: Mapped[str]
    sealed: Mapped[bytes]
    state: Mapped[str]
    tries: Mapped[int]
    since: Mapped[datetime]
    next_at: Mapped[datetime | None]
    told: Mapped[str | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Offer(Table):
    """What a partner offers. `texts` holds `{"en": {"name", "gain", "details"}}`; `link` has room for `{code}`."""

    __tablename__ = "offer"
    id: Mapped[str] = mapped_column(primary_key=True)
    partner: Mapped[str] = mapped_column(ForeignKey(Partner.id))
    segment: Mapped[str]
    texts: Mapped[dict[str, Any]]
    shares: Mapped[list[str]] = mapped_column(ARRAY(Text))
    link: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    is_on: Mapped[bool]
    changed_by: Mapped[str]


class OfferClaim(Table):
    """A customer's yes to an offer, and the promo code that came with it."""

    __tablename__ = "offer_claim"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    offer: Mapped[str] = mapped_column(ForeignKey(Offer.id))
    partner: Mapped[str] = mapped_column(ForeignKey(Partner.id))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey(Customer.id))
    code: Mapped[str]
    accepted_at: Mapped[datetime]
    redeemed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

"""What partners may tell us. A type that is not in the table is taken and noted, for a partner may be ahead of us.

==================  ==========  ======================================================================
type                names       what it says
==================  ==========  ======================================================================
referral.sent       ``code``    a customer of the partner's was sent to us with this code, before or after they come
referral.bought     ``code``    a customer with this code, the partner's or a promo code, has bought something
offer.redeemed      ``claim``   the offer behind a claim was used
promo.used          ``code``    a promo code that we gave was used
==================  ==========  ======================================================================
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from customer_api.partners.tables import OfferClaim
from customer_api.referrals import sent
from flows.entities.cards import none_in

NAMES: Mapping[str, str] = {
    "referral.sent": "code",
    "referral.bought": "code",
    "offer.redeemed": "claim",
    "promo.used": "code",
}
DEPTH_MAX = 20
TYPE = re.compile(r"[a-z][a-z0-9_.-]{0,99}")
ABOUT = re.compile(r"[A-Za-z0-9_-]{1,64}")

Outcome = Literal["done", "unmatched", "noted"]


class Unreadable(Exception):
    """The body is no event."""


class Misshapen(Exception):
    """It is an event of a type that we know, without the one thing that it must name."""


@dataclass(frozen=True, slots=True)
class Event:
    """A partner's event. ``about`` is what it names, None for a type that we do not know."""

    type: str
    about: str | None


def read(body: bytes) -> Event:
    """An event of a proved body.

    :raises Unreadable: for what is no JSON object with a type, or is nested deeper than anybody needs.
    :raises Misshapen: for a type that we know without what it must name.
    """
    try:
        found = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Unreadable("the body is no JSON") from None
    if not isinstance(found, dict) or not _is_shallow(found, DEPTH_MAX):
        raise Unreadable("the body is no JSON object of a reasonable depth")
    name, data = found.get("type"), found.get("data")
    if not isinstance(name, str) or TYPE.fullmatch(name) is None:
        raise Unreadable("type: a word such as referral.sent")
    if _no_card(name, "type") not in NAMES:
        return Event(name, None)
    about = data.get(NAMES[name]) if isinstance(data, dict) else None
    if not isinstance(about, str) or ABOUT.fullmatch(about) is None:
        raise Misshapen(f"data.{NAMES[name]}: 1 to 64 of A-Z a-z 0-9 _ -")
    return Event(name, _no_card(about, f"data.{NAMES[name]}"))


def _no_card(text: str, where: str) -> str:
    """What a partner names is kept as it is, so it may be no card number. Raises Misshapen."""
    try:
        return none_in(text)
    except ValueError as reason:
        raise Misshapen(f"{where} {reason}") from None


async def take(session: AsyncSession, partner: str, event: Event, now: datetime) -> Outcome:
    """Do what the event says, once; ``unmatched`` when nothing of this partner's is called so."""
    match event.type:
        case "offer.redeemed":
            return await _mark(session, partner, OfferClaim.id, _uuid(event.about), "redeemed_at", now)
        case "promo.used":
            return await _mark(session, partner, OfferClaim.code, event.about, "used_at", now)
        case sent.SENT:
            return "done" if await sent.named(session, partner, str(event.about), now) else "unmatched"
        case "referral.bought":
            return await _bought(session, partner, str(event.about))
    return "noted"


async def _bought(session: AsyncSession, partner: str, code: str) -> Outcome:
    """Its row is the record; it is of a promo code that we gave, or of a code that somebody has come by."""
    claim = select(OfferClaim.id).where(OfferClaim.code == code, OfferClaim.partner == partner)
    is_known = await session.scalar(claim) is not None or await sent.has_come(session, partner, code)
    return "done" if is_known else "unmatched"


async def _mark(
    session: AsyncSession,
    partner: str,
    column: InstrumentedAttribute[UUID] | InstrumentedAttribute[str],
    value: object,
    moment: Literal["redeemed_at", "used_at"],
    now: datetime,
) -> Outcome:
    found = select(OfferClaim).where(column == value, OfferClaim.partner == partner).with_for_update()
    claim = await session.scalar(found) if value is not None else None
    if claim is None:
        return "unmatched"
    if getattr(claim, moment) is None:
        setattr(claim, moment, now)
    return "done"


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text)
    except (ValueError, TypeError):
        return None


def _is_shallow(value: object, left: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left >= 0 and all(_is_shallow(one, left - 1) for one in inner)


def _refuse(constant: str) -> object:
    raise ValueError(constant)

"""Partners' offers in the chat: who sees which, what a partner would get to know, and a yes that lets exactly that out.

An offer for everyone is shown to whoever asks. One for some is picked by what the bank knows of the customer, and so
shown only to who allows profiling. The yes is kept as a consent in the transaction that writes the webhook.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings, consents, guard, people
from customer_api.bodies import Answer, Asked
from customer_api.codes import failed
from customer_api.consents import Evidence, Sharing, Wording
from customer_api.partners import outbox
from customer_api.partners.tables import Offer, OfferClaim, Partner
from customer_api.questions import Nothing, Outputs
from customer_api.seals import Seals
from customer_api.started import AcceptOffer
from customer_api.tables import Customer
from flows.formats import day

NEWCOMER = timedelta(days=30)
OFFERS_MAX = 50  # in one list
DETAILS_MAX = 500  # as a picture takes them; the message beside it has all
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no sign that reads as another
CODE_LENGTH = 10
FALLBACK = "en"

# What is shared, in the customer's words; a promo code goes with every yes and says nothing about anybody.
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"first_name": "your first name", "full_name": "your full name", "phone": "your phone number",
           "language": "the language of this chat", "code": "a promo code", "and": " and "},
    "uk": {"first_name": "ваше ім'я", "full_name": "ваше повне ім'я", "phone": "ваш номер телефону",
           "language": "мову цього чату", "code": "промокод", "and": " та "},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offers:
    """Answers the questions of the flow and takes its yes. ``clock`` gives times with a zone."""

    seals: Seals
    clock: Callable[[], datetime]

    async def any(self, session: AsyncSession, customer_id: UUID, asked: Asked) -> Outputs:  # noqa: ARG002
        """Whether there is one to show."""
        if not await self._shown_to(session, customer_id):
            raise Nothing("none_now")
        return {}

    async def active(self, session: AsyncSession, customer_id: UUID, asked: Asked) -> Outputs:
        """The list to choose from."""
        rows = await self._shown_to(session, customer_id)
        return {"options": [{"id": offer.id} | _texts(offer, asked.locale, "name", "gain") for offer in rows]}

    async def read(self, session: AsyncSession, customer_id: UUID, asked: Asked) -> Outputs:
        """One offer, and all that the partner would get to know."""
        offer, partner = await self._one(session, customer_id, asked)
        language = _language(asked.locale)
        return {
            "partner": partner.name,
            **_texts(offer, asked.locale, "details"),
            "until": day(offer.ends_on, language),
            "shares": shares_text(offer.shares, language),
        }

    async def picture(self, session: AsyncSession, customer_id: UUID, asked: Asked) -> Outputs:
        """The same offer as a picture shows it: its day as a date, and nothing of what is shared."""
        offer, partner = await self._one(session, customer_id, asked)
        texts = _texts(offer, asked.locale, "name", "gain", "details")
        details = texts["details"]
        if len(details) > DETAILS_MAX:
            details = f"{details[: DETAILS_MAX - 1].rstrip()}…"
        title = f"{texts['name']}: {texts['gain']}"
        return {"partner": partner.name, "title": title, "details": details, "until": offer.ends_on.isoformat()}

    async def accept(self, session: AsyncSession, ask: AcceptOffer) -> Answer:
        """Keep the yes and tell the partner, in one transaction; ``ended`` when it is not what was shown."""
        await bindings.lock(session, self.seals.mark(ask.chat.text, "chat"))
        binding = await bindings.living(session, self.seals, ask.chat)
        if binding is None or binding.customer_id != ask.customer_id:
            return failed("unavailable")
        rows = await self._shown_to(session, binding.customer_id)
        offer = next((one for one in rows if one.id == ask.inputs.offer), None)
        languages = [one for one in WORDS if offer and shares_text(offer.shares, one) == ask.inputs.shares]
        if offer is None or not languages:
            return failed("ended")
        partner = await session.get_one(Partner, offer.partner)
        claim = await self._claim(session, ask, offer, partner, languages[0])
        return Answer(state="done", outputs={"offer_link": offer.link.replace("{code}", claim.code)})

    async def _claim(
        self, session: AsyncSession, ask: AcceptOffer, offer: Offer, partner: Partner, language: str
    ) -> OfferClaim:
        """The customer's claim. The partner is told of a new one, and of a yes after a consent that did not hold."""
        assert ask.customer_id is not None
        now, customer_id = self.clock(), ask.customer_id
        await bindings.lock(session, f"offer {offer.id} of {customer_id}")
        is_told = await guard.allows(session, customer_id, "partner_sharing", partner.id)
        sharing = Sharing(partner.id, partner.name, ask.inputs.shares)
        wording = Wording(_version(offer, ask.inputs.shares), language)
        evidence = Evidence(ask.op_id, ask.channel, now)
        await consents.give(session, customer_id, "partner_sharing", wording, evidence, sharing)
        found = select(OfferClaim).where(OfferClaim.offer == offer.id, OfferClaim.customer_id == customer_id)
        claim = await session.scalar(found)
        if claim is None:
            code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
            row = {"id": uuid4(), "offer": offer.id, "partner": partner.id, "code": code, "accepted_at": now}
            claim, is_told = OfferClaim(customer_id=customer_id, **row), False
            session.add(claim)
        if not is_told:
            shared = await self._shared(session, offer, customer_id, language)
            data = {"claim": str(claim.id), "offer": offer.id, "code": claim.code, "customer": shared}
            await outbox.tell(session, self.seals, partner, "offer.accepted", data, now, customer_id)
        return claim

    async def _shared(self, session: AsyncSession, offer: Offer, customer_id: UUID, language: str) -> dict[str, str]:
        """Exactly what the offer names."""
        person = await people.read(session, self.seals, customer_id, self.clock())
        assert person is not None
        known = {
            "first_name": person.first_name,
            "full_name": person.full_name or f"{person.first_name} {person.last_name}".strip(),
            "phone": person.phone,
            "language": language,
        }
        return {name: known[name] for name in offer.shares}

    async def _one(self, session: AsyncSession, customer_id: UUID, asked: Asked) -> tuple[Offer, Partner]:
        """The offer that is asked about, if the customer may see it. Raises Nothing."""
        rows = await self._shown_to(session, customer_id)
        offer = next((one for one in rows if one.id == asked.inputs.get("offer")), None)
        if offer is None:
            raise Nothing("ended")
        return offer, await session.get_one(Partner, offer.partner)

    async def _shown_to(self, session: AsyncSession, customer_id: UUID) -> Sequence[Offer]:
        """The offers of this day that this customer may see."""
        customer = await session.get(Customer, customer_id)
        if customer is None:
            return []
        now = self.clock()
        segments = ["everyone"]
        if await guard.allows(session, customer_id, "profiling"):
            segments += ["identified"] if customer.identified_at is not None else []
            segments += ["newcomers"] if customer.created_at > now - NEWCOMER else []
        today = now.date()
        found = (
            select(Offer)
            .join(Partner, Partner.id == Offer.partner)
            .where(Partner.state == "active", Offer.is_on, Offer.starts_on <= today, Offer.ends_on >= today)
            .where(Offer.segment.in_(segments))
        )
        return (await session.scalars(found.order_by(Offer.ends_on, Offer.id).limit(OFFERS_MAX))).all()


def shares_text(shares: Sequence[str], language: str) -> str:
    """``your first name and a promo code``, as the customer reads it before the yes."""
    words = WORDS[language]
    *first, last = [*(words[name] for name in shares), words["code"]]
    return words["and"].join([", ".join(first), last]) if first else last


def _language(locale: str) -> str:
    return locale[:2] if locale[:2] in WORDS else FALLBACK


def _texts(offer: Offer, locale: str, *names: str) -> dict[str, str]:
    texts = offer.texts.get(locale[:2]) or offer.texts.get(FALLBACK) or next(iter(offer.texts.values()))
    return {name: str(texts[name]) for name in names}


def _version(offer: Offer, shares: str) -> str:
    """Which text was agreed to: the offer and what it shared on that day."""
    return f"offer {offer.id} {sha256(shares.encode()).hexdigest()[:12]}"

"""What a customer sees of their consents in the chat, and how one of them is withdrawn: one choice and one yes.

The consent to be served is not among them: it ends with the customer's data, for nothing can be done without it.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings, consents, texts
from customer_api.bodies import Answer, Asked, Given
from customer_api.codes import failed
from customer_api.consents import Evidence
from customer_api.questions import Answerer, Nothing
from customer_api.seals import Seals
from customer_api.started import WithdrawConsent
from customer_api.tables import Consent
from flows import formats


def answerers(zone: str) -> Mapping[str, Answerer]:
    """By verb; days are those of the bank's zone."""

    async def any_given(session: AsyncSession, customer_id: UUID, _: Asked) -> Mapping[str, object]:
        if not await _withdrawable(session, customer_id):
            raise Nothing("none_given")
        return {}

    async def given(session: AsyncSession, customer_id: UUID, asked: Asked) -> Mapping[str, object]:
        rows = await _withdrawable(session, customer_id)
        return {"options": [shown(row, asked.locale, zone).model_dump(mode="json") for row in rows]}

    return {"consents.any": any_given, "consents.given": given}


def shown(row: Consent, locale: str, zone: str) -> Given:
    """A consent in words: a partner's as the customer has read them, the bank's own in the language asked for."""
    language = texts.language(locale, "")
    name, scope = texts.CONSENTS[row.purpose][language] if not row.partner else (row.partner_name, row.scope)
    since = formats.day(row.decided_at.astimezone(ZoneInfo(zone)).date(), language)
    return Given(id=row.id, name=name, scope=scope, since=since)


async def withdraw(session: AsyncSession, seals: Seals, ask: WithdrawConsent, now: datetime) -> Answer:
    """Take back what was chosen, for the customer whose chat this is; it holds from the end of the transaction."""
    await bindings.lock(session, seals.mark(ask.chat.text, "chat"))
    binding = await bindings.living(session, seals, ask.chat)
    chosen = await session.get(Consent, ask.inputs.consent)
    if binding is None or binding.customer_id != ask.customer_id:
        return failed("unavailable")
    if chosen is None or chosen.customer_id != binding.customer_id or chosen.purpose == "service":
        return failed("unavailable")
    evidence = Evidence(ask.op_id, ask.chat.channel, now)
    if await consents.withdraw(session, binding.customer_id, chosen.purpose, evidence, chosen.partner):
        return Answer(state="done")
    return failed("already_withdrawn")


async def _withdrawable(session: AsyncSession, customer_id: UUID) -> list[Consent]:
    return [row for row in await consents.standing(session, customer_id) if row.purpose != "service"]

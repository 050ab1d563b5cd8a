"""Which messages a customer wants to get unasked, kind by kind. Nothing is forgotten: the newest choice is the one.

What a customer has never chosen is as the bank has it, and some kinds stay on, for they protect the money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings, consents, guard, wordings
from customer_api.bodies import Answer, NoticeState
from customer_api.codes import failed
from customer_api.consents import Evidence
from customer_api.seals import Seals
from customer_api.started import SetNotices
from customer_api.tables import NoticeChoice


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """What the bank has set: each kind's state before anybody has chosen, and the kinds that stay on."""

    states: Mapping[str, NoticeState] = field(default_factory=dict)
    stay_on: frozenset[str] = frozenset()


async def choose(session: AsyncSession, seals: Seals, ask: SetNotices, rules: NoticeRules, now: datetime) -> Answer:
    """Keep a choice of the customer whose chat this is; `must_stay_on` where there is none to make."""
    await bindings.lock(session, seals.mark(ask.chat.text, "chat"))
    binding = await bindings.living(session, seals, ask.chat)
    if binding is None or binding.customer_id != ask.customer_id:
        return failed("unavailable")
    if ask.inputs.state == "off" and ask.inputs.kind in rules.stay_on:
        return failed("must_stay_on")
    session.add(
        NoticeChoice(
            op_id=ask.op_id,
            customer_id=binding.customer_id,
            kind=ask.inputs.kind,
            state=ask.inputs.state,
            chosen_at=now,
        )
    )
    await _decide(session, ask, binding.customer_id, now)
    return Answer(state="done")


async def _decide(session: AsyncSession, ask: SetNotices, customer_id: UUID, now: datetime) -> None:
    """Whoever turns offers on has been asked and has said yes; turning them off takes it back."""
    purpose = guard.NOTICES.get(ask.inputs.kind)
    if purpose is None:
        return
    evidence = Evidence(ask.op_id, ask.chat.channel, now)
    if ask.inputs.state == "off":
        await consents.withdraw(session, customer_id, purpose, evidence)
    elif not await consents.holds(session, customer_id, purpose):
        await consents.give(session, customer_id, purpose, wordings.shown(purpose, ask.locale), evidence)


class MustStayOn(Exception):
    """Messages of this kind protect the money and are not turned off."""


class NeedsConsent(Exception):
    """Messages of this kind need the customer's own yes, given in the chat."""


async def turn(
    session: AsyncSession, customer_id: UUID, kind: str, state: NoticeState, rules: NoticeRules, now: datetime
) -> None:
    """Keep a wish that came by another way than the chat; it gives no consent, and takes one back.

    :raises MustStayOn, NeedsConsent: and nothing is changed.
    """
    if state == "off" and kind in rules.stay_on:
        raise MustStayOn
    purpose, op_id = guard.NOTICES.get(kind), uuid4()
    if purpose is not None and state == "off":
        await consents.withdraw(session, customer_id, purpose, Evidence(op_id, "api", now))
    elif purpose is not None and not await guard.allows(session, customer_id, purpose):
        raise NeedsConsent
    session.add(NoticeChoice(op_id=op_id, customer_id=customer_id, kind=kind, state=state, chosen_at=now))


async def heard(session: AsyncSession, customer_id: UUID, rules: NoticeRules) -> dict[str, NoticeState]:
    """Each kind's state for a customer, as the guard lets it through."""
    return await guard.notices(session, customer_id, await _chosen(session, customer_id, rules))


async def _chosen(session: AsyncSession, customer_id: UUID, rules: NoticeRules) -> dict[str, NoticeState]:
    """Each kind's newest choice."""
    rows = await session.scalars(
        select(NoticeChoice).where(NoticeChoice.customer_id == customer_id).order_by(NoticeChoice.n)
    )
    states: dict[str, NoticeState] = dict(rules.states)
    for row in rows:
        states[row.kind] = row.state
    return states

"""A customer's own link: an address of ours that ends in a code, made the first time and the same ever after."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings
from customer_api.bodies import Answer
from customer_api.codes import failed
from customer_api.referrals.rules import Rules
from customer_api.referrals.tables import Invitation
from customer_api.seals import Seals
from customer_api.started import MakeLink

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without letters that are read as digits
LENGTH = 8


async def shown(
    session: AsyncSession, rules: Rules, customer_id: UUID, programme: str, page: str
) -> Mapping[str, object] | None:
    """What a picture of an invitation shows; None in a closed programme, and before the link was made."""
    pays = rules.programmes.get(programme)
    code = await _code_of(session, customer_id, programme) if pays is not None else None
    if pays is None or code is None:
        return None
    return {"friend_gets": str(pays.newcomer), "link": f"{page}/{code}"}


async def make(session: AsyncSession, seals: Seals, ask: MakeLink, rules: Rules, page: str, now: datetime) -> Answer:
    """The link of the customer whose chat this is."""
    binding = await bindings.living(session, seals, ask.chat)
    programme = ask.inputs.programme
    if binding is None or binding.customer_id != ask.customer_id or programme not in rules.programmes:
        return failed("unavailable")
    code = await _code_of(session, binding.customer_id, programme)
    if code is None:
        made = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        await session.execute(
            insert(Invitation)
            .values(code=made, customer_id=binding.customer_id, programme=programme, made_at=now)
            .on_conflict_do_nothing(index_elements=["customer_id", "programme"])
        )
        code = await _code_of(session, binding.customer_id, programme)
    return Answer(state="done", outputs={"invite_link": f"{page}/{code}"})


async def find(session: AsyncSession, code: str) -> Invitation | None:
    """The invitation of a code, however its letters were typed."""
    return await session.get(Invitation, code.upper())


async def _code_of(session: AsyncSession, customer_id: UUID, programme: str) -> str | None:
    return await session.scalar(
        select(Invitation.code).where(Invitation.customer_id == customer_id, Invitation.programme == programme)
    )

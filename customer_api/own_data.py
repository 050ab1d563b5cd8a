"""What a person may ask of us about their own data: a copy of it, and its end after a time of grace.

From the chat both need a fresh code, which is judged here in the transaction that acts on it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from customer_api import bindings, codes, texts
from customer_api.bodies import Answer
from customer_api.codes import failed
from customer_api.ports import Copies
from customer_api.seals import Seals
from customer_api.started import Erase, KeepData, Operation, TakeCopy
from customer_api.tables import Erasure
from flows import formats

GRACE = timedelta(days=3)  # somebody else with the phone in hand is noticed by then, and a mind may change


class OwnData:
    """Runs what a person asks in the chat. `zone` is where the bank's days begin; without `copies` there are none."""

    def __init__(self, seals: Seals, zone: str, clock: Callable[[], datetime], copies: Copies | None) -> None:
        self._seals, self._zone, self._clock, self._copies = seals, zone, clock, copies

    async def run(self, session: AsyncSession, ask: TakeCopy | Erase | KeepData) -> Answer:
        """Judge the code, where one is needed, and do what is asked."""
        now = self._clock()
        if ask.customer_id is None or not await self._is_theirs(session, ask):
            return failed("unavailable")
        if isinstance(ask, KeepData):
            return Answer(state="done") if await take_back(session, ask.customer_id, now) else failed("none_asked")
        if isinstance(ask, TakeCopy) and self._copies is None:
            return failed("unavailable")
        judged = await codes.judge(session, self._seals, ask.chat, ask.inputs.code, now)
        if isinstance(judged, str):
            return failed(judged)
        if isinstance(ask, Erase):
            return await self._erase(session, ask, ask.customer_id, now)
        assert self._copies is not None
        await self._copies.keep(ask.customer_id, ask.op_id)
        return Answer(state="done")

    def linked(self, ask: Operation, answer: Answer) -> Answer:
        """With the link to a copy: it is worked out when the answer leaves, so that it lies in no table."""
        if self._copies is None or not isinstance(ask, TakeCopy) or answer.state != "done":
            return answer
        return answer.model_copy(update={"outputs": {"copy_link": self._copies.link(ask.op_id)}})

    async def _erase(self, session: AsyncSession, ask: Erase, customer_id: UUID, now: datetime) -> Answer:
        due_at = await ask_for(session, customer_id, ask.op_id, f"the customer in {ask.channel}", now)
        language = texts.language(ask.locale, "")
        return Answer(
            state="done", outputs={"day": formats.day(due_at.astimezone(ZoneInfo(self._zone)).date(), language)}
        )

    async def _is_theirs(self, session: AsyncSession, ask: TakeCopy | Erase | KeepData) -> bool:
        await bindings.lock(session, self._seals.mark(ask.chat.text, "chat"))
        binding = await bindings.living(session, self._seals, ask.chat)
        return binding is not None and binding.customer_id == ask.customer_id


async def ask_for(session: AsyncSession, customer_id: UUID, op_id: UUID, by: str, now: datetime) -> datetime:
    """When a customer's data end. Asked for again, it is the day that was said first."""
    await bindings.lock(session, f"erasure of {customer_id}")
    open_one = await _open(session, customer_id)
    if open_one is not None:
        return open_one.due_at
    due_at = now + GRACE
    session.add(Erasure(id=op_id, customer_id=customer_id, asked_by=by, asked_at=now, due_at=due_at))
    return due_at


async def take_back(session: AsyncSession, customer_id: UUID, now: datetime) -> bool:
    """Let the data stay; false when nobody has asked for their end, or it has come."""
    await bindings.lock(session, f"erasure of {customer_id}")
    open_one = await _open(session, customer_id)
    if open_one is None:
        return False
    open_one.kept_at = now
    return True


async def _open(session: AsyncSession, customer_id: UUID) -> Erasure | None:
    waiting = (Erasure.customer_id == customer_id, Erasure.kept_at.is_(None), Erasure.done_at.is_(None))
    return await session.scalar(select(Erasure).where(*waiting).with_for_update())

"""Rewards for bringing friends: what CustomerAPI says is owed becomes one payment of the bank each, and no more.

The payment's id is made from the reward's, so that a reward that is handed to us twice, by two processes or after a
crash, is one operation. It is approved by nobody's yes, for nothing leaves a customer's account; it waits while staff
have stopped it. Its end is told as news, in the chat that the customer has chosen last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog

from core_adapters.database import Connection
from core_adapters.notices import notes
from core_adapters.notices.notes import Note
from core_adapters.operations import records, switches
from core_adapters.operations.ids import core_ref, event_id
from core_adapters.operations.records import Operation
from core_adapters.operations.states import NOTHING_MOVED, State
from core_adapters.operations.store import Store
from core_adapters.ports import Newcomers, Reward
from flows.effects import StartOperation

ACTION, EVENT = "referrals.reward", "referrals.rewarded"
OUTCOMES: Mapping[str, str] = {"recommender": "ok", "newcomer": "welcome"}
EXEMPTION = "nothing leaves the customer's accounts"
LOOK_EVERY = timedelta(seconds=2)
log = structlog.get_logger()

INSERT = """
insert into money.operation (op_id, conversation, customer_id, action, core, core_ref, state, due_at,
    amount_minor, currency, request, request_hash, exemption, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, 'APPROVED', $7, $8, $9, $10, $11, $12, $7, $7)
on conflict (op_id) do nothing returning op_id
"""


@dataclass(slots=True)
class Rewarding:
    """Pays for one bank."""

    store: Store
    core: str
    newcomers: Newcomers
    _next: datetime | None = field(default=None)

    async def pay(self) -> None:
        """Begin what is owed and say what became of what was begun."""
        now = self.store.clock()
        if self._next is not None and now < self._next:
            return
        self._next = now + LOOK_EVERY
        try:
            for reward in await self.newcomers.due():
                await self._one(reward)
        except Exception as error:  # CustomerAPI is away: it hands out what is owed again
            log.warning("rewards_wait", error=type(error).__name__)

    async def _one(self, reward: Reward) -> None:
        operation = await self.store.get(op_id_of(reward.id))
        if operation is None:
            await self._begin(reward)
        elif operation.state in NOTHING_MOVED:
            await self.newcomers.settled(reward.id, operation.error or "unavailable")
        elif operation.state in (State.POSTED, State.REVERSING, State.REVERSED):
            await self.newcomers.settled(reward.id, None)

    async def _begin(self, reward: Reward) -> None:
        start, now = _start(reward), self.store.clock()
        async with self.store.pool.acquire() as connection, connection.transaction():
            if await switches.is_stopped(connection, ACTION, self.core):
                return
            fresh = await connection.fetchval(
                INSERT, start.op_id, reward.id, reward.customer_id, ACTION, self.core, core_ref(start.op_id), now,
                reward.amount.minor, reward.amount.currency, records.sealed(start, self.store.sealer),
                records.request_hash(start), EXEMPTION,
            )  # fmt: skip
            if fresh is not None:
                details = f"reward {reward.id}"
                await self.store.audit.write(connection, now, "teller", "approved", str(start.op_id), details)


async def follow(store: Store, connection: Connection, moved: Operation) -> None:
    """Tell the customer of a reward that has come, in the transaction that makes it so."""
    if moved.state is not State.POSTED:
        return
    asked = moved.request.inputs
    outputs = {"amount": str(moved.amount), "card_last4": moved.details.get("to_last4", "")}
    note = Note(
        event_id(moved.op_id, EVENT), moved.customer_id, "regular", EVENT, OUTCOMES[str(asked["role"])],
        {"referral_id": asked["referral_id"]}, outputs,
    )  # fmt: skip
    await notes.keep(connection, store.sealer, note, moved.updated_at)


def op_id_of(reward_id: UUID) -> UUID:
    """The payment of a reward."""
    return uuid5(reward_id, ACTION)


def _start(reward: Reward) -> StartOperation:
    inputs = {"amount": str(reward.amount), "referral_id": str(reward.referral_id), "role": reward.role}
    return StartOperation(
        op_id_of(reward.id), ACTION, "core_adapters", {**inputs}, {}, reward.customer_id, "referrals", "", "", None
    )

"""Sends one operation to its core: SENDING is committed, then the call, then what came of it.

No transaction is open while the core is asked. Whatever happens between the two commits, a crash included, leaves a
SENDING row whose lease ends; `recover` makes it UNKNOWN, and only an enquiry or a core that drops doubles goes on.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

import structlog
from structlog.contextvars import bound_contextvars

from core_adapters.breaker import CanRest, let_through
from core_adapters.failures import BankFailure, Unclear
from core_adapters.operations.decisions import reply
from core_adapters.operations.decisions.reply import Verdict
from core_adapters.operations.moving import move
from core_adapters.operations.records import Operation
from core_adapters.operations.states import State
from core_adapters.operations.store import Store
from core_adapters.ports import Order, Performer, Posted

CALL_S_MAX = 20.0  # shorter than the lease, so that a live sender never loses its operation to `recover`
QUEUED_MAX = timedelta(minutes=10)  # a customer has long gone another way; the yes was for now
log = structlog.get_logger()

Performers = Mapping[str, Performer]


async def send(store: Store, performers: Performers, seen: Operation) -> Operation | None:
    """Send an APPROVED operation for the first time, or an UNKNOWN one again; None when it is not sent now.

    Sending again is for cores that drop doubles only; `decisions.enquiry` sees to that. While its core rests, being
    ill, an operation stays as it is and is due again with the next lease; or it is somebody else who has it.
    """
    performer = performers[seen.core]
    if isinstance(performer, CanRest) and performer.rest_s() > 0:
        return await _queued(store, seen)
    version = seen.version if seen.state is State.UNKNOWN else None
    operation = await store.claim(seen.op_id, seen.state, version)
    if operation is None:
        return None
    outcome = await called(performer, operation.order)
    begun = operation.fence > 1 or operation.leg_of is not None  # for a leg money is reserved before it is sent
    verdict = reply.decide(outcome, sent_before=begun)
    log.info("operation_answered", op_id=str(operation.op_id), action=operation.action, state=verdict.state.value)
    return await move(store, operation, verdict, outcome if isinstance(outcome, Posted) else None)


async def called(performer: Performer, order: Order) -> Posted | BankFailure:
    """What the core answered; a failure that has no type of ours is an unclear one, for it may have happened."""
    try:
        async with asyncio.timeout(CALL_S_MAX):
            with _to_its_end(performer), bound_contextvars(op_id=str(order.op_id)):
                return await performer.perform(order)
    except BankFailure as failure:
        return failure
    except Exception as error:
        log.error("core_call_broke", op_id=str(order.op_id), error=type(error).__name__)
        return Unclear(type(error).__name__)


def _to_its_end(performer: Performer) -> AbstractContextManager[None]:
    """An order that was not held back before it became SENDING is not held back in its middle."""
    return let_through() if isinstance(performer, CanRest) else nullcontext()


async def _queued(store: Store, seen: Operation) -> Operation | None:
    """Leave it for later; give it up when it has never been sent and waits for too long."""
    waits_too_long = store.clock() - seen.created_at > QUEUED_MAX
    if seen.state is State.APPROVED and seen.leg_of is None and waits_too_long:
        return await move(store, seen, Verdict(State.VOID, "unavailable"))
    return None


async def recover(store: Store) -> int:
    """Operations whose sender is gone become UNKNOWN, never sent again blindly; how many."""
    lost = await store.take_due(State.SENDING)
    moved = [await move(store, operation, Verdict(State.UNKNOWN, "unknown_result")) for operation in lost]
    return sum(operation is not None for operation in moved)

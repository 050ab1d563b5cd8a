"""Finds out what became of operations in doubt, after the core's settle bound."""

import asyncio
from datetime import timedelta

import structlog
from structlog.contextvars import bound_contextvars

from core_adapters.breaker import let_through
from core_adapters.failures import BankFailure, Unclear
from core_adapters.operations.decisions import enquiry
from core_adapters.operations.decisions.enquiry import Doubt, Step, Wait
from core_adapters.operations.decisions.reply import Verdict
from core_adapters.operations.moving import move
from core_adapters.operations.records import Operation
from core_adapters.operations.sending import CALL_S_MAX, Performers, send
from core_adapters.operations.states import State
from core_adapters.operations.store import Store
from core_adapters.ports import Performer, Posted

log = structlog.get_logger()


async def enquire(store: Store, performers: Performers, operation: Operation) -> None:
    """One step for one UNKNOWN operation: wait, ask, send again where that is safe, or hand it to staff."""
    performer = performers[operation.core]
    doubt = _doubt(store, operation)
    step = enquiry.before_asking(performer.capability, doubt)
    answer: Posted | BankFailure | None = None
    asked = step == "ask"
    if asked:
        answer = await _asked(performer, operation)
        step = enquiry.after_asking(performer.capability, doubt, answer)
    await _take(store, performers, operation, step, answer, asked)


async def _take(
    store: Store, performers: Performers, operation: Operation, step: Step, answer: object, asked: bool
) -> None:
    if isinstance(step, Verdict):
        await move(store, operation, step, answer if isinstance(answer, Posted) else None)
        if step.state is State.HOLD:
            log.error("operation_on_hold", op_id=str(operation.op_id), action=operation.action)
    elif isinstance(step, Wait):
        await store.look_again(operation, step.seconds, asked)
    else:
        await send(store, performers, operation)


async def _asked(performer: Performer, operation: Operation) -> Posted | BankFailure | None:
    try:
        async with asyncio.timeout(CALL_S_MAX):
            # The pauses between enquiries spare a core that is ill.
            with bound_contextvars(op_id=str(operation.op_id)), let_through():
                return await performer.enquire(operation.order)
    except BankFailure as failure:
        return failure
    except Exception as error:
        log.error("enquiry_broke", op_id=str(operation.op_id), error=type(error).__name__)
        return Unclear(type(error).__name__)


def _doubt(store: Store, operation: Operation) -> Doubt:
    since = store.clock() - operation.updated_at  # when the last attempt was over: no byte left later
    return Doubt(max(since, timedelta()), operation.fence, operation.enquiries)

"""Handing operations over to the service that performs them. Handing the same ``op_id`` over twice is one operation.

core_adapters accepts at once and announces the result later, in its own transaction. customer_api answers with the
result, which becomes an event of the inbox. Either is asked again until it has accepted.

When no connection could be made at all for PATIENCE_S, nothing has happened and nothing will: ``unavailable``. When
a request may have arrived, the outcome is ``unknown``: the flow tells the customer so, and we go on asking.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal
from uuid import UUID

import httpx
import structlog
from structlog.contextvars import bound_contextvars

from bot.logs import whose
from bot.metrics import OPERATIONS, alert
from bot.store import Mark, OutboxRow, OutboxStore, StoreDown, uuid7
from bot.tracing import span
from flows.effects import EFFECT, StartOperation
from flows.events import OperationSettled, Value

PATHS = {"core_adapters": "/api/v1/operations", "customer_api": "/api/v1/customers/operations"}
PATIENCE_S = 20.0
PAUSE_S = 0.2
PAUSE_S_MAX = 10.0
STORE_PAUSE_S = 0.5

log = structlog.get_logger("bot.operations")

# Takes an event of our own into the inbox: (event, source, dedupe key).
Settle = Callable[[OperationSettled, str, str], Awaitable[bool]]
State = Literal["done", "failed", "unknown"]


class NotAnswered(Exception):
    """The service did not take the operation. ``reached`` is false when no byte of it can have arrived."""

    def __init__(self, reason: str, reached: bool) -> None:
        super().__init__(reason)
        self.reached = reached


class Refused(Exception):
    """The service will never take it: our request is wrong. Nothing was done."""


@dataclass(slots=True)
class _Handover:
    """One operation on its way to its provider. A row that another process had before us may have arrived."""

    row: OutboxRow
    operation: StartOperation
    reached: bool
    began: float
    told: bool = False


class Operations:
    """All operations that this process hands over. ``clients`` are by provider, with their tokens in them."""

    def __init__(
        self,
        store: OutboxStore,
        clients: Mapping[str, httpx.AsyncClient],
        settle: Settle,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._store = store
        self._clients = clients
        self._settle = settle
        self._patience_s = patience_s
        self._held: dict[UUID, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, row: OutboxRow) -> None:
        """Begin handing over. Returns at once."""
        if row.id in self._held:
            return
        self._held[row.id] = time.monotonic()
        task = asyncio.create_task(self._hand_over(row))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def held(self, longer_than_s: float) -> list[UUID]:
        """The rows on their way for so long that their lease needs renewing."""
        before = time.monotonic() - longer_than_s
        return [id_ for id_, since in self._held.items() if since <= before]

    async def drain(self) -> None:
        """Wait until everything is handed over."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self, timeout_s: float = 0) -> None:
        """Wait a while, then drop what is left: another process hands it over again, as the same operation."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)
        for task in list(self._tasks):
            task.cancel()

    async def _hand_over(self, row: OutboxRow) -> None:
        assert isinstance(row.effect, StartOperation)
        handover = _Handover(row, row.effect, reached=row.attempts > 0, began=time.monotonic())
        with (
            bound_contextvars(**whose(row.id), op_id=str(row.effect.op_id)),
            span("operation", action=row.effect.action, op_id=str(row.effect.op_id)),
        ):
            mark = await self._until_taken(handover)
            await self._until_stored(partial(self._store.mark, mark))
        self._held.pop(row.id, None)

    async def _until_taken(self, handover: _Handover) -> Mark:
        """Ask until there is an end to record."""
        pause_s = PAUSE_S
        while True:
            try:
                return await self._once(handover)
            except NotAnswered as error:
                handover.reached |= error.reached
                mark = await self._out_of_patience(handover, str(error))
                if mark is not None:
                    return mark
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, PAUSE_S_MAX)

    async def _once(self, handover: _Handover) -> Mark:
        """One attempt, to its recorded end. Raises NotAnswered."""
        operation, row = handover.operation, handover.row
        try:
            answer = await self._post(row, operation)
        except Refused as refused:
            alert("operation_refused", str(refused), conversation=str(row.conversation), operation=str(operation.op_id))
            OPERATIONS.labels("refused").inc()
            await self._announce(handover, "failed", error="unavailable")
            return Mark(row.id, "failed", error=str(refused))
        OPERATIONS.labels("accepted").inc()
        if operation.provider == "customer_api":
            await self._announce_answer(handover, answer)
        return Mark(row.id, "done")

    async def _post(self, row: OutboxRow, operation: StartOperation) -> Mapping[str, object]:
        client = self._clients.get(operation.provider)
        if client is None:
            raise Refused(f"no service performs operations of '{operation.provider}'")
        body = EFFECT.dump_python(operation, mode="json") | {"conversation": str(row.conversation)}
        if operation.provider == "customer_api":  # it keeps whose chat this is; the bank's wrappers need not know
            body |= {"address": row.to.address, "account": row.to.account, "locale": row.to.locale}
        try:
            response = await client.post(PATHS[operation.provider], json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotAnswered(type(error).__name__, reached=False) from error
        except httpx.HTTPError as error:
            raise NotAnswered(type(error).__name__, reached=True) from error
        if response.status_code >= 500 or response.status_code in (401, 403, 408, 425, 429):
            raise NotAnswered(f"HTTP {response.status_code}", reached=response.status_code >= 500)
        if response.status_code >= 400:
            raise Refused(f"HTTP {response.status_code}")
        return _object(response)

    async def _announce_answer(self, handover: _Handover, answer: Mapping[str, object]) -> None:
        state, outputs, error = answer.get("state"), answer.get("outputs"), answer.get("error")
        if state not in ("done", "failed"):
            raise NotAnswered("an answer of an unknown shape", reached=True)
        values: dict[str, Value] = dict(outputs) if isinstance(outputs, dict) else {}
        final: State = "done" if state == "done" else "failed"
        await self._announce(handover, final, values, str(error) if error else None)

    async def _out_of_patience(self, handover: _Handover, reason: str) -> Mark | None:
        """Tell the flow once that it takes too long; the row's end, when nothing can have happened."""
        if handover.told or time.monotonic() - handover.began < self._patience_s:
            return None
        row, operation = handover.row, handover.operation
        alert("operation_not_taken", reason, conversation=str(row.conversation), operation=str(operation.op_id))
        handover.told = True
        if handover.reached:
            OPERATIONS.labels("unknown").inc()
            await self._announce(handover, "unknown")
            return None
        OPERATIONS.labels("unavailable").inc()
        await self._announce(handover, "failed", error="unavailable")
        return Mark(row.id, "failed", error=reason)

    async def _announce(
        self, handover: _Handover, state: State, outputs: dict[str, Value] | None = None, error: str | None = None
    ) -> None:
        operation = handover.operation
        if not operation.run:  # it belongs to no flow, and nobody waits for it
            return
        event = OperationSettled(
            uuid7(), handover.row.conversation, datetime.now(UTC), operation.op_id, operation.action, state,
            outputs or {}, error,
        )  # fmt: skip
        dedupe = str(operation.op_id) if state != "unknown" else f"{operation.op_id}:unknown"
        await self._until_stored(partial(self._settled, event, operation.provider, dedupe))

    async def _settled(self, event: OperationSettled, source: str, dedupe: str) -> bool:
        return await self._settle(event, source, dedupe)

    async def _until_stored(self, ask: Callable[[], Awaitable[bool]]) -> bool:
        while True:
            try:
                return await ask()
            except StoreDown:
                await asyncio.sleep(STORE_PAUSE_S)


def _object(response: httpx.Response) -> Mapping[str, object]:
    """The answer's JSON object; an empty one when it is none (core_adapters' answer is not needed)."""
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}

"""Sets what was typed on a page: an operation of its own, whose secret part is in nobody's hands but this process's.

The letter with the PIN is kept in no table, not even sealed: it is in memory from the page's form to the bank. So
nothing can be sent a second time, and a process that dies with a letter ends its operation as not done, if it was not
sent, or in doubt. In doubt the bank is asked by reference; what it does not know when its settle bound is over was
never set.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from core_adapters.database import Connection
from core_adapters.failures import Declined, Refused
from core_adapters.operations import records
from core_adapters.operations.accepting import SENDER_GRACE
from core_adapters.operations.ids import core_ref
from core_adapters.operations.records import Operation
from core_adapters.operations.store import Store
from core_adapters.pages.kinds import SETS
from core_adapters.pages.store import Page
from core_adapters.ports import Capability, Credentials, Order, Posted, Progress
from flows.events import Value

UNSENT_MAX = timedelta(minutes=1)  # the customer looks at the page meanwhile

INSERT = """
insert into money.operation (op_id, conversation, customer_id, action, core, core_ref, state, due_at, request,
    request_hash, exemption, created_at, updated_at, expires_at)
values ($1, $2, $3, $4, $5, $6, 'APPROVED', $7, $8, $9, $10, $11, $11, $12)
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """Satisfies core_adapters.ports.Performer. ``hold`` a letter before its operation is sent."""

    bank: Credentials
    _letters: dict[UUID, str] = field(default_factory=dict, repr=False)
    name: ClassVar[str] = "credentials"
    actions: ClassVar[frozenset[str]] = frozenset(SETS.values())

    @property
    def capability(self) -> Capability:
        return Capability("none", "by-our-ref", self.bank.settle_bound_s)

    def hold(self, op_id: UUID, letter: str) -> None:
        """Keep a letter until its operation is sent from here."""
        self._letters[op_id] = letter

    def drop(self, op_id: UUID) -> None:
        """Forget a letter whose operation was not sent from here."""
        self._letters.pop(op_id, None)

    async def perform(self, order: Order) -> Posted:
        letter = self._letters.pop(order.op_id, None)
        if letter is None:
            raise Refused("the letter went with the process that had it")
        return await self.bank.put(order, letter)

    async def enquire(self, order: Order) -> Posted | None:
        kept = await self.bank.kept(order)
        if kept is None:
            raise Declined("not_set")
        return kept

    async def progress(self, order: Order) -> Progress | None:  # noqa: ARG002 -- the shape all performers share
        """Nothing follows what is set."""
        return Progress("ok")


def id_of(page: Page) -> UUID:
    """The operation that sets what is typed on a page: one a page."""
    return uuid5(page.op_id, "typed")


async def begin(store: Store, connection: Connection, page: Page, opened_by: Operation, now: datetime) -> None:
    """Write the operation down as approved by what was typed, inside the transaction that spends the page."""
    op_id = id_of(page)
    inputs: dict[str, Value] = {"subject": page.inside.subject, "page_id": str(page.op_id)}
    start = replace(opened_by.request, op_id=op_id, action=SETS[page.kind], inputs=inputs, cards={}, snapshot_hash=None)
    rule = f"typed on the page of {page.op_id}"
    await connection.execute(
        INSERT, op_id, page.conversation, page.customer_id, start.action, Setting.name, core_ref(op_id),
        now + SENDER_GRACE, records.sealed(start, store.sealer), records.request_hash(start), rule, now,
        now + UNSENT_MAX,
    )  # fmt: skip
    await store.audit.write(connection, now, f"customer {page.customer_id}", "approved", str(op_id), rule)

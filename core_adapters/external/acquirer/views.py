"""What the pages of a payment may tell whoever has their address: how it stands, and for a request who asks for what.

Everything is read from the operations; looking moves nothing. It only has the acquirer asked at once how far it is,
so that a payer who comes back sees the truth even when its news were lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog

from core_adapters.external.acquirer.sessions import OWN_CARD, REQUEST_LIFE_S, REQUESTS
from core_adapters.links import Links
from core_adapters.operations import records
from core_adapters.operations.records import Operation
from core_adapters.operations.store import Store
from core_adapters.operations.worker import Worker
from core_adapters.ports import Directory
from flows.money import Money

# open: nobody has paid yet, as far as is known · arriving: the payer's bank has said yes, the card has it soon ·
# paid: it is on the card · returned: it could not be put there and is the payer's again · closed: nobody paid in time
# or a bank said no
Standing = Literal["open", "arriving", "paid", "returned", "closed"]
Page = Literal["pay", "return"]

FOUND = """
select o.*, leg.state as leg_state, a.outcome
from money.operation o left join money.operation leg on leg.leg_of = o.op_id
    left join money.awaited a on a.op_id = o.op_id
where o.op_id = $1 and o.state = 'POSTED' and o.action = any($2::text[])
"""
SOONER = """
update money.awaited set due_at = $2
where op_id = $1 and done_at is null and due_at > $2::timestamptz + interval '2 seconds' returning op_id
"""
SHOWN: Mapping[Page, list[str]] = {"pay": sorted(REQUESTS), "return": sorted(REQUESTS | {OWN_CARD})}
ENDED: Mapping[str, Standing] = {"POSTED": "paid", "REJECTED": "returned"}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class View:
    """One payment as a payer may see it. ``asker`` is a first name and a letter, empty when it cannot be told."""

    standing: Standing
    amount: Money
    last4: str
    is_request: bool
    asker: str = ""
    note: str = ""
    page: str = ""
    link: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Views:
    """Reads payments by the token of an address."""

    store: Store
    worker: Worker
    links: Links
    directory: Directory

    async def look(self, page: Page, token: str) -> View | None:
        """The payment behind an address of ours; None for any other address."""
        op_id = self.links.read(page, token)
        row = None if op_id is None else await self.store.pool.fetchrow(FOUND, op_id, SHOWN[page])
        if row is None:
            return None
        operation = records.read(row, self.store.sealer)
        standing = _standing(row["leg_state"], row["outcome"])
        if standing in ("open", "arriving") and await self._ask_sooner(operation):
            self.worker.wake()
        return await self._view(operation, standing)

    async def _ask_sooner(self, operation: Operation) -> bool:
        return await self.store.pool.fetchval(SOONER, operation.op_id, self.store.clock()) is not None

    async def _view(self, operation: Operation, standing: Standing) -> View:
        assert operation.amount is not None, "a payment has an amount"
        is_request = operation.action in REQUESTS
        note = operation.request.inputs.get("note")
        return View(
            standing,
            operation.amount,
            operation.details.get("to_last4", ""),
            is_request,
            await self._asker(operation.customer_id) if is_request else "",
            note if isinstance(note, str) else "",
            _page(operation),
            self.links.url("pay", operation.op_id) if is_request else "",
            operation.updated_at + timedelta(seconds=REQUEST_LIFE_S) if is_request else None,
        )

    async def _asker(self, customer_id: str) -> str:
        """`Anna K.`: who knows them knows them by it, and nobody else learns more."""
        try:
            person = await self.directory.person(customer_id)
        except Exception as error:
            log.warning("asker_not_known", error=type(error).__name__)
            return ""
        return f"{person.first_name} {person.last_name[:1]}.".replace(" .", "").strip()


def _page(operation: Operation) -> str:
    """Where the payer pays, at the acquirer. What was opened before addresses were sealed has it among its details."""
    found = operation.outputs.get("page" if operation.action in REQUESTS else "pay_link")
    return str(found or operation.details.get("page", ""))


def _standing(leg: str | None, outcome: str | None) -> Standing:
    if leg is not None:
        return ENDED.get(leg, "arriving")
    return "open" if outcome is None else "closed"

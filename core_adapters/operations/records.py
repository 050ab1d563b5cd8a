"""An operation as its row says it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from core_adapters.operations.states import State
from core_adapters.ports import Order
from flows.effects import StartOperation
from flows.events import Value
from flows.money import Money
from flows.ports import Sealer

START: TypeAdapter[StartOperation] = TypeAdapter(StartOperation)


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of money.operation, read. ``request`` is the start as it was asked for."""

    op_id: UUID
    conversation: UUID
    customer_id: str
    action: str
    core: str
    core_ref: str
    core_id: str | None
    state: State
    version: int
    fence: int
    sent_at: datetime | None
    enquiries: int
    amount: Money | None
    fee: Money | None
    outputs: Mapping[str, Value]
    details: Mapping[str, str]
    error: str | None
    created_at: datetime
    updated_at: datetime
    request: StartOperation
    reverses: UUID | None = None
    proven: bool = False
    leg_of: UUID | None = None
    mandate: UUID | None = None  # the schedule by whose yes it was made

    @property
    def is_told(self) -> bool:
        """Whether its conversation hears of it. A reversal and a leg are told by what they belong to."""
        return self.reverses is None and self.leg_of is None

    @property
    def order(self) -> Order:
        """What the wrapper is asked for."""
        return Order(
            self.op_id, self.action, self.core_ref, self.customer_id, self.request.inputs, self.request.cards,
            self.amount, self.core_id, self.fence, self.proven, self.request.locale,
        )  # fmt: skip


def read(row: asyncpg.Record, sealer: Sealer) -> Operation:
    """The operation of a row."""
    currency = row["currency"]
    return Operation(
        op_id=row["op_id"],
        conversation=row["conversation"],
        customer_id=row["customer_id"],
        action=row["action"],
        core=row["core"],
        core_ref=row["core_ref"],
        core_id=row["core_id"],
        state=State(row["state"]),
        version=row["version"],
        fence=row["fence"],
        sent_at=row["sent_at"],
        enquiries=row["enquiries"],
        amount=None if currency is None else Money(row["amount_minor"], currency),
        fee=None if currency is None or row["fee_minor"] is None else Money(row["fee_minor"], currency),
        outputs=json.loads(row["outputs"]) | unsealed_outputs(row["sealed_outputs"], row["op_id"], sealer),
        details=json.loads(row["details"]),
        error=row["error"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        request=opened(bytes(row["request"]), row["op_id"], sealer),
        reverses=row["reverses"],
        proven=row["sca_id"] is not None,
        leg_of=row["leg_of"],
        mandate=row["mandate"],
    )


def sealed(start: StartOperation, sealer: Sealer) -> bytes:
    """The request as it is stored: it may hold a purpose in the customer's own words."""
    return sealer.seal(START.dump_json(start), _place(start.op_id))


def opened(body: bytes, op_id: UUID, sealer: Sealer) -> StartOperation:
    """What `sealed` made."""
    return START.validate_json(sealer.open(body, _place(op_id)))


def without_words(start: StartOperation) -> StartOperation:
    """What is left of a request when its customer is erased: which action it was, and for whose id."""
    return replace(start, inputs={}, cards={})


def sealed_outputs(outputs: Mapping[str, Value], op_id: UUID, sealer: Sealer) -> bytes | None:
    """Outputs that must not stand in clear, as they are stored; None when there are none."""
    return sealer.seal(json.dumps(dict(outputs)).encode(), _place(op_id, "outputs")) if outputs else None


def unsealed_outputs(body: bytes | None, op_id: UUID, sealer: Sealer) -> dict[str, Value]:
    """What `sealed_outputs` made."""
    if body is None:
        return {}
    outputs: dict[str, Value] = json.loads(sealer.open(bytes(body), _place(op_id, "outputs")))
    return outputs


def request_hash(start: StartOperation) -> str:
    """The same for the same request under the same op_id; another one is a conflict. Codes are left out of it."""
    inputs = {name: value for name, value in start.inputs.items() if name != "code"}
    cards = {name: card.token for name, card in start.cards.items()}
    body = [start.action, inputs, cards, start.customer_id, start.snapshot_hash]
    return sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _place(op_id: UUID, column: str = "request") -> bytes:
    return f"money.operation|{column}|{op_id}".encode()

"""Takes an operation in: once an op_id, approved or refused, with its limit reserved and its proof used.

Everything that approves an operation is one transaction: the row, the reservation, the step-up code that is spent,
the audit, and for a refused one the news. The core has not heard of it yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core_adapters.brands import BankBrand
from core_adapters.database import Connection
from core_adapters.operations import catalogue, holding, records, snapshot, switches, traits
from core_adapters.operations.allowance import Allowance, Allowances
from core_adapters.operations.decisions import admission
from core_adapters.operations.decisions.admission import Approve, Case, Refuse
from core_adapters.operations.ids import core_ref
from core_adapters.operations.moving import tell
from core_adapters.operations.states import State
from core_adapters.operations.store import Store
from core_adapters.ports import Directory, Person
from core_adapters.recurring.mandate import Mandate
from flows.effects import StartOperation
from flows.money import Money

# The process that accepted it sends it at once; after this any other does.
SENDER_GRACE = timedelta(seconds=3)
# Nobody sends it after this, were it only that no process ran: the customer's yes was for then.
UNSENT_MAX = timedelta(minutes=15)

INSERT = """
insert into money.operation (op_id, conversation, customer_id, action, core, core_ref, state, due_at, payer_ref,
    payee_token, amount_minor, currency, request, request_hash, snapshot_hash, sca_id, exemption, error,
    created_at, updated_at, settled_at, expires_at, mandate)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19, $20, $21, $22)
on conflict (op_id) do nothing returning *
"""
PROOF = """
select id from money.sca where op_id = $1 and customer_id = $2 and snapshot_hash = $3 and valid_until > $4
and used_at is null and revoked_at is null for update
"""


class Conflict(Exception):
    """Another request stands under this op_id. Nothing was changed."""


class TryLater(Exception):
    """The customer could not be looked up just now; nothing was stored."""


class NotTaken(ValueError):
    """The request itself is wrong; nothing was stored. The text says what."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Where an operation stands after it was asked for. ``fresh`` is false for the second asking."""

    op_id: UUID
    state: State
    fresh: bool


@dataclass(frozen=True, slots=True)
class Accepting:
    """Takes operations in for one bank."""

    store: Store
    brand: BankBrand
    directory: Directory
    performer_of: Mapping[str, str]

    async def accept(self, start: StartOperation, conversation: UUID, under: Mandate | None = None) -> Accepted:
        """Approve or refuse an operation; the same start again answers its present state.

        ``under`` is a yes that was given before, for this and other payments; its date is spent with the operation.

        Raises:
            Conflict: for another request under the same op_id.
            NotTaken: when the inputs are not the catalogue's, or nobody is named whose operation it is.
            TryLater: when CustomerAPI does not answer.
            Withdrawn: when the yes does not stand any more; nothing was stored.
        """
        customer_id = check(start)
        if start.action not in self.performer_of:
            raise NotTaken(f"action: nobody here performs '{start.action}'")
        known = await self.known(start)
        if known is not None:
            return known
        person = await self._person(customer_id)
        async with self.store.pool.acquire() as connection, connection.transaction():
            await holding.one_at_a_time(connection, customer_id)
            taken = await self._insert(connection, start, conversation, customer_id, person, under)
        return taken or await self._must_be_known(start)

    async def _insert(
        self, connection: Connection, start: StartOperation, conversation: UUID, customer_id: str, person: Person,
        under: Mandate | None,
    ) -> Accepted | None:  # fmt: skip
        now = self.store.clock()
        amount = catalogue.money(start.inputs, traits.of(start.action).amount)
        rule = None if under is None else await under.lock(connection)
        proof = await self._proof(connection, start, customer_id, now)
        allowed = await self._allowed(connection, start, customer_id, person, rule is not None, now)
        stopped = await switches.is_stopped(connection, start.action, self.performer_of[start.action])
        in_care = holding.payer_of(self.brand, person, now).care is not None
        decision = admission.decide(self._case(start, amount, allowed, proof is not None, stopped, rule, in_care))
        state = State.APPROVED if isinstance(decision, Approve) else State.VOID
        spent = proof if isinstance(decision, Approve) and decision.exemption is None else None
        row = await connection.fetchrow(
            INSERT,
            *self._values(start, conversation, customer_id, amount, decision, spent, now),
            under and under.schedule,
        )
        if row is None:
            return None
        if isinstance(decision, Approve) and allowed is not None and amount is not None:
            kind = traits.of(start.action).kind
            await holding.hold(connection, customer_id, start.op_id, kind, amount, allowed.payer, allowed.new_payee)
        if spent is not None:
            await connection.execute("update money.sca set used_at = $2 where id = $1", spent, now)
        reason = _why(decision) if isinstance(decision, Refuse) else decision.exemption or f"code {spent}"
        await self.store.audit.write(
            connection, now, f"customer {customer_id}", state.value.lower(), str(start.op_id), reason
        )
        if under is not None:
            await under.spend(connection, self.store.sealer, now)
        if state is State.VOID:
            await tell(self.store, connection, records.read(row, self.store.sealer))
        return Accepted(start.op_id, state, True)

    def _values(
        self, start: StartOperation, conversation: UUID, customer_id: str, amount: Money | None,
        decision: Approve | Refuse, spent: UUID | None, now: datetime,
    ) -> tuple[object, ...]:  # fmt: skip
        refused = decision.error if isinstance(decision, Refuse) else None
        payee = start.cards.get("to")
        return (
            start.op_id, conversation, customer_id, start.action, self.performer_of[start.action],
            core_ref(start.op_id), State.VOID if refused else State.APPROVED, None if refused else now + SENDER_GRACE,
            payer_of(start), payee.token if payee else None, amount.minor if amount else None,
            amount.currency if amount else None, records.sealed(start, self.store.sealer), records.request_hash(start),
            start.snapshot_hash, spent, None if isinstance(decision, Refuse) else decision.exemption, refused, now,
            now if refused else None, now + UNSENT_MAX,
        )  # fmt: skip

    async def _allowed(
        self, connection: Connection, start: StartOperation, customer_id: str, person: Person, under_a_mandate: bool,
        now: datetime,
    ) -> Allowance | None:  # fmt: skip
        """What the limits leave for a payment; None for what is none. Whom a mandate names was paid before it."""
        if not traits.of(start.action).moves_money_out:
            return None
        allowances = Allowances(self.brand, self.store.sealer)
        return await allowances.of_payment(
            connection, customer_id, person, now, start.action, start.inputs, start.cards, known=under_a_mandate
        )

    def _case(
        self, start: StartOperation, amount: Money | None, allowed: Allowance | None, proven: bool, stopped: bool,
        rule: str | None, in_care: bool,
    ) -> Case:  # fmt: skip
        known = traits.of(start.action)
        return Case(
            limits=self.brand.limits,
            amount=amount,
            moves_money_out=known.moves_money_out,
            room=allowed.room if allowed is not None else None,
            is_a_mandate=known.is_a_mandate,
            mandate=rule,
            proven=proven,
            new_in_care=allowed.new_in_care if allowed is not None else known.is_a_mandate and in_care,
            between_own=known.between_own,
            snapshot_matches=not known.needs_a_yes or snapshot.matches(start),
            enabled=not known.feature or self.brand.features.get(known.feature, False),
            needs_proof=known.needs_proof,
            unproven=known.unproven,
            stopped=stopped,
        )

    async def _proof(
        self, connection: Connection, start: StartOperation, customer_id: str, now: datetime
    ) -> UUID | None:
        known = traits.of(start.action)
        if not (known.moves_money_out or known.is_a_mandate or known.needs_proof):
            return None
        found: UUID | None = await connection.fetchval(PROOF, start.op_id, customer_id, start.snapshot_hash, now)
        return found

    async def _person(self, customer_id: str) -> Person:
        try:
            return await self.directory.person(customer_id)
        except LookupError:
            raise NotTaken("customer_id: there is no such customer") from None
        except Exception as error:
            raise TryLater(f"the customer could not be looked up: {type(error).__name__}") from error

    async def known(self, start: StartOperation) -> Accepted | None:
        row = await self.store.pool.fetchrow(
            "select state, request_hash from money.operation where op_id = $1", start.op_id
        )
        if row is None:
            return None
        if row["request_hash"] != records.request_hash(start):
            raise Conflict(f"operation {start.op_id} stands for another request; nothing was done now")
        return Accepted(start.op_id, State(row["state"]), False)

    async def _must_be_known(self, start: StartOperation) -> Accepted:
        known = await self.known(start)
        assert known is not None, "the insert found a row under this op_id, and rows are never deleted"
        return known


def check(start: StartOperation) -> str:
    """The customer whose operation it is, when the start can be taken. Raises NotTaken."""
    try:
        entry = catalogue.check(start.action, start.inputs, start.cards)
    except catalogue.BadInputs as problem:
        raise NotTaken(str(problem)) from None
    if entry.effect == "none":
        raise NotTaken(f"action: '{start.action}' is a question; ask it at /api/v1/core/{start.action}")
    if not start.customer_id:
        raise NotTaken("customer_id: an operation belongs to a customer")
    return start.customer_id


def _why(refusal: Refuse) -> str:
    return f"{refusal.error} by {refusal.limit}" if refusal.limit else refusal.error


def payer_of(start: StartOperation) -> str:
    """The choice the money is taken from."""
    payer = start.inputs.get(traits.of(start.action).payer)
    return payer if isinstance(payer, str) else ""

"""Step-up codes: six digits by SMS, bound to one operation and to the snapshot that was shown (RTS article 5).

`sca.send_code` makes a code, keeps only its keyed hash and sends it; `sca.check_code` compares, three tries and 120
seconds. A right code proves one operation for five minutes and is spent when that operation is approved.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from core_adapters.database import Connection
from core_adapters.failures import Declined, Unavailable, Unclear
from core_adapters.operations import proof_words
from core_adapters.operations.holding import one_at_a_time
from core_adapters.operations.store import Store
from core_adapters.ports import Capability, Directory, Order, Posted, Progress
from flows.confirming import SAID, snapshot_hash
from flows.events import Value
from flows.ports import Sms

CODE_DIGITS = 6
VALID_FOR = timedelta(seconds=120)
STRONG_FOR = timedelta(minutes=5)
TRIES_MAX = 3
SENDS_MAX = 5  # codes a customer in SENDS_WITHIN; more is somebody's phone being flooded, or a guess
SENDS_WITHIN = timedelta(minutes=15)
PURPOSE = "sca.code"

REVOKE = "update money.sca set revoked_at = $2 where op_id = $1 and revoked_at is null"
INSERT = """
insert into money.sca (id, op_id, customer_id, snapshot_hash, code_hash, expires_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7)
"""
PROVEN = """
insert into money.sca (id, op_id, customer_id, snapshot_hash, factor, expires_at, valid_until, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $6)
"""
LIVE = """
select * from money.sca where op_id = $1 and customer_id = $2 and snapshot_hash = $3 and revoked_at is null for update
"""


@dataclass(frozen=True, slots=True)
class ScaCodes:
    """Sends codes. A Performer, so that a crash on the way is recovered like any other operation's."""

    store: Store
    directory: Directory
    sms: Sms
    name: ClassVar[str] = "sca"
    actions: ClassVar[frozenset[str]] = frozenset({"sca.send_code"})
    # Doing it again makes another code under another key, and the older one is no longer taken.
    capability: ClassVar[Capability] = Capability("key", "none", 5)

    async def perform(self, order: Order) -> Posted:
        """Send one code. Raises Declined (too_many), Unavailable, Unclear."""
        for_op, snapshot = subject(order.inputs)
        tells_the_truth(order, for_op, snapshot)
        try:
            person = await self.directory.person(order.customer_id)
        except Exception as error:
            raise Unavailable("the customer's phone could not be found") from error
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        await self._keep(order, for_op, snapshot, code)
        text = proof_words.code(str(order.inputs.get("locale") or person.locale), code, order)
        try:
            await self.sms.send(person.phone, text, f"sca:{order.op_id}:{order.attempt}")
        except Unavailable:
            raise
        except Exception as error:
            raise Unclear(type(error).__name__) from None
        return Posted(str(order.op_id), {"sent_to": f"•{person.phone[-2:]}"})

    async def enquire(self, order: Order) -> Posted | None:
        """A gateway does not tell; never asked, for the capability says so."""
        raise Unclear(f"no enquiry for {order.action}")

    async def progress(self, order: Order) -> Progress | None:
        """Nothing follows a sent code."""
        raise Unclear(f"nothing follows {order.action}")

    async def _keep(self, order: Order, for_op: UUID, snapshot: str, code: str) -> None:
        now = self.store.clock()
        sca_id = uuid5(order.op_id, str(order.attempt))
        mark = self.store.sealer.fingerprint(f"{sca_id}:{code}", PURPOSE)
        async with self.store.pool.acquire() as connection, connection.transaction():
            await one_at_a_time(connection, order.customer_id)
            sent = await connection.fetchval(
                "select count(*) from money.sca where customer_id = $1 and created_at > $2",
                order.customer_id,
                now - SENDS_WITHIN,
            )
            if sent >= SENDS_MAX:
                raise Declined("too_many")
            await connection.execute(REVOKE, for_op, now)
            await connection.execute(INSERT, sca_id, for_op, order.customer_id, snapshot, mark, now + VALID_FOR, now)


async def check(
    store: Store, connection: Connection, customer_id: str, inputs: Mapping[str, Value], now: datetime
) -> dict[str, Value] | str:
    """Compare a typed code, inside the caller's transaction: the outputs of a right one, or an error code."""
    for_op, snapshot = subject(inputs)
    row = await connection.fetchrow(LIVE, for_op, customer_id, snapshot)
    if row is None or row["used_at"] is not None or row["expires_at"] <= now:
        return "expired"
    if row["tries"] >= TRIES_MAX:
        return "too_many"
    right = hmac.compare_digest(row["code_hash"], store.sealer.fingerprint(f"{row['id']}:{inputs['code']}", PURPOSE))
    if not right:
        await connection.execute("update money.sca set tries = tries + 1 where id = $1", row["id"])
        return "too_many" if row["tries"] + 1 >= TRIES_MAX else "wrong_code"
    until = now + STRONG_FOR
    # Taken once: the same digits again find an expired code.
    await connection.execute(
        "update money.sca set valid_until = $2, expires_at = $3 where id = $1", row["id"], until, now
    )
    return {"customer_id": customer_id, "level": "strong", "expires_at": until.isoformat()}


async def prove(
    connection: Connection, sca_id: UUID, for_op: UUID, customer_id: str, snapshot: str, factor: str, now: datetime
) -> None:
    """Write down that another factor than a code has proven an operation, inside the caller's transaction.

    No code can be compared with it, and one that was sent for the same operation is no longer taken.
    """
    await one_at_a_time(connection, customer_id)
    await connection.execute(REVOKE, for_op, now)
    await connection.execute(PROVEN, sca_id, for_op, customer_id, snapshot, factor, now, now + STRONG_FOR)


def subject(inputs: Mapping[str, Value]) -> tuple[UUID, str]:
    """Which operation and snapshot a code is for. Raises Declined when the inputs do not say."""
    for_op, snapshot = inputs.get("for_op"), inputs.get("snapshot_hash")
    try:
        return UUID(str(for_op)), _hash(snapshot)
    except ValueError:
        raise Declined("unavailable") from None


def tells_the_truth(order: Order, for_op: UUID, snapshot: str) -> None:
    """The amount and payee that the customer will read are those of the snapshot. Raises Declined."""
    if not proof_words.kind(order):
        return  # neither will be named
    said = {name: order.inputs.get(name) for name in SAID}
    cards = {name: card for name, card in order.cards.items() if name == "to"}
    if not hmac.compare_digest(snapshot, snapshot_hash(for_op, said, cards)):
        raise Declined("unavailable")


def _hash(text: Value) -> str:
    if not isinstance(text, str) or len(text) != 64:
        raise ValueError("a snapshot hash is 64 hex digits")
    return text

"""What the end of a reversal means for the operation it takes back: REVERSED, or POSTED as before."""

from core_adapters.database import Connection
from core_adapters.operations import ledger
from core_adapters.operations.ledger import Entry
from core_adapters.operations.records import Operation
from core_adapters.operations.states import NOTHING_MOVED, State
from core_adapters.operations.store import Store

MOVE = """
update money.operation set state = $3, version = version + 1, updated_at = $4
where op_id = $1 and state = $2 returning op_id
"""


async def follow(store: Store, connection: Connection, reversal: Operation) -> None:
    """Book a posted reversal and end its original, inside the transaction that ends the reversal."""
    if reversal.state is State.POSTED:
        await ledger.book(connection, reversal, entries(reversal), reversal.updated_at)
        await move(store, connection, reversal, State.REVERSING, State.REVERSED)
    elif reversal.state in NOTHING_MOVED:
        await move(store, connection, reversal, State.REVERSING, State.POSTED)


def entries(reversal: Operation) -> tuple[Entry, ...]:
    """The money goes back where it came from. The fee of the first way stays with the bank."""
    amount = reversal.amount.minor if reversal.amount else 0
    return ledger.balanced([Entry(ledger.payee(reversal), -amount), Entry(ledger.payer(reversal), amount)])


async def move(
    store: Store, connection: Connection, reversal: Operation, before: State, after: State, actor: str = "teller"
) -> None:
    """Move the original. The database refuses a move that its reversal does not stand behind."""
    original = await connection.fetchval(MOVE, reversal.reverses, before, after, reversal.updated_at)
    assert original is not None, "while a reversal lives, nothing else moves its original"
    details = f"reversal {reversal.op_id}"
    await store.audit.write(connection, reversal.updated_at, actor, after.value.lower(), str(original), details)

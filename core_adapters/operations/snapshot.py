"""Whether what is about to be done is what the customer said yes to (law L2): the hash is made again here."""

import hmac

from flows.confirming import snapshot_hash
from flows.effects import StartOperation


def matches(start: StartOperation) -> bool:
    """Operation, payer, payee, amount and all other inputs are those of the confirmed snapshot."""
    if start.snapshot_hash is None:
        return False
    return hmac.compare_digest(start.snapshot_hash, snapshot_hash(start.op_id, start.inputs, start.cards))

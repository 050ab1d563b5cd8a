"""Bodies of the wrappers' API as the orchestrator sends them."""

import json
from uuid import UUID

from core_adapters.operations.records import START
from flows.effects import StartOperation


def as_json(start: StartOperation, conversation: UUID) -> dict[str, object]:
    """What starts an operation over HTTP."""
    return json.loads(START.dump_json(start)) | {"conversation": str(conversation)}

"""News from a core over ``POST /webhooks/core/{core}``: signed, taken once for good, and believed in nothing.

A true event only makes us ask the core about what it names; it never sets a state by itself. Most name a reference of
ours. One about a card names what the core calls the operation (``{"type": "card.operation", "data": {"operation_id":
...}}``), and that is taken once for good whatever the event itself is called.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog
from standardwebhooks import Webhook

from core_adapters.notices.hearing import Hearing
from core_adapters.operations.store import Store
from core_adapters.operations.worker import Worker

BODY_BYTES_MAX = 1_000_000
ID_MAX = 200
PREFIX = "whsec_"
ON_A_CARD = "card.operation"
NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
log = structlog.get_logger()

TAKE = """
with fresh as (insert into money.core_event (core, id, received_at) values ($1, $2, $3) on conflict do nothing
               returning id),
     first as (select op_id from money.operation where core = $1 and core_ref = $4 and exists (select 1 from fresh)),
     named as (select op_id from first union
               select leg.op_id from money.operation leg join first on leg.leg_of = first.op_id),
     doubt as (update money.operation o set due_at = $3 from named
               where o.op_id = named.op_id and o.state = 'UNKNOWN' returning o.op_id),
     wait as (update money.awaited a set due_at = $3 from named
              where a.op_id = named.op_id and a.done_at is null returning a.op_id)
select (select count(*) from fresh) as fresh, (select count(*) from doubt) + (select count(*) from wait) as woken
"""


@dataclass(frozen=True, slots=True)
class CoreEvents:
    """Takes the events of cores and partners. ``secrets_of`` are all that are valid now, in rotation more than one."""

    secrets_of: Mapping[str, Sequence[str]] = field(repr=False)
    store: Store
    worker: Worker
    hearing: Hearing | None = None

    async def take(self, core: str, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status to answer with."""
        secrets = self.secrets_of.get(core)
        if secrets is None:
            return HTTPStatus.NOT_FOUND
        if len(body) > BODY_BYTES_MAX:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        lower = {name.lower(): value for name, value in headers.items()}
        if not _is_signed(secrets, lower, body):
            log.warning("core_event_refused", core=core)
            return HTTPStatus.UNAUTHORIZED
        event = _read(body)
        if event.operation is not None:
            if self.hearing is not None:
                await self.hearing.hear(event.operation)
            return HTTPStatus.NO_CONTENT
        reference, event_id = event.reference, lower["webhook-id"]
        if reference is None or len(event_id) > ID_MAX:
            return HTTPStatus.BAD_REQUEST
        row = await self.store.pool.fetchrow(TAKE, core, event_id, self.store.clock(), reference)
        if row is not None and row["woken"]:
            self.worker.wake()
        return HTTPStatus.NO_CONTENT


def signing_secret(text: str) -> str:
    """A configured secret as Standard Webhooks writes it: ``whsec_`` and base64."""
    return text if text.startswith(PREFIX) else PREFIX + base64.b64encode(text.encode()).decode()


def _is_signed(secrets: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    # Every secret is tried, so that the time taken does not tell which one is current.
    return any([_verifies(secret, headers, body) for secret in secrets])


def _verifies(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        Webhook(signing_secret(secret)).verify(body, dict(headers), json_parse=False)
    except Exception:  # the library lets out whatever base64, float and split raise on a forged header
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Event:
    """What an event names; at most one of the two."""

    reference: str | None = None
    operation: str | None = None


def _read(body: bytes) -> _Event:
    """Ours are base32 and a core's are words, so a NUL or a flood of text is none."""
    try:
        read = json.loads(body)
        data, on_a_card = read["data"], read.get("type") == ON_A_CARD
        name = data["operation_id" if on_a_card else "reference"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _Event()
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return _Event()
    return _Event(operation=name) if on_a_card else _Event(reference=name)

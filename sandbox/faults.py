"""Faults on demand: how a system of the sandbox misbehaves, for how many requests, as `PUT /sandbox/api/faults` says.

==============  ==================================================================================
outcome         what the next `count` requests of the operation see
==============  ==================================================================================
ok              the true answer, after `delay_s`
refuse          422 with a code of refusal; nothing is done
down            503; nothing is done
timeout_before  nothing is done and no answer ever comes
timeout_after   it is done and no answer ever comes
reset_after     it is done and the connection is cut
garbage         it is done and the answer is 200 with JSON that is broken off (SOAP: with something that is no XML)
truncated       SOAP: it is done and the answer is 200 with XML that is broken off; elsewhere the same as garbage
==============  ==================================================================================
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.failures import BadInput, Failure, Refused
from sandbox.store import Row, Store
from sandbox.web import failed

Outcome = Literal["ok", "refuse", "down", "timeout_before", "timeout_after", "reset_after", "garbage", "truncated"]
Endpoint = Callable[[Request], Awaitable[Response]]

OPERATIONS = {
    "rest": (
        "transfer",
        "application",
        "quote",
        "cards",
        "credit",
        "customers",
        "name",
        "enquiry",
        "statement",
        "bill",
        "bill_return",
        "card_operation",
        "lock",
        "unlock",
        "limits",
        "limit",
        "terms",
        "plastic",
        "categories",
        "cashback",
        "spending",
        "language",
        "complaint",
        "reward",
        "rates",
        "places",
        "details",
        "key",
        "pin",
        "password",
        "password_check",
        "password_state",
        "card_number",
        "token",
        "*",
    ),
    "soap": ("transfer", "reversal", "application", "quote", "customers", "balance", "enquiry", "*"),
    "sms": ("send", "*"),
    "keycloak": ("realm", "certs", "token", "userinfo", "introspect", "logout", "*"),
    "billers": ("providers", "check", "payment", "enquiry", "*"),
    "partner": ("webhook", "*"),
    "acquirer": ("session", "authorise", "capture", "void", "refund", "enquiry", "*"),
}
REFUSALS = {"transfer": "recipient_blocked", "quote": "recipient_blocked"}  # other operations: "refused"
GARBAGE = b'{"transfer_id": "tra_'
SILENCE_MAX_S = 300  # a client that never hangs up is cut off then

SCHEMA = """
CREATE TABLE IF NOT EXISTS sandbox_fault (
    core TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    delay_ms INTEGER NOT NULL,
    remaining INTEGER NOT NULL CHECK (remaining > 0),
    PRIMARY KEY (core, operation)
);
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One switch: the next `remaining` requests of `operation` at `core` end in `outcome`."""

    core: str
    operation: str
    outcome: Outcome
    delay_ms: int
    remaining: int

    def __post_init__(self) -> None:
        if self.core not in OPERATIONS:
            raise BadInput(f"core: there is no '{self.core}'; there are {', '.join(OPERATIONS)}")
        if self.operation not in OPERATIONS[self.core]:
            raise BadInput(f"operation: '{self.core}' has {', '.join(OPERATIONS[self.core])}, not '{self.operation}'")
        if self.outcome not in get_args(Outcome):
            raise BadInput(f"outcome: one of {', '.join(get_args(Outcome))}, not '{self.outcome}'")


class Faults:
    """The switches, kept in the store, so that they outlive a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def set(self, fault: Fault) -> None:
        """Put a switch in place of the one for the same core and operation."""
        with self._store.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO sandbox_fault VALUES (?, ?, ?, ?, ?)",
                (fault.core, fault.operation, fault.outcome, fault.delay_ms, fault.remaining),
            )

    def all(self) -> list[Fault]:
        return [_fault(row) for row in self._store.rows("SELECT * FROM sandbox_fault ORDER BY core, operation")]

    def clear(self) -> None:
        with self._store.transaction() as db:
            db.execute("DELETE FROM sandbox_fault")

    def take(self, core: str, operation: str) -> Fault | None:
        """Use up one fault: the one for this very operation before the one for all."""
        rows = self._store.rows(
            "SELECT * FROM sandbox_fault WHERE core = ? AND operation IN (?, '*') ORDER BY operation = '*'",
            (core, operation),
        )
        if not rows:
            return None
        fault = _fault(rows[0])
        place = (fault.core, fault.operation)
        with self._store.transaction() as db:
            if fault.remaining == 1:
                db.execute("DELETE FROM sandbox_fault WHERE core = ? AND operation = ?", place)
            else:
                db.execute("UPDATE sandbox_fault SET remaining = remaining - 1 WHERE core = ? AND operation = ?", place)
        return fault


def _fault(row: Row) -> Fault:
    return Fault(row["core"], row["operation"], row["outcome"], row["delay_ms"], row["remaining"])


def faulty(
    faults: Faults,
    core: str,
    operation: str,
    endpoint: Endpoint,
    refused: Callable[[Failure], Response] = failed,
    garbage: bytes = GARBAGE,
) -> Endpoint:
    """The endpoint, misbehaving as the switches say; how it refuses and breaks off is its face's own."""

    async def misbehaving(request: Request) -> Response:
        fault = faults.take(core, operation)
        if fault is None:
            return await endpoint(request)
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        match fault.outcome:
            case "refuse":
                code = REFUSALS.get(operation, "refused")
                return refused(Refused("The sandbox was told to refuse this request.", code))
            case "down":
                body = {"code": "down", "message": "The sandbox was told to be down."}
                return JSONResponse(body, status_code=503)
            case "timeout_before":
                return Silence()
            case "ok":
                return await endpoint(request)
        await _done(request, endpoint)
        match fault.outcome:
            case "timeout_after":
                return Silence()
            case "garbage" | "truncated":
                return Response(garbage, media_type="application/json")
        return Cut()

    return misbehaving


async def _done(request: Request, endpoint: Endpoint) -> None:
    """Do the work and swallow the answer, a refusal too."""
    try:
        await endpoint(request)
    except Failure:
        return


class Silence(Response):
    """No answer: the connection stays open until the client hangs up, then it is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(SILENCE_MAX_S):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            await Cut()(scope, receive, send)


class Cut(Response):
    """The connection breaks in the answer: a length is promised and nothing follows."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 -- ASGI's shape
        headers = [(b"content-type", b"application/json"), (b"content-length", b"512")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": True})

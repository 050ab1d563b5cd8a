"""PINs, passwords and a card's number on the bank's REST face. Each of them crosses as a letter and never in clear."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank import bodies, credentials, customers, letters
from sandbox.bank.credentials import Kind, Wanted
from sandbox.failures import BadInput, Refused
from sandbox.faults import Endpoint, Faults, faulty
from sandbox.store import Row, Store
from sandbox.web import Body, read

Letter = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{40,4000}$")]
PublicKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class PinBody(Body):
    reference: bodies.Reference
    card_id: bodies.Id
    letter: Letter


class PasswordBody(Body):
    reference: bodies.Reference
    customer_id: bodies.Id
    letter: Letter


class NumberBody(Body):
    reference: bodies.Reference
    key: PublicKey


class CredentialsRest:
    """The endpoints."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            self._route("GET", "/key", "key", self.key),
            self._route("POST", "/pins", "pin", self.set_pin),
            self._route("GET", "/pins", "enquiry", self.find_pin),
            self._route("POST", "/passwords", "password", self.set_password),
            self._route("GET", "/passwords", "enquiry", self.find_password),
            self._route("POST", "/passwords/checks", "password_check", self.check_password),
            self._route("GET", "/customers/{customer_id}/password", "password_state", self.state_of_password),
            self._route("POST", "/cards/{card_id}/number", "card_number", self.number),
        ]

    def _route(self, method: str, path: str, operation: str, endpoint: Endpoint) -> Route:
        return Route(path, faulty(self._faults, "rest", operation, endpoint), methods=[method])

    async def key(self, _: Request) -> Response:
        """What letters to the bank are sealed with."""
        with self._store.transaction() as db:
            key_id, private = credentials.key(db)
        return JSONResponse({"id": key_id, "key": letters.written(private.public_key().public_bytes_raw())})

    async def set_pin(self, request: Request) -> Response:
        body = await read(request, PinBody)
        return self._put(Wanted("pin", body.reference, body.card_id, body.letter))

    async def set_password(self, request: Request) -> Response:
        body = await read(request, PasswordBody)
        return self._put(Wanted("password", body.reference, body.customer_id, body.letter))

    async def find_pin(self, request: Request) -> Response:
        return self._find("pin", request)

    async def find_password(self, request: Request) -> Response:
        return self._find("password", request)

    async def check_password(self, request: Request) -> Response:
        body = await read(request, PasswordBody)
        with self._store.transaction() as db:
            verdict, left = credentials.check(db, body.customer_id, body.reference, body.letter, self._clock())
        return JSONResponse({"reference": body.reference, "verdict": verdict, "tries_left": left})

    async def state_of_password(self, request: Request) -> Response:
        """Whether a customer has a password, and whether it may be tried now."""
        customer_id = request.path_params["customer_id"]
        with self._store.reading() as db:
            state = credentials.state_of_password(db, customer_id, self._clock())
        return JSONResponse({"customer_id": customer_id, "state": state})

    async def number(self, request: Request) -> Response:
        """A card's number and month of expiry, in a letter to a key that the asker made for this request."""
        body = await read(request, NumberBody)
        card_id = request.path_params["card_id"]
        with self._store.reading() as db:
            card = customers.card(db, card_id)
        text = f"{card['number']} {card['expires']}"
        letter = letters.sealed(body.key, text, f"card_number|{body.reference}|{card_id}")
        return JSONResponse({"card_id": card_id, "reference": body.reference, "letter": letter})

    def _put(self, wanted: Wanted) -> Response:
        with self._store.transaction() as db:
            row, new = credentials.put(db, wanted, self._clock())
        if row["status"] == "refused":
            refusal = Refused("The bank does not take this one.", row["code"])
            answer = shown(row) | {"code": refusal.code, "message": refusal.message}
            return JSONResponse(answer, status_code=refusal.status)
        return JSONResponse(shown(row), status_code=201 if new else 200)

    def _find(self, kind: Kind, request: Request) -> Response:
        reference = request.query_params.get("reference", "")
        if not reference:
            raise BadInput("reference: add '?reference=...' to the address")
        with self._store.reading() as db:
            return JSONResponse(shown(credentials.by_reference(db, kind, reference)))


def shown(row: Row) -> dict[str, str]:
    """What became of a reference; `code` says why it was refused."""
    told: dict[str, str] = {key: row[key] for key in ("reference", "subject", "status", "at")}
    return told if row["code"] is None else told | {"code": row["code"]}

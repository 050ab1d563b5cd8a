"""The sandbox's own API, `/sandbox/api`, for newcomers, demonstrations and tests from outside. It asks for no token:
everything here is made up, and only the sandbox mode serves it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import house
from sandbox.bank import bodies, complaints, customers, ledger, locks, orders, purchases, rules, words
from sandbox.faults import Fault, Faults, Outcome
from sandbox.sms import gateway
from sandbox.store import Database, Row, Store
from sandbox.stream import stream
from sandbox.web import Body, read

ROWS_MAX = 1000
CATEGORIES = tuple(words.CATEGORIES)

ACCOUNTS = (
    "SELECT a.*, c.number, c.status FROM bank_account AS a LEFT JOIN bank_card AS c USING (account)"
)  # fmt: skip


class CardBody(Body):
    currency: bodies.CurrencyCode | None = None  # without one it is of the bank's own currency
    balance_minor: Annotated[int, Field(ge=0, le=rules.AMOUNT_MAX_MINOR)] = 0
    scheme: Literal["VISA", "MASTERCARD", "TELLER"] = "VISA"


class NewcomerBody(Body):
    phone: bodies.Phone
    name: bodies.Name
    cards: Annotated[tuple[CardBody, ...], Field(max_length=10)] = ()


class FaultBody(Body):
    core: str = "rest"
    operation: str
    outcome: Outcome
    delay_s: Annotated[float, Field(ge=0, le=300)] = 0
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class PurchaseBody(Body):
    card_id: bodies.Id
    where: Literal["shop", "online", "cash"] = "shop"
    merchant: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
    category: Literal[CATEGORIES] = "shops"  # type: ignore[valid-type]  # the names stand in one table
    amount_minor: bodies.AmountMinor


class AnswerBody(Body):
    text: Annotated[str, Field(min_length=1, max_length=500)]


class Api:
    """The endpoints."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            Route("/customers", self.add_customer, methods=["POST"]),
            Route("/house", self.house, methods=["GET"]),
            Route("/sms", self.sms, methods=["GET"]),
            Route("/accounts", self.accounts, methods=["GET"]),
            Route("/postings", self.postings, methods=["GET"]),
            Route("/purchases", self.buy, methods=["POST"]),
            Route("/cards/{card_id}/lock", self.lock, methods=["PUT", "DELETE"]),
            Route("/complaints/{number}", self.answer_complaint, methods=["POST"]),
            Route("/faults", self.set_fault, methods=["PUT", "POST"]),
            Route("/faults", self.faults, methods=["GET"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/stream", self.stream, methods=["GET"]),
        ]

    async def add_customer(self, request: Request) -> Response:
        """A customer of the bank with cards and money; a known phone gets the cards added."""
        body = await read(request, NewcomerBody)
        for new in body.cards:
            if new.currency is not None:
                rules.currency(new.currency)
        with self._store.transaction() as db:
            customer, made = customers.register(db, body.phone, body.name, self._clock())
            cards = [self._open(db, customer, new) for new in body.cards]
        answer = {"customer_id": customer["customer_id"], "cards": cards}
        return JSONResponse(answer, status_code=201 if made else 200)

    def _open(self, db: Database, customer: Row, new: CardBody) -> dict[str, str | int]:
        now = self._clock()
        currency = new.currency or house.of(db).currency
        card = customers.issue_card(db, customer, customers.NewCard(new.scheme, "digital", currency), now)
        if new.balance_minor:
            customers.deposit(db, card["account"], new.balance_minor, currency, now)
        return {
            "card_id": card["card_id"],
            "card_number": card["number"],
            "last4": card["number"][-4:],
            "account": card["account"],
            "currency": currency,
            "balance_minor": new.balance_minor,
        }

    async def house(self, _: Request) -> Response:
        """Whose sandbox it is, and what a card that is given away comes with."""
        with self._store.reading() as db:
            here = house.of(db)
        gift = rules.currency(here.currency).gift_minor
        return JSONResponse({"name": here.name, "currency": here.currency, "gift_minor": gift})

    async def sms(self, request: Request) -> Response:
        phone = request.query_params.get("phone")
        if phone is not None:
            phone = "+" + phone.strip().lstrip("+")  # an unescaped plus arrives as a space
        with self._store.reading() as db:
            return JSONResponse([gateway.shown(row) for row in gateway.inbox(db, phone, ROWS_MAX)])

    async def accounts(self, _: Request) -> Response:
        rows = self._store.rows(f"{ACCOUNTS} ORDER BY a.kind, a.rowid")
        return JSONResponse([account_shown(row) for row in rows])

    async def postings(self, request: Request) -> Response:
        with self._store.reading() as db:
            rows = ledger.postings(db, request.query_params.get("ref"), ROWS_MAX)
        return JSONResponse([posting_shown(row) for row in rows])

    async def buy(self, request: Request) -> Response:
        """A card is used: in a shop, on the Internet, at a cash machine."""
        body = await read(request, PurchaseBody)
        with self._store.transaction() as db:
            card_id = customers.card_named(db, body.card_id)["card_id"]
            wish = purchases.Purchase(card_id, body.where, body.merchant, body.category, body.amount_minor)
            purchase_id = purchases.pay(db, wish, self._clock())
        return JSONResponse({"purchase_id": purchase_id}, status_code=201)

    async def lock(self, request: Request) -> Response:
        """People at the bank lock a card, or take their lock off again."""
        switch = locks.lock if request.method == "PUT" else locks.unlock
        with self._store.transaction() as db:
            switch(db, request.path_params["card_id"], "bank")
        return Response(status_code=204)

    async def answer_complaint(self, request: Request) -> Response:
        """People at the bank answer a complaint."""
        body = await read(request, AnswerBody)
        with self._store.transaction() as db:
            row = complaints.answer(db, request.path_params["number"], body.text, self._clock())
        return JSONResponse(orders.shown(row))

    async def set_fault(self, request: Request) -> Response:
        body = await read(request, FaultBody)
        fault = Fault(body.core, body.operation, body.outcome, int(body.delay_s * 1000), body.count)
        self._faults.set(fault)
        return JSONResponse(fault_shown(fault))

    async def faults(self, _: Request) -> Response:
        return JSONResponse([fault_shown(fault) for fault in self._faults.all()])

    async def clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return Response(status_code=204)

    async def stream(self, request: Request) -> Response:
        return stream(self._store, request.headers.get("last-event-id"), _tell)


def account_shown(row: Row) -> dict[str, str | int]:
    """One account; the bank's own ones have the status `internal` and no last four digits."""
    return {
        "account": row["account"],
        "holder": row["holder"],
        "last4": row["number"][-4:] if row["number"] else "",
        "currency": row["currency"],
        "balance_minor": row["balance_minor"],
        "status": row["status"] or "internal",
    }


def posting_shown(row: Row) -> dict[str, str | int]:
    keys = ("ref", "kind", "debit", "credit", "amount_minor", "currency", "text", "at")
    return {key: row[key] for key in keys}


def fault_shown(fault: Fault) -> dict[str, str | int | float]:
    return {
        "core": fault.core,
        "operation": fault.operation,
        "outcome": fault.outcome,
        "delay_s": fault.delay_ms / 1000,
        "count": fault.remaining,
    }


def _tell(db: Database, topic: str, key: str) -> dict[str, str | int]:
    """What a change is about, as it is now."""
    if topic == "account":
        return account_shown(db.execute(f"{ACCOUNTS} WHERE a.account = ?", (key,)).fetchone())
    if topic == "posting":
        return posting_shown(db.execute("SELECT * FROM bank_posting WHERE id = ?", (key,)).fetchone())
    return dict(gateway.shown(db.execute("SELECT * FROM sms_message WHERE id = ?", (key,)).fetchone()))

"""What each message of the SOAP face does with the bank: one function an operation, each inside one transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sandbox.bank import applications, customers, ledger, numbers, rules, transfers
from sandbox.bank.soap import codes, reversals
from sandbox.bank.soap.envelope import Tree
from sandbox.store import Database, Row

Body = Mapping[str, str]


def create_transfer(db: Database, body: Body, now: datetime) -> Tree:
    """A refusal is no exception here: it is remembered, so its transaction must be committed."""
    rules.currency(body["CCY"])
    order = transfers.Order(*_pair(body), int(body["AMOUNT"]), body["CCY"], body["NARRATIVE"])
    row, _ = transfers.execute(db, body["XREF"], order, now)
    return _transfer(db, row)


def query_transfer(db: Database, body: Body, now: datetime) -> Tree:  # noqa: ARG001 -- the shape all operations share
    if "XREF" in body:
        return _transfer(db, transfers.by_reference(db, body["XREF"]))
    return _transfer(db, reversals.transfer_by_id(db, body["TXNREF"]))


def reverse_transfer(db: Database, body: Body, now: datetime) -> Tree:
    row = reversals.reverse(db, body["XREF"], body["TXNREF"], now)
    transfer = reversals.transfer_by_id(db, row["transfer_id"])
    return {
        "REVREF": row["reversal_id"],
        "XREF": row["reference"],
        "TXNREF": row["transfer_id"],
        "AMOUNT": transfer["amount_minor"],
        "FEE": transfer["fee_minor"],
        "CCY": transfer["currency"],
        "BOOKED": row["at"],
    }


def quote_transfer(db: Database, body: Body, now: datetime) -> Tree:
    rules.currency(body["CCY"])
    order = transfers.Order(*_pair(body), int(body["AMOUNT"]), body["CCY"])
    return {"FEE": transfers.judge(db, order, now).fee_minor, "CCY": body["CCY"]}


def query_balance(db: Database, body: Body, now: datetime) -> Tree:  # noqa: ARG001 -- the shape all operations share
    account = body.get("ACCOUNT") or str(customers.card(db, body["CARDID"])["account"])
    balance = ledger.balance_minor(db, account)
    currency = db.execute("SELECT currency FROM bank_account WHERE account = ?", (account,)).fetchone()["currency"]
    return {"ACCOUNT": account, "BALANCE": balance, "CCY": currency}


def query_customer(db: Database, body: Body, now: datetime) -> Tree:  # noqa: ARG001 -- the shape all operations share
    customer = customers.by_phone(db, body["PHONE"]) if "PHONE" in body else customers.by_id(db, body["CUSTNO"])
    cards = [_card(row) for row in customers.cards_of(db, customer["customer_id"])]
    return {
        "CUSTNO": customer["customer_id"],
        "NAME": customer["name"],
        "PHONE": customer["phone"],
        "CARDS": {"CARD": cards},
    }


def open_card(db: Database, body: Body, now: datetime) -> Tree:
    customer, _ = customers.register(db, body["PHONE"], body["NAME"], now)
    row, _ = applications.apply(db, body["XREF"], customer["customer_id"], body["TARIFF"], now)
    return _opening(row)


def query_opening(db: Database, body: Body, now: datetime) -> Tree:  # noqa: ARG001 -- the shape all operations share
    return _opening(applications.by_reference(db, body["XREF"]))


DOES: Mapping[str, Callable[[Database, Body, datetime], Tree]] = {
    "CreateTransfer": create_transfer,
    "QueryTransfer": query_transfer,
    "ReverseTransfer": reverse_transfer,
    "QuoteTransfer": quote_transfer,
    "QueryBalance": query_balance,
    "QueryCustomer": query_customer,
    "OpenCard": open_card,
    "QueryOpening": query_opening,
}


def _pair(body: Body) -> tuple[str, str]:
    return body["DRCARDID"], body["CRCARDNO"]


def _transfer(db: Database, row: Row) -> Tree:
    refused = row["status"] == "refused"
    reversed_now = not refused and reversals.of_transfer(db, row["transfer_id"]) is not None
    return {
        "TXNREF": row["transfer_id"],
        "XREF": row["reference"],
        "TXNSTAT": "REFUSED" if refused else "REVERSED" if reversed_now else "POSTED",
        "REASON": codes.OF_REFUSAL.get(row["code"], codes.BROKEN) if refused else None,
        "AMOUNT": row["amount_minor"],
        "CCY": row["currency"],
        "FEE": row["fee_minor"],
        "CRLAST4": row["to_card_number"][-4:],
        "BOOKED": None if refused else row["at"],
    }


def _card(row: Row) -> Tree:
    """A card without its number."""
    return {
        "CARDID": row["card_id"],
        "ACCOUNT": row["account"],
        "NAME": row["name"],
        "LAST4": row["number"][-4:],
        "SCHEME": numbers.scheme_of(row["number"]),
        "CCY": row["currency"],
        "BALANCE": row["balance_minor"],
        "STATUS": row["status"].upper(),
        "HOLDER": row["holder"],
        "EXPIRES": row["expires"],
        "TARIFF": row["tariff"],
    }


def _opening(row: Row) -> Tree:
    return {
        "OPENREF": row["application_id"],
        "XREF": row["reference"],
        "STATUS": row["status"].upper(),
        "CARDID": row["card_id"],
    }

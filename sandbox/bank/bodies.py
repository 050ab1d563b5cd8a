"""What the bank's REST face takes and gives. Amounts are whole minor units beside their currency."""

from typing import Annotated

from pydantic import Field

from sandbox.bank import numbers, rules
from sandbox.store import Row
from sandbox.web import Body

Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{7,14}$")]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]
AmountMinor = Annotated[int, Field(ge=1, le=rules.AMOUNT_MAX_MINOR)]
CardDigits = Annotated[str, Field(pattern="^[0-9]{12,19}$")]


class CustomerBody(Body):
    phone: Phone
    name: Name


class NameBody(Body):
    name: Name


class ApplicationBody(Body):
    customer_id: Id
    tariff: str
    reference: Reference


class QuoteBody(Body):
    from_card_id: Id
    to_card_number: CardDigits
    amount_minor: AmountMinor
    currency: CurrencyCode


class TransferBody(QuoteBody):
    reference: Reference
    purpose: Annotated[str, Field(max_length=140, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class WebhookBody(Body):
    """Where news go. With ``cards`` also those of every operation on a card."""

    url: Annotated[str, Field(max_length=2000)]
    secret: Annotated[str, Field(max_length=200)]
    cards: bool = False


Shown = dict[str, str | int | None]


def customer(row: Row) -> Shown:
    return {key: row[key] for key in ("customer_id", "name", "phone")}


def card(row: Row) -> Shown:
    """A card without its number: the last four digits and the scheme are all that leaves the bank."""
    keys = ("card_id", "name", "currency", "balance_minor", "status", "account", "holder", "expires", "tariff")
    shown: Shown = {key: row[key] for key in keys}
    return shown | {"last4": row["number"][-4:], "scheme": numbers.scheme_of(row["number"])}


def application(row: Row) -> Shown:
    return {key: row[key] for key in ("application_id", "reference", "status", "card_id")}


def transfer(row: Row) -> Shown:
    """`status` is `posted`, or `refused` with the reason in `code`."""
    shown: Shown = {
        key: row[key] for key in ("transfer_id", "reference", "status", "amount_minor", "currency", "fee_minor")
    }
    shown |= {"to_last4": row["to_card_number"][-4:], "posted_at": row["at"] if row["status"] == "posted" else None}
    return shown if row["code"] is None else shown | {"code": row["code"]}

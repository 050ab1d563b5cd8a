"""Plastic for a card: ordered to an address or to a branch, paid for with its fee, ready some time later."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.bank import customers, events, ledger, orders, places, rules
from sandbox.failures import Refused
from sandbox.store import Database, Row

ORDER = "plastic"
READY_AFTER = timedelta(seconds=20)  # a week would be true, and nobody would see it
FEES_UAH = {"courier": 80_00, "branch": 50_00}
DAYS = {"courier": 3, "branch": 7}
TARIFFS = frozenset({"digital", "gold"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What plastic costs, in minor units, and how many days it takes."""

    fee_minor: int
    days: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What is ordered. One of ``address`` and ``branch_id`` is empty; ``fee_minor`` is what the customer agreed to."""

    card_id: str
    fee_minor: int
    address: str = ""
    branch_id: str = ""

    @property
    def delivery(self) -> str:
        return "branch" if self.branch_id else "courier"


def terms(db: Database, card_id: str, delivery: str) -> Terms:
    """:raises NotFound: for an unknown card. :raises Refused: `not_offered` for a card that has no plastic."""
    card = customers.card(db, card_id)
    if card["tariff"] not in TARIFFS or card["currency"] != rules.CARD_CURRENCY or card["status"] == "closed":
        raise Refused("There is no plastic for this card.", "not_offered")
    return Terms(FEES_UAH[delivery], DAYS[delivery])


def order(db: Database, reference: str, wish: Wish, now: datetime) -> orders.Told:
    """Take the fee and begin.

    :raises NotFound: for an unknown card.
    :raises Refused: `not_offered`, `card_locked`, `branch_unknown`, `fee_changed`, `duplicate` or
        `insufficient_funds`, the first that holds.
    """
    card, offer = customers.card(db, wish.card_id), terms(db, wish.card_id, wish.delivery)
    if card["status"] != "active":
        raise Refused("The card is locked.", "card_locked")
    if wish.branch_id and places.branch(wish.branch_id) is None:
        raise Refused("No branch that hands out cards has this id.", "branch_unknown")
    if wish.fee_minor != offer.fee_minor:
        raise Refused("The fee is another one now.", "fee_changed")
    if _on_its_way(db, wish.card_id):
        raise Refused("Plastic for this card is being made.", "duplicate")
    if card["balance_minor"] < offer.fee_minor:
        raise Refused("The balance does not cover the fee.", "insufficient_funds")
    fees = ledger.internal("fees", card["currency"])
    text = f"Plastic for card •{card['number'][-4:]}"
    fee = ledger.Posting(reference, "plastic_fee", card["account"], fees, offer.fee_minor, card["currency"], text)
    ledger.post(db, fee, now)
    return {"stage": "making", "days": offer.days, "fee_minor": offer.fee_minor, "currency": card["currency"]}


def start_making(db: Database, row: Row, now: datetime) -> None:
    """An order that was taken is made from now on."""
    if row["status"] == "done":
        orders.tell(db, row, {}, now + READY_AFTER)


def finish_due(db: Database, now: datetime) -> None:
    """What is made by now is ready; one transaction with its event."""
    for row in orders.due(db, ORDER, now):
        orders.tell(db, row, {"stage": "ready"})
        events.emit(db, "plastic.ready", {"order_id": row["order_id"], "reference": row["reference"]}, now)


def _on_its_way(db: Database, card_id: str) -> bool:
    made = db.execute("SELECT * FROM bank_order WHERE kind = ? AND status = 'done'", (ORDER,)).fetchall()
    return any(orders.asked(row)["card_id"] == card_id and orders.told(row)["stage"] == "making" for row in made)

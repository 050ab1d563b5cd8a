"""What may be spent with a card in one day: in shops, on the Internet, in cash. The customer sets it up to the most."""

from dataclasses import dataclass
from typing import Literal, get_args

from sandbox.bank import customers, rules
from sandbox.failures import Refused
from sandbox.store import Database

SCHEMA = """
CREATE TABLE IF NOT EXISTS bank_card_limit (
    card_id TEXT NOT NULL REFERENCES bank_card,
    kind TEXT NOT NULL CHECK (kind IN ('purchases', 'online', 'cash')),
    amount_minor INTEGER NOT NULL CHECK (typeof(amount_minor) = 'integer' AND amount_minor > 0),
    PRIMARY KEY (card_id, kind)
);
"""

Kind = Literal["purchases", "online", "cash"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# At first and at the most, in per cent of what may be sent in a day in this currency.
AT_FIRST: dict[Kind, int] = {"purchases": 50, "online": 20, "cash": 10}
AT_MOST: dict[Kind, int] = {"purchases": 200, "online": 100, "cash": 50}


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a card, in minor units of its currency."""

    kind: Kind
    now_minor: int
    most_minor: int


def of_card(db: Database, card_id: str) -> list[Limit]:
    """:raises NotFound: for an unknown card."""
    card = customers.card(db, card_id)
    day = rules.currency(card["currency"]).day_limit_minor
    kept = {
        row["kind"]: row["amount_minor"]
        for row in db.execute("SELECT kind, amount_minor FROM bank_card_limit WHERE card_id = ?", (card_id,))
    }
    return [Limit(kind, kept.get(kind, day * AT_FIRST[kind] // 100), day * AT_MOST[kind] // 100) for kind in KINDS]


def one(db: Database, card_id: str, kind: Kind) -> Limit:
    """:raises NotFound: for an unknown card."""
    return next(limit for limit in of_card(db, card_id) if limit.kind == kind)


@dataclass(frozen=True, slots=True)
class Change:
    """A limit as it is to be. ``may_raise`` is false when the caller has no proof that the customer wants more."""

    kind: Kind
    amount_minor: int
    currency: str
    may_raise: bool


def change(db: Database, card_id: str, wish: Change) -> None:
    """Set a limit.

    :raises NotFound: for an unknown card.
    :raises Refused: `card_locked`, `currency_mismatch`, `over_the_most` or `not_proven`, the first that holds.
    """
    card, limit = customers.card(db, card_id), one(db, card_id, wish.kind)
    if card["status"] != "active":
        raise Refused("The card is locked.", "card_locked")
    if card["currency"] != wish.currency:
        raise Refused(f"The card is in {card['currency']}.", "currency_mismatch")
    if wish.amount_minor > limit.most_minor:
        raise Refused("More than the bank lets anybody spend in a day.", "over_the_most")
    if wish.amount_minor > limit.now_minor and not wish.may_raise:
        raise Refused("A higher limit needs proof that the customer wants it.", "not_proven")
    db.execute("INSERT OR REPLACE INTO bank_card_limit VALUES (?, ?, ?)", (card_id, wish.kind, wish.amount_minor))

"""Rewards: money for bringing a friend, out of the bank's equity, once under the caller's reference."""

from dataclasses import dataclass
from datetime import datetime

from sandbox.bank import customers, ledger
from sandbox.failures import Refused
from sandbox.store import Database

TEXT = "Reward for a friend"


@dataclass(frozen=True, slots=True)
class Reward:
    """What is given to whom."""

    customer_id: str
    amount_minor: int
    currency: str


def give(db: Database, reference: str, reward: Reward, now: datetime) -> str:
    """The last digits of the card that it has come to: the customer's oldest one that takes it.

    :raises NotFound: for an unknown customer. :raises Refused: `no_card` where none takes it.
    """
    for card in customers.cards_of(db, reward.customer_id):
        if card["status"] == "active" and card["currency"] == reward.currency:
            equity = ledger.internal("equity", reward.currency)
            posting = ledger.Posting(
                reference, "reward", equity, card["account"], reward.amount_minor, reward.currency, TEXT
            )
            ledger.post(db, posting, now)
            return str(card["number"][-4:])
    raise Refused("There is no card that could take it.", "no_card")

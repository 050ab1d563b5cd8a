"""What is known of each action beside its catalogue entry: one line an action, read by every part of the money path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Follow(NamedTuple):
    """The event that a posted operation is followed by, and the field that a flow's `wait` matches on."""

    event: str
    match: str


@dataclass(frozen=True, slots=True)
class Traits:
    """``moves_money_out``: money leaves the customer's accounts, so limits and a step-up hold.

    ``needs_a_yes``: the request is what the customer confirmed, by its snapshot. ``feature``: the flag of the brand
    without which it is refused. ``named_by``: the output that names the operation to later steps (a receipt, a wait).
    ``kind``: what its receipt calls it.
    """

    moves_money_out: bool = False
    needs_a_yes: bool = False
    feature: str = ""
    follow: Follow | None = None
    named_by: str = ""
    kind: str = ""


TOPPED_UP = Follow("topups.settled", "payment_id")
PAYMENT = Traits(moves_money_out=True, needs_a_yes=True, named_by="payment_id", kind="payment")

ACTIONS: Mapping[str, Traits] = {
    "transfers.execute": Traits(
        moves_money_out=True, needs_a_yes=True, feature="transfers_enabled", named_by="transfer_id", kind="transfer"
    ),
    "mobile.pay": PAYMENT,
    "bills.pay": PAYMENT,
    "cards.apply": Traits(
        needs_a_yes=True, follow=Follow("cards.issued", "application_id"), named_by="application_id", kind="card"
    ),
    "topups.create_request": Traits(follow=TOPPED_UP, kind="top_up"),
    "topups.start_card_payment": Traits(follow=TOPPED_UP, named_by="transfer_id", kind="top_up"),
}
NONE = Traits()


def of(action: str) -> Traits:
    """The traits of an action; none for one that has nothing of its own."""
    return ACTIONS.get(action, NONE)

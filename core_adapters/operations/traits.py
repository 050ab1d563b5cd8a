"""What is known of each action beside its catalogue entry: one line an action, read by every part of the money path."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple


class Follow(NamedTuple):
    """The event that a posted operation is followed by, and the field that a flow's `wait` matches on.

    For so many ``days`` the bank is asked for it, in case that its own news are lost.
    ``names``: the event tells the amount and the card it is about.
    """

    event: str
    match: str
    days: int = 3
    names: bool = False


# The inputs that name a payee of a kind; a card is named by its number, which is no input.
NAMING: Mapping[str, tuple[str, ...]] = {"phone": ("phone",), "mobile": ("phone",), "bill": ("biller", "account")}


@dataclass(frozen=True, slots=True)
class Traits:
    """``moves_money_out``: money leaves the customer's accounts, so limits and a step-up hold. ``is_a_mandate``: from
    then on it leaves without another yes, so this one is proved as a yes for money. ``repeatable``: may be paid so.

    ``between_own``: it goes from one account of the customer's to another, which needs neither. ``needs_a_yes``: the
    request is what the customer confirmed, by its snapshot. ``feature``: the flag of the brand without which it is
    refused. ``named_by``: the output that names the operation to later steps (a receipt, a wait). ``kind``: what its
    receipt calls it, and which limits it has of its own. ``payee``: the kind of whom it pays. ``needs_proof``: the
    customer's code must approve it though no limit holds. ``unproven``: what of it may be done without a code; the
    order then says that it is not proven, and the bank does no more than that. ``fee_of``: the input that names the
    card from which the input ``fee`` is taken. ``told_as``: its end is that event, matched by the input of the same
    name; the flow waits for it and never knew of the operation. ``given``: the bank
    gives the amount to the customer, who asked for nothing and is told of it as news.
    """

    moves_money_out: bool = False
    is_a_mandate: bool = False
    repeatable: bool = False
    needs_a_yes: bool = False
    feature: str = ""
    follow: Follow | None = None
    named_by: str = ""
    kind: str = ""
    payee: str = ""
    between_own: bool = False
    needs_proof: bool = False
    unproven: str = ""
    fee_of: str = ""
    told_as: Follow | None = None
    given: bool = False

    @property
    def amount(self) -> str:
        """The input that says how much."""
        return "fee" if self.fee_of else "amount"

    @property
    def payer(self) -> str:
        """The input that says from which card."""
        return self.fee_of or "from"

    @property
    def moves_money(self) -> bool:
        """Whether the ledger has entries of all of it when it is posted."""
        return self.moves_money_out or self.between_own


# A page lives for a week, and what is paid on its last day is reserved for another.
TOPPED_UP = Follow("topups.settled", "payment_id", days=15, names=True)
REQUESTED = Follow("requests.paid", "request_id", days=15, names=True)
TRANSFER = Traits(
    moves_money_out=True, needs_a_yes=True, feature="transfers_enabled", named_by="transfer_id", kind="transfer",
    payee="card",
)  # fmt: skip
PAYMENT = Traits(
    moves_money_out=True, repeatable=True, needs_a_yes=True, named_by="payment_id", kind="payment",
    payee="bill",
)  # fmt: skip

ACTIONS: Mapping[str, Traits] = {
    "transfers.execute": replace(TRANSFER, repeatable=True),
    "transfers.by_phone": replace(TRANSFER, feature="phone_transfers_enabled", payee="phone"),
    "transfers.own": replace(
        TRANSFER, moves_money_out=False, between_own=True, feature="own_transfers_enabled", payee=""
    ),
    "mobile.pay": replace(PAYMENT, payee="mobile"),
    "bills.pay": PAYMENT,
    "cards.apply": Traits(
        needs_a_yes=True, follow=Follow("cards.issued", "application_id"), named_by="application_id", kind="card"
    ),
    "accounts.open_details_page": Traits(feature="bank_details_enabled"),
    "cards.open_pin_page": Traits(needs_a_yes=True, needs_proof=True, feature="pin_enabled", named_by="page_id"),
    "cards.set_pin": Traits(told_as=Follow("cards.pin_set", "page_id")),
    "access.open_password_page": Traits(
        needs_a_yes=True, needs_proof=True, feature="password_enabled", named_by="page_id"
    ),
    "access.set_password": Traits(told_as=Follow("access.password_changed", "page_id")),
    "sca.open_password_page": Traits(feature="password_enabled", named_by="page_id"),
    "cards.open_reveal_page": Traits(needs_a_yes=True, needs_proof=True, feature="card_number_enabled"),
    "topups.create_request": Traits(follow=TOPPED_UP, kind="top_up"),
    "topups.start_card_payment": Traits(follow=TOPPED_UP, named_by="transfer_id", kind="top_up"),
    "requests.create": Traits(feature="money_requests_enabled", follow=REQUESTED, kind="top_up"),
    "cards.lock": Traits(feature="card_lock_enabled"),
    "cards.unlock": Traits(needs_a_yes=True, needs_proof=True, feature="card_lock_enabled"),
    "limits.change": Traits(
        needs_a_yes=True, needs_proof=True, unproven="a lower limit needs no code", feature="card_limits_enabled"
    ),
    "cards.order_plastic": Traits(
        needs_a_yes=True, needs_proof=True, fee_of="card", feature="plastic_cards_enabled", kind="fee",
        follow=Follow("cards.plastic_ready", "order_id", days=60), named_by="order_id",
    ),
    "cashback.choose": Traits(needs_a_yes=True, feature="cashback_enabled"),
    "statements.document": Traits(feature="statements_enabled"),
    "profile.set_language": Traits(feature="bank_language_enabled"),
    "complaints.submit": Traits(
        needs_a_yes=True, feature="complaints_enabled", named_by="complaint_id",
        follow=Follow("complaints.answered", "complaint_id", days=90),
    ),
    "recurring.create": Traits(
        is_a_mandate=True, needs_a_yes=True, feature="recurring_payments_enabled", named_by="recurring_id"
    ),
    "recurring.resume": Traits(needs_a_yes=True, feature="recurring_payments_enabled"),
    "referrals.reward": Traits(given=True),
    "recurring.remind": Traits(feature="recurring_payments_enabled", named_by="recurring_id"),
}  # fmt: skip
NONE = Traits()


def of(action: str) -> Traits:
    """The traits of an action; none for one that has nothing of its own."""
    return ACTIONS.get(action, NONE)


# The questions that come before a payment, and the action that each is about.
QUOTES: Mapping[str, str] = {
    "transfers.quote": "transfers.execute",
    "transfers.phone_quote": "transfers.by_phone",
    "transfers.own_quote": "transfers.own",
    "mobile.quote": "mobile.pay",
    "bills.quote": "bills.pay",
}

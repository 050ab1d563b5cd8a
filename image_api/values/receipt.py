"""What happened to the money."""

from typing import Literal

from image_api.values.fields import Amount, Last4, Link, Moment, Name, Reference, Values


class Receipt(Values):
    """One transfer, top-up or payment. ``to_name`` is a biller or payee; ``verify_url`` leads to its page."""

    kind: Literal["transfer", "top_up", "payment"]
    state: Literal["done", "pending"]
    amount: Amount
    fee: Amount | None = None
    from_last4: Last4 | None = None
    to_last4: Last4 | None = None
    to_name: Name | None = None
    at: Moment
    reference: Reference
    verify_url: Link | None = None

"""What each template may show, checked before a pixel is drawn. Nothing that a thief could use has a field here.

One file a kind of thing; what a field may hold stands in ``fields.py``.
"""

from image_api.values.cards import Balance, CardFront, CardIssued
from image_api.values.details import BankDetails
from image_api.values.fields import Values
from image_api.values.receipt import Receipt
from image_api.values.sharing import Offer, Referral
from image_api.values.spending import Bar, Spending
from image_api.values.statement import Entry, Statement

__all__ = [
    "Balance", "BankDetails", "Bar", "CardFront", "CardIssued", "Entry", "Offer", "Receipt", "Referral", "Spending",
    "Statement", "Values",
]  # fmt: skip

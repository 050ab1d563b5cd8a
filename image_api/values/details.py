"""What others need to send money to an account."""

from typing import Annotated

from pydantic import StringConstraints

from image_api.values.fields import Currency, Iban, Last4, Name, Values, Words


class BankDetails(Values):
    """The details of one card's account. They let money in and take none out; still no chat shows them unasked."""

    card: Name
    last4: Last4
    recipient: Name
    iban: Iban
    tax_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")] | None = None
    bank_name: Name
    bank_code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{4,11}$")] | None = None
    currency: Currency
    purpose: Words | None = None

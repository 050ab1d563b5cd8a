"""Which operation opens which page: one line an operation. How long a page lives stands here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Kind = Literal["document", "pin", "password", "password_check", "card_number"]

SHOWN = timedelta(minutes=10)
TYPED = timedelta(minutes=3)
REVEALED = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Opens:
    """``output`` is the catalogue's name for the page's address. ``content`` is the question whose answer it shows.

    ``whose``: the page is about a ``card`` of the customer's, or about the customer as ``holder`` of a password.
    """

    kind: Kind
    life: timedelta
    content: str = ""
    output: str = "secure_page"
    whose: Literal["", "card", "holder"] = ""


OPENS: Mapping[str, Opens] = {
    "accounts.open_details_page": Opens("document", SHOWN, content="accounts.details"),
    "statements.document": Opens("document", SHOWN, content="statements.whole", output="document_link"),
    "cards.open_pin_page": Opens("pin", TYPED, whose="card"),
    "access.open_password_page": Opens("password", TYPED, whose="holder"),
    "sca.open_password_page": Opens("password_check", TYPED, whose="holder"),
    "cards.open_reveal_page": Opens("card_number", REVEALED, whose="card"),
}
SHOWS: frozenset[Kind] = frozenset({"document", "card_number"})
# What is done with what is typed on a page: an operation of its own, linked to the one that opened the page.
SETS: Mapping[Kind, str] = {"pin": "cards.set_pin", "password": "access.set_password"}

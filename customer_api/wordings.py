"""Which texts ask for a consent, by their version: whoever changes the words in the flows gives them a new one here."""

from customer_api import texts
from customer_api.bodies import Purpose
from customer_api.consents import Wording

VERSIONS: dict[Purpose, str] = {
    "service": "2026-11",  # flow identify, response `terms`
    "marketing": "2026-11",  # flow notices, responses `ask_when_off` and `turned_on`
}


def shown(purpose: Purpose, locale: str | None, phone: str = "") -> Wording:
    """The text that the customer has just seen."""
    return Wording(VERSIONS[purpose], texts.language(locale, phone))

"""Money from cards of other banks: a page of the acquirer's, a credit at our bank, a capture.

`acquirer` speaks to the acquirer and `receiving` to the bank. `sessions` opens the page and follows it, `delivering`
puts the money on the card and captures or gives it back; `performer` is both as one Performer. `views` is what the
payers' pages may tell.
"""

from core_adapters.external.acquirer.acquirer import Acquirer
from core_adapters.external.acquirer.delivering import Delivering
from core_adapters.external.acquirer.performer import CardPayments
from core_adapters.external.acquirer.receiving import Receiving
from core_adapters.external.acquirer.sessions import Sessions
from core_adapters.links import Links
from core_adapters.ports import Bank


def card_payments(acquirer: Acquirer, bank: Bank, links: Links, bank_name: str) -> CardPayments:
    """Money from cards of other banks for the customers of ``bank``."""
    receiving = Receiving(bank)
    return CardPayments(Sessions(acquirer, receiving, links, bank_name), Delivering(acquirer, receiving))

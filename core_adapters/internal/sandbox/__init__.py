"""The sandbox bank: a REST core behind a bearer token that drops doubles by our reference and answers for it.

`wrapper` is the `Bank`, put together here from its parts: `orders` have an effect, `questions` have none. `customers`
finds people and cards, `schemas` is what goes over the wire.
"""

from core_adapters.http import Service
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.card_news import CardNews
from core_adapters.internal.sandbox.cashback import Cashback
from core_adapters.internal.sandbox.credits import Credits
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.details import Details
from core_adapters.internal.sandbox.directed import Directed
from core_adapters.internal.sandbox.limits import CardLimits
from core_adapters.internal.sandbox.locks import Locks
from core_adapters.internal.sandbox.orders import Applications, Transfers
from core_adapters.internal.sandbox.passwords import Passwords
from core_adapters.internal.sandbox.plastic import PlasticCards
from core_adapters.internal.sandbox.questions import CardQuestions
from core_adapters.internal.sandbox.rewards import Rewards
from core_adapters.internal.sandbox.services import PublicServices
from core_adapters.internal.sandbox.spending import Spending
from core_adapters.internal.sandbox.statements import Statements
from core_adapters.internal.sandbox.wishes import Complaints, Languages
from core_adapters.internal.sandbox.wrapper import SandboxBank
from core_adapters.ports import Directory
from core_adapters.revealing import Revealer


def bank(service: Service, revealer: Revealer, directory: Directory) -> SandboxBank:
    """The wrapper over a bank at ``service``."""
    calls = Calls(service)
    customers = Customers(calls, directory)
    transfers = Transfers(calls, customers, revealer)
    both = (
        Directed(calls, customers, transfers),
        Locks(calls, customers),
        CardLimits(calls, customers),
        PlasticCards(calls, customers),
        Cashback(calls, customers),
    )
    orders = (
        transfers,
        Applications(calls, customers),
        Credits(calls),
        Rewards(calls, customers),
        Languages(calls, customers),
        Complaints(calls, customers),
    )
    answerers = (
        CardQuestions(calls, customers, revealer),
        Details(calls, customers),
        Statements(calls, customers),
        Spending(calls, customers),
        PublicServices(calls),
        Passwords(calls, customers),
    )
    return SandboxBank(calls, orders=(*orders, *both), answerers=(*answerers, *both), news=CardNews(calls))

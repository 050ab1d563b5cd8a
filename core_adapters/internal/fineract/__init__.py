"""Apache Fineract: savings accounts and transfers between them, behind Basic or a token, for one tenant.

`exchange` one request and what its end means, `amounts` money and dates as Fineract writes them, `refusals` its error
codes in our words, `schemas` what goes over the wire, `accounts` clients and their savings, `lines` what was booked,
`orders` and `locks` what has an effect, `wrapper` the `Bank`.
"""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from core_adapters import brands
from core_adapters.http import Service
from core_adapters.internal.fineract.accounts import Accounts
from core_adapters.internal.fineract.amounts import Calendar
from core_adapters.internal.fineract.exchange import Exchange
from core_adapters.internal.fineract.wrapper import FineractBank
from core_adapters.ports import Directory
from core_adapters.revealing import Revealer

TENANT = "default"  # what a fresh Fineract calls its only tenant


def bank(service: Service, revealer: Revealer, directory: Directory) -> FineractBank:  # noqa: ARG001 -- no number leaves
    """The wrapper over ``https://host/fineract-provider/api``; ``?tenantIdentifier=name`` there chooses the tenant."""
    parts = urlsplit(service.url)
    tenant = parse_qs(parts.query).get("tenantIdentifier", [TENANT])[0]
    exchange = Exchange(
        service.client, f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", service.login, tenant
    )
    calendar = Calendar(brands.load("fineract").time_zone, lambda: datetime.now(UTC))
    return FineractBank(exchange, Accounts(exchange, directory), calendar)

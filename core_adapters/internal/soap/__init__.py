"""A core behind SOAP with a name and a password: it drops doubles by our reference and answers for it.

`core.wsdl` is the contract as we know it; `wire` is one bounded exchange; `calls` reads MSGSTAT; `codes` are the core's
error codes in our words; `orders` what has an effect, `customers` people and cards, `wrapper` the `Bank`.
"""

import base64

import httpx

from core_adapters.http import Service
from core_adapters.internal.soap.calls import Calls
from core_adapters.internal.soap.customers import Customers
from core_adapters.internal.soap.wire import Wire
from core_adapters.internal.soap.wrapper import SoapBank
from core_adapters.ports import Directory
from core_adapters.revealing import Revealer


class NoPassword(ValueError):
    """This core wants a name and a password, and has been given a token alone."""


def bank(service: Service, revealer: Revealer, directory: Directory) -> SoapBank:
    """The wrapper over a core at ``service``. Raises NoPassword."""
    calls = Calls(Wire(service), _user(service))
    return SoapBank(calls, Customers(calls, directory), revealer)


def _user(service: Service) -> str:
    """The name that logs in: it stands in each message too, and the core compares the two."""
    if not isinstance(service.login, httpx.BasicAuth):
        raise NoPassword("a SOAP core wants a name and a password: set TELLER_CORE__USER beside TELLER_CORE__TOKEN")
    request = next(service.login.auth_flow(httpx.Request("POST", service.url)))
    given = request.headers["Authorization"].removeprefix("Basic ")
    return base64.b64decode(given).decode().partition(":")[0]

"""The sandbox bank: a REST core behind a bearer token that drops doubles by our reference and answers for it.

`wrapper` is the `Bank`; `orders` what has an effect, `customers` people and cards, `schemas` what goes over the wire.
"""

from core_adapters.http import Service
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.internal.sandbox.wrapper import SandboxBank
from core_adapters.ports import Directory
from core_adapters.revealing import Revealer


def bank(service: Service, revealer: Revealer, directory: Directory) -> SandboxBank:
    """The wrapper over a bank at ``service``."""
    calls = Calls(service)
    return SandboxBank(calls, Customers(calls, directory), revealer)

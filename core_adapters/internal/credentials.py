"""Which banks keep PINs and passwords and show a card's number, beside `core_adapters.internal`."""

from core_adapters.http import Service
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.credentials import SandboxCredentials
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.ports import Credentials, Directory


def credentials(name: str, service: Service, directory: Directory) -> Credentials | None:
    """A bank's side of it; None for a bank that has none, whose pages for it then open for nobody."""
    if name != "sandbox":
        return None
    calls = Calls(service)
    return SandboxCredentials(calls, Customers(calls, directory))

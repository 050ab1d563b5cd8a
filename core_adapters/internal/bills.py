"""Which banks pay bills from a card, beside `core_adapters.internal`, which says which banks there are."""

from core_adapters.http import Service
from core_adapters.internal.sandbox.bills import Bills
from core_adapters.internal.sandbox.calls import Calls
from core_adapters.internal.sandbox.customers import Customers
from core_adapters.ports import BillDebits, Directory


def debits(name: str, service: Service, directory: Directory) -> BillDebits | None:
    """A bank's side of a bill; None for a bank that has none, whose customers then pay no bills here."""
    if name != "sandbox":
        return None
    calls = Calls(service)
    return Bills(calls, Customers(calls, directory))

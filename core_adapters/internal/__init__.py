"""One folder a bank. A new bank is a new folder and one line here."""

from collections.abc import Callable, Mapping

from core_adapters.database import Pool
from core_adapters.http import Service
from core_adapters.internal import dhow, fineract, sandbox, soap
from core_adapters.ports import Bank, Directory
from core_adapters.revealing import Revealer
from flows.ports import Sealer


class NoSuchBank(LookupError):
    """TELLER_BANK names no folder of core_adapters/internal."""


BANKS: Mapping[str, Callable[[Service, Revealer, Directory], Bank]] = {
    "dhow": dhow.bank,
    "fineract": fineract.bank,
    "sandbox": sandbox.bank,
    "soap": soap.bank,
}


def wrapper(name: str, service: Service, pool: Pool, sealer: Sealer, directory: Directory) -> Bank:
    """The wrapper of a bank. Raises NoSuchBank."""
    if name not in BANKS:
        raise NoSuchBank(f"TELLER_BANK: there is no bank '{name}'; there are {', '.join(sorted(BANKS))}")
    return BANKS[name](service, Revealer(pool, sealer), directory)

"""What billers are called by their partners, for lists, receipts and their pages."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core_adapters.external.billers.partner import Partner
from core_adapters.failures import BankFailure

NAMES_KEPT_S = 600.0  # a receipt's page is looked at by anyone, and must not be a way to a partner's door
NAME_S_MAX = 2.0  # a name is no reason to wait


@dataclass(frozen=True, slots=True)
class Names:
    """A partner is asked now and then. While it is away, names are as it told them last."""

    partners: Mapping[str, Partner]
    clock: Callable[[], float] = time.monotonic
    _told: dict[str, str] = field(default_factory=dict, repr=False)
    _asked_at: dict[str, float] = field(default_factory=dict, repr=False)

    async def of(self, biller: str) -> str:
        """What a biller is called, ``Kyiv Water``; its own id when its partner has never told."""
        name, _, provider = biller.partition("-")
        if name in self.partners and self._is_old(name):
            await self._ask(name)
        return self._told.get(biller, provider.capitalize())

    def _is_old(self, name: str) -> bool:
        return name not in self._asked_at or self.clock() - self._asked_at[name] > NAMES_KEPT_S

    async def _ask(self, name: str) -> None:
        try:
            async with asyncio.timeout(NAME_S_MAX):
                found = await self.partners[name].providers()
        except (BankFailure, TimeoutError):
            return
        self._told.update({f"{name}-{one.id}": one.name for one in found})
        self._asked_at[name] = self.clock()

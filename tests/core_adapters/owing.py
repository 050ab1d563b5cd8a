"""Who owes what to whom, as CustomerAPI would say it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core_adapters.ports import Reward
from flows.money import Money


@dataclass
class Friends:
    """Who owes what, as CustomerAPI would say it, and hears of uses."""

    owed: list[Reward] = field(default_factory=list)
    ended: list[tuple[UUID, str | None]] = field(default_factory=list)
    uses: list[tuple[str, str, str]] = field(default_factory=list)
    is_down: bool = False

    async def used(self, customer_id: str, kind: str, amount: Money, at: datetime) -> None:
        self._answers()
        self.uses.append((customer_id, kind, str(amount)))

    async def due(self) -> list[Reward]:
        self._answers()
        return list(self.owed)

    async def settled(self, reward_id: UUID, refusal: str | None) -> None:
        self._answers()
        self.ended.append((reward_id, refusal))
        self.owed = [one for one in self.owed if one.id != reward_id]

    def _answers(self) -> None:
        if self.is_down:
            raise ConnectionError("CustomerAPI is away")

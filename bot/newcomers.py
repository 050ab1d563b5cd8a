"""Who was brought by whom and what is owed for it, asked of CustomerAPI for the bank's side."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import httpx

from core_adapters.ports import Reward
from flows.money import Money

ROOT = "/api/v1/referrals"


class Newcomers:
    """Satisfies ``core_adapters.ports.Newcomers``. Every method raises httpx.HTTPError."""

    def __init__(self, customers: httpx.AsyncClient) -> None:
        self._customers = customers

    async def used(self, customer_id: str, kind: str, amount: Money, at: datetime) -> None:
        """Tell of a card that was used."""
        told = {"customer_id": customer_id, "kind": kind, "amount": str(amount), "at": at.isoformat()}
        (await self._customers.post(f"{ROOT}/uses", json=told)).raise_for_status()

    async def due(self) -> Sequence[Reward]:
        """The rewards that are owed."""
        answer = await self._customers.post(f"{ROOT}/rewards/take")
        answer.raise_for_status()
        return [
            Reward(
                UUID(one["reward_id"]), UUID(one["referral_id"]), one["customer_id"], one["role"],
                Money.parse(one["amount"]),
            )
            for one in answer.json()
        ]  # fmt: skip

    async def settled(self, reward_id: UUID, refusal: str | None) -> None:
        """Tell what became of a reward."""
        outcome = {"state": "paid"} if refusal is None else {"state": "refused", "reason": refusal}
        (await self._customers.put(f"{ROOT}/rewards/{reward_id}", json=outcome)).raise_for_status()

"""Rewards on the bank's REST face: `/sandbox/bank/v1/customers/{customer_id}/rewards`. They answer as orders do."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.bank import bodies, orders, rewards, rules
from sandbox.bank.cards_rest import OrderBody, answered
from sandbox.faults import Faults, faulty
from sandbox.store import Store
from sandbox.web import read


class RewardBody(OrderBody):
    amount_minor: bodies.AmountMinor
    currency: bodies.CurrencyCode


class RewardsRest:
    """The endpoint. What became of a reward is asked at `/orders`."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        endpoint = faulty(self._faults, "rest", "reward", self.give)
        return [Route("/customers/{customer_id}/rewards", endpoint, methods=["POST"])]

    async def give(self, request: Request) -> Response:
        body, customer_id, now = await read(request, RewardBody), request.path_params["customer_id"], self._clock()
        rules.currency(body.currency)
        asked = {"customer_id": customer_id, "amount_minor": body.amount_minor, "currency": body.currency}

        def do() -> orders.Told:
            reward = rewards.Reward(customer_id, body.amount_minor, body.currency)
            return {"last4": rewards.give(db, body.reference, reward, now)}

        with self._store.transaction() as db:
            row, new = orders.once(db, orders.Order(body.reference, "reward", asked), do, now)
        return answered(row, new)

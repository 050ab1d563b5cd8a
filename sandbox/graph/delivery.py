"""Takes news to the callbacks of apps until they answer 200: one courier an app."""

import asyncio
import contextlib
from collections.abc import Callable

import httpx

from sandbox.graph.apps import Apps, Subscription
from sandbox.graph.envelope import seal
from sandbox.graph.faults import Faults
from sandbox.graph.limits import CALLBACK_TIMEOUT_S, CONNECTIONS_MAX, LOOK_MAX, RETRY_MOST_S
from sandbox.graph.news import Entry, News, Newsroom
from sandbox.graph.parcels import Parcel, parcels

Pack = Callable[[list[Entry]], list[Entry]]


class Delivery:
    """`start` once the event loop runs; `stop` lets the queues stay where they are."""

    def __init__(
        self,
        apps: Apps,
        news: Newsroom,
        faults: Faults,
        clock: Callable[[], float],
        retry_first_s: float,
        pack: Pack,
        taken: Callable[[Entry], None],
    ) -> None:
        self._apps, self._news, self._faults, self._clock = apps, news, faults, clock
        self._retry_first_s, self._pack, self._taken = retry_first_s, pack, taken
        self._couriers: dict[str, asyncio.Task[None]] = {}
        self._arrivals: dict[str, asyncio.Event] = {}
        self._client: httpx.AsyncClient | None = None
        self._started = False

    @property
    def client(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=CALLBACK_TIMEOUT_S, follow_redirects=False, trust_env=False)
        return self._client

    def look(self, app: str) -> None:
        """Something happened that the courier of this app should look at."""
        if self._started and (app not in self._couriers or self._couriers[app].done()):
            self._couriers[app] = asyncio.create_task(self._carry(app))
        self._arrival(app).set()

    def look_all(self) -> None:
        for app in {each.app for each in self._apps.all()}:
            self.look(app)

    def start(self) -> None:
        self._started = True
        self.look_all()

    async def stop(self) -> None:
        self._started = False
        for courier in self._couriers.values():
            courier.cancel()
        await asyncio.gather(*self._couriers.values(), return_exceptions=True)
        self._couriers.clear()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _arrival(self, app: str) -> asyncio.Event:
        return self._arrivals.setdefault(app, asyncio.Event())

    async def _carry(self, app: str) -> None:
        arrival, on_the_way = self._arrival(app), dict[asyncio.Task[None], Parcel]()
        try:
            while True:
                arrival.clear()
                wait_s = self._send_out(app, on_the_way)
                # Not wait_for: before Python 3.12 it can lose a cancellation that comes with an arrival.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await arrival.wait()
        finally:
            for task in on_the_way:
                task.cancel()

    def _send_out(self, app: str, on_the_way: dict[asyncio.Task[None], Parcel]) -> float | None:
        """Start what is due; gives the seconds until the next piece is, None when only an arrival can bring one."""
        for task in [task for task in on_the_way if task.done()]:
            del on_the_way[task]
        now, disorder = self._clock(), self._faults.fault.webhooks
        due = self._news.due(app, now, max(LOOK_MAX, disorder.group) + len(on_the_way))
        for parcel in parcels(due, list(on_the_way.values()), disorder):
            if len(on_the_way) >= CONNECTIONS_MAX:
                break
            disorder.count = max(0, disorder.count - len({each.id for each in parcel.news if not each.tries}))
            on_the_way[asyncio.create_task(self._hand_over(app, parcel))] = parcel
        next_at = self._news.next_due_at(app, now)
        return None if next_at is None else next_at - now

    async def _hand_over(self, app: str, parcel: Parcel) -> None:
        open_ = {each.id for each in parcel.news}
        for body in parcel.bodies:
            arrived = await self._post(body)
            for each in body:
                if each.id in open_:
                    self._settle(each, arrived)
            open_ -= {each.id for each in body}
        self._arrival(app).set()

    def _settle(self, news: News, arrived: bool) -> None:
        if arrived:
            self._news.remove(news.id)
            self._taken(news.entry)
            return
        pause_s = min(self._retry_first_s * 2 ** min(news.tries, 20), RETRY_MOST_S)
        self._news.postpone(news.id, self._clock() + pause_s)

    async def _post(self, news: tuple[News, ...]) -> bool:
        """Only 200 counts. News of an app that has gone meanwhile needs no delivery any more."""
        subscription = self._apps.find(news[0].app, news[0].object)
        return subscription is None or await self._knock(subscription, self._pack([each.entry for each in news]))

    async def _knock(self, subscription: Subscription, entries: list[Entry]) -> bool:
        body, headers = seal(subscription.object, entries, subscription.secret)
        try:
            answer = await self.client.post(subscription.callback_url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return False
        return answer.status_code == httpx.codes.OK

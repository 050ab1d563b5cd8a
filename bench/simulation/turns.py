"""Who goes next: tasks stand at pauses, and one at a time is let go on to its next one.

A task is quiet when it stands at a pause, or waits inside Postgres for a lock that another one holds. Only when all
are quiet is anything decided, so that a run does not hang on how fast a machine is.
"""

import asyncio
import contextvars
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
TICK_S = 0.004  # real time after which a statement is asked whether it waits for a lock

TAKING_UP = ("store.take_due", "expiring.expire", "awaiting.look", "audit.link")


@dataclass(eq=False)
class Host:
    """A process that can die. Whatever it was doing then ends between two pauses."""

    name: str
    dead: bool = False
    tasks: set["asyncio.Task[Any]"] = field(default_factory=set)


@dataclass(eq=False)
class Owner:
    """A task as the run knows it: its name is made of its parent's, so that it is the same in each run."""

    name: str
    host: Host
    children: int = 0
    transactions: int = 0  # open ones; none may be open while a core is asked

    def child(self) -> "Owner":
        self.children += 1
        return Owner(f"{self.name}/{self.children}", self.host)


@dataclass(eq=False)
class Waiting:
    """A task at a pause."""

    owner: Owner
    point: str
    go: "asyncio.Future[None]"
    not_before: int


@dataclass(eq=False)
class Statement:
    """A statement that is in Postgres now."""

    pid: int
    blocked: bool = False
    has_waited: bool = False


OWNER: contextvars.ContextVar[Owner] = contextvars.ContextVar("owner")


class StillLoop(asyncio.SelectorEventLoop):
    """A loop whose time is the run's: timeouts end when the run moves its time, never by themselves."""

    now_ms = 0

    def time(self) -> float:
        return self.now_ms / 1000

    @property
    def is_busy(self) -> bool:
        """Whether a callback is ready to run. asyncio has no public word for it."""
        return bool(self._ready)  # type: ignore[attr-defined]


class Turns:
    """The pauses of one run. ``blocked_among`` tells which backends wait for a lock."""

    def __init__(self, loop: StillLoop, blocked_among: Callable[[list[int]], Awaitable[set[int]]]) -> None:
        self.loop = loop
        self.waiting: list[Waiting] = []
        self.commits = 0  # those that may have changed something
        self.reached: list[str] = []  # named points in the order in which they were met
        self.broken: list[str] = []  # laws that did not hold
        self._blocked_among = blocked_among
        self._statements: list[Statement] = []
        self._returned = 0
        self._wake: asyncio.Future[None] | None = None
        loop.set_task_factory(_owned)  # type: ignore[arg-type]
        self._ticker = Ticker(loop, self._awake)

    @property
    def now_ms(self) -> int:
        return self.loop.now_ms

    @property
    def any_blocked(self) -> bool:
        return bool(self._statements)

    def close(self) -> None:
        """Let the loop be an ordinary one again."""
        self.loop.set_task_factory(None)
        self._ticker.stop()

    def spawn(self, host: Host, name: str, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Begin something in a process; it stands still before its first step."""
        owner = Owner(name, host)
        context = contextvars.copy_context()
        context.run(OWNER.set, owner)
        task = asyncio.Task(self._from_the_start(work), loop=self.loop, context=context)
        host.tasks.add(task)
        return task

    async def _from_the_start(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            await self.pause("begins")
        except asyncio.CancelledError:
            work.close()
            raise
        return await work

    async def pause(self, point: str, not_before: int = 0) -> None:
        """Stand here until it is this task's turn. Ends with the process."""
        owner = OWNER.get()
        if owner.host.dead:
            raise asyncio.CancelledError
        waiting = Waiting(owner, point, self.loop.create_future(), not_before)
        self.waiting.append(waiting)
        try:
            await waiting.go
        finally:
            if waiting in self.waiting:
                self.waiting.remove(waiting)

    def committed(self, name: str) -> None:
        """Something is in the database now. That a row was only taken up, or the audit linked, changes no state."""
        if not name.endswith(TAKING_UP):
            self.commits += 1

    def nothing_held(self) -> None:
        """Law L4: nothing is held in the database while somebody else is asked."""
        if OWNER.get().transactions:
            self.broken.append(f"L4: {OWNER.get().name} has a transaction open during a call")

    def ready(self) -> list[Waiting]:
        """Who could go on now, in an order that is the same in each run."""
        now = self.now_ms
        return sorted((one for one in self.waiting if one.not_before <= now), key=lambda one: one.owner.name)

    def next_due(self) -> int | None:
        """When the first of those who wait for a time may go on."""
        return min((one.not_before for one in self.waiting), default=None)

    async def let(self, waiting: Waiting) -> None:
        """Let one go on, until all stand still again."""
        self.waiting.remove(waiting)
        if waiting.point.startswith(("before ", "after ")):
            self.reached.append(waiting.point)
        waiting.go.set_result(None)
        await self.quiet()

    async def move_to(self, now_ms: int) -> None:
        """Move the time; timeouts that have passed end."""
        self.loop.now_ms = max(now_ms, self.loop.now_ms)
        await self.quiet()

    async def statement(self, pid: int, run: Awaitable[T]) -> T:
        """Run a statement of a backend. Whoever had to wait for a lock takes their place in the order again."""
        statement = Statement(pid)
        self._statements.append(statement)
        try:
            result = await run
        finally:
            self._statements.remove(statement)
            self._returned += 1
            self._awake()
        if statement.has_waited:
            await self.pause("has the lock")
        return result

    async def quiet(self) -> None:
        """Until nobody moves."""
        while True:
            await asyncio.sleep(0)
            while self.loop.is_busy:  # noqa: ASYNC110 -- this is what waits for all others
                await asyncio.sleep(0)
            if not self._statements:
                return
            if not all(one.blocked for one in self._statements):
                await self._something_returns()
            elif self._returned:  # whatever returned may have freed somebody
                self._returned = 0
                await self._mark()
            else:
                return

    async def _something_returns(self) -> None:
        self._wake = self.loop.create_future()
        self._ticker.ask()
        before = self._returned
        await self._wake
        self._wake = None
        if self._returned == before:
            await self._mark()

    async def _mark(self) -> None:
        blocked = await self._blocked_among([one.pid for one in self._statements])
        for one in self._statements:
            one.blocked = one.pid in blocked
            one.has_waited |= one.blocked

    def _awake(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)


class Ticker:
    """Wakes a loop whose own time stands still, a little later in real time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
        self._loop, self._wake = loop, wake
        self._asked = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def ask(self) -> None:
        self._asked.set()

    def stop(self) -> None:
        self._over = True
        self._asked.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._asked.wait()
            if self._over:
                return
            self._asked.clear()
            time.sleep(TICK_S)
            if not self._over:
                self._loop.call_soon_threadsafe(self._wake)


def _owned(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], context: Any = None) -> "asyncio.Task[T]":
    """A task that another one begins belongs to the same process, under a name of its own."""
    parent = OWNER.get(None)
    if parent is None:
        return asyncio.Task(work, loop=loop, context=context)
    inner = context or contextvars.copy_context()
    inner.run(OWNER.set, parent.child())
    task = asyncio.Task(work, loop=loop, context=inner)
    parent.host.tasks.add(task)
    return task

"""How each thing of the plan is done to the estate. A strike that met nothing counts as not tried."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bench.chaos import skew
from bench.chaos.checks import AWAY, NEWS, ask, busy
from bench.chaos.estate import Estate, Trap
from bench.chaos.plan import Strike

SPRUNG_S = 12.0  # how long a kill waits for its moment; then it comes at random
STOPPED_S = 30.0  # what an orchestrator waits before it kills
STORM_S = 10.0
RETRY_AFTER_S = 2
BACK_S = 120.0
LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Struck:
    """What became of a strike. ``back_s`` is how long the estate took to work again, where that is asked."""

    strike: Strike
    effective: bool
    back_s: float | None = None
    note: str = ""


@dataclass
class Striking:
    """Does one strike after the other; a process that is down or frozen is not struck again meanwhile."""

    estate: Estate
    struck: list[Struck] = field(default_factory=list)
    _away: set[str] = field(default_factory=set)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def run(self, strikes: tuple[Strike, ...], say: Callable[[str], None]) -> None:
        """All of them, each at its time or as soon as the one before lets it."""
        began = time.monotonic()
        for strike in strikes:
            await asyncio.sleep(max(0.0, began + strike.at_s - time.monotonic()))
            say(f"{time.monotonic() - began:6.1f} s  {strike}")
            task = asyncio.create_task(self._noted(strike))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _noted(self, strike: Strike) -> None:
        if strike.target in self._away or strike.kind in self._away:
            self.struck.append(Struck(strike, False, note="still away"))
            return
        does: Callable[[Strike], Awaitable[Struck]] = getattr(self, f"_{strike.kind}")
        names = {name for name in (strike.target, strike.kind) if name in self.estate.pids or name == strike.kind}
        names -= {"kill", "clock", "freeze", "storm", "flush"}
        self._away |= names
        try:
            self.struck.append(await does(strike))
        finally:
            self._away -= names

    async def _work_under_way(self) -> bool:
        """Wait for a moment at which there is some; false if none came."""
        until = time.monotonic() + SPRUNG_S
        while not await busy(self.estate.database.dsn):
            if time.monotonic() > until:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def _kill(self, strike: Strike) -> Struck:
        name, met = strike.target, False
        if strike.when in ("sent", "answered"):
            trap = self.estate.traps[name] = Trap("sent" if strike.when == "sent" else "answered")
            with suppress(TimeoutError):
                async with asyncio.timeout(SPRUNG_S):
                    met = await trap.sprung.wait()
            self.estate.traps.pop(name, None)
        effective = met or await self._work_under_way()
        await self.estate.kill(name)
        began = time.monotonic()
        await self.estate.start(name)
        note = "" if met or strike.when == "at random" else "its moment did not come"
        return Struck(strike, effective, round(time.monotonic() - began, 1), note)

    async def _roll(self, strike: Strike) -> Struck:
        effective = await self._work_under_way()
        took_s = round(await self.estate.roll(strike.target), 1)
        return Struck(strike, effective, took_s, "too long" if took_s > STOPPED_S else "")

    async def _wire(self, strike: Strike) -> Struck:
        before = self._ill()
        self.estate.manner = strike.manner
        await asyncio.sleep(strike.lasts_s)
        until = time.monotonic() + SPRUNG_S
        while self._ill() == before and time.monotonic() < until:  # noqa: ASYNC110 -- wires count, and tell nobody
            await asyncio.sleep(LOOK_S)
        self.estate.manner = "through"
        met = self._ill() - before
        return Struck(strike, met > 0, note=f"{met} requests")

    def _ill(self) -> int:
        return sum(manner != "through" for wire in self.estate.wires.values() for manner in wire.met)

    async def _storm(self, strike: Strike) -> Struck:
        url = f"{self.estate.sandbox}/phones/telegram/faults"
        body = {"outcome": "throttle", "count": strike.much, "retry_after_s": RETRY_AFTER_S}
        (await self.estate.http.put(url, json=body)).raise_for_status()
        left, until = strike.much, time.monotonic() + STORM_S
        while time.monotonic() < until or (left == strike.much and time.monotonic() < until + SPRUNG_S):
            await asyncio.sleep(LOOK_S)
            left = int((await self.estate.http.get(url)).raise_for_status().json()["count"])
        await self.estate.http.put(url, json={"outcome": "ok", "count": 0})
        return Struck(strike, left < strike.much, note=f"{strike.much - left} calls")

    async def _clock(self, strike: Strike) -> Struck:
        place = self.estate.clock_of(strike.target)
        place.write_text(str(strike.much))
        await asyncio.sleep(1)
        taken = skew.taken(place).exists() and float(skew.taken(place).read_text()) == strike.much
        working = await self._work_under_way()
        await asyncio.sleep(strike.lasts_s)
        place.write_text("0")
        return Struck(strike, taken and working)

    async def _freeze(self, strike: Strike) -> Struck:
        effective = await self._work_under_way()
        self.estate.signal(strike.target, signal.SIGSTOP)
        await asyncio.sleep(strike.lasts_s)
        self.estate.signal(strike.target, signal.SIGCONT)
        return Struck(strike, effective)

    async def _flush(self, strike: Strike) -> Struck:
        held = await self.estate.redis.ask("DBSIZE")
        await self.estate.redis.ask("FLUSHALL")
        return Struck(strike, held.strip() != b":0", await self._used_again())

    async def _redis(self, strike: Strike) -> Struck:
        effective = await self._work_under_way()
        self.estate.redis.kill()
        await asyncio.sleep(strike.lasts_s)
        self.estate.redis.start()
        return Struck(strike, effective, await self._used_again())

    async def _used_again(self) -> float | None:
        began = time.monotonic()
        while time.monotonic() < began + BACK_S:
            with suppress(OSError):
                if (await self.estate.redis.ask("DBSIZE")).strip() != b":0":
                    return round(time.monotonic() - began, 1)
            await asyncio.sleep(LOOK_S)
        return None

    async def _postgres(self, strike: Strike) -> Struck:
        effective = await self._work_under_way()
        await self.estate.database.away(strike.target, strike.lasts_s)
        began, up = time.monotonic(), time.time()
        while time.monotonic() < began + BACK_S:
            with suppress(*AWAY):
                if float(str(await ask(self.estate.database.dsn, NEWS) or 0)) > up:
                    return Struck(strike, effective, round(time.monotonic() - began, 1))
            await asyncio.sleep(LOOK_S)
        return Struck(strike, effective, None, "nothing was saved any more")

"""A state machine over the operation, for Hypothesis: it chooses who does what next, and shrinks what breaks a law.

The world is that of the seeds, real code over a real Postgres; only the choosing is Hypothesis's. Steps are those of
the outside: a tap, a code, a dying process, time, what the core does next, a clerk. After each of them every law is
looked at. ``make bench ARGS="states"`` plays 5,000 examples of 50 steps.
"""

import argparse
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import hypothesis.strategies as st
import structlog.testing
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bench.simulation.core import CAPABILITIES, FATES, Fate
from bench.simulation.crashes import Script
from bench.simulation.world import CONVERSATION, Bench
from core_adapters.operations.states import State
from flows.effects import StartOperation

EXAMPLES, STEPS = 5_000, 50
NAMES = ("a", "b")
FATED = st.lists(st.sampled_from(FATES), max_size=3)
AMOUNTS = ("1.00 UAH", "50.00 UAH", "499.99 UAH", "600.00 UAH", "29999.00 UAH", "30000.00 UAH")


class MoneyPath(RuleBasedStateMachine):
    """``bench`` is set before it is run."""

    bench: ClassVar[Bench]
    played: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[StartOperation] = []
        self.codes: dict[Any, StartOperation] = {}
        self.script: Script | None = None

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.bench.loop.run_until_complete(work)

    @property
    def at(self) -> Script:
        assert self.script is not None
        return self.script

    @initialize(capability=st.sampled_from(sorted(CAPABILITIES)))
    def begin(self, capability: str) -> None:
        type(self).played += 1
        if self.played % 200 == 0:
            self.run(self.bench.tidy())
        self.run(self.bench.clear())
        self.script = Script(self.bench, capability)

    @rule(
        amount=st.sampled_from(AMOUNTS), name=st.sampled_from(NAMES), fates=st.lists(st.sampled_from(FATES), max_size=3)
    )
    def a_new_transfer(self, amount: str, name: str, fates: list[Fate]) -> None:
        self.at.fates[:] = fates
        self.orders.append(self.at.transfer(amount))
        self.start(self.orders[-1], name)

    @rule(kind=st.sampled_from(("cards.apply", "topups.create_request")), name=st.sampled_from(NAMES))
    def another_order(self, kind: str, name: str) -> None:
        inputs = {"tariff": "basic"} if kind == "cards.apply" else {"card": "anna-1", "amount": "70.00 UAH"}
        self.orders.append(self.at.order(kind, inputs))
        self.start(self.orders[-1], name)

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 9), name=st.sampled_from(NAMES))
    def a_second_tap(self, which: int, name: str) -> None:
        self.start(self.orders[which % len(self.orders)], name)

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 9), name=st.sampled_from(NAMES))
    def a_code_is_asked_for(self, which: int, name: str) -> None:
        order = self.orders[which % len(self.orders)]
        subject = {"for_op": str(order.op_id), "snapshot_hash": order.snapshot_hash}
        self.codes[order.op_id] = self.at.order("sca.send_code", subject)
        self.start(self.codes[order.op_id], name)

    @precondition(lambda self: self.codes)
    @rule(which=st.integers(0, 9), name=st.sampled_from(NAMES), right=st.booleans())
    def a_code_is_typed(self, which: int, name: str, right: bool) -> None:
        asked = sorted(self.codes.values(), key=lambda one: one.op_id)[which % len(self.codes)]
        code = self.at.world.gateway.code(asked.op_id) if right else None
        self.start(self.at.order("sca.check_code", asked.inputs | {"code": code or "0000"}), name)

    @rule(name=st.sampled_from(NAMES), after=st.integers(0, 12))
    def a_process_dies(self, name: str, after: int) -> None:
        """After so many more steps of whoever is at work."""
        self.run(self._dies(name, after))

    async def _dies(self, name: str, after: int) -> None:
        self.at.world.begin_round(self.at.world.processes[name], f"doomed {self.at.world.turns.now_ms} {after}")
        await self.at.world.turns.quiet()
        for _ in range(after):
            if ready := self.at.world.turns.ready():
                await self.at.world.let(ready[-1])
        await self.at.world.kill(name)
        self.at.world.restart(name)
        await self.at.go()

    @rule(ms=st.sampled_from((1_000, 9_000, 31_000, 130_000, 1_000_000)))
    def time_goes_by(self, ms: int) -> None:
        self.run(self.at.wait(ms))

    @rule()
    def the_background_works(self) -> None:
        self.run(self.at.rounds())

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(0, 9), name=st.sampled_from(NAMES))
    def a_clerk_takes_one_back(self, which: int, name: str) -> None:
        op_id = self.orders[which % len(self.orders)].op_id
        self.run(self.at.do(lambda process: process.reversing.begin(op_id, "staff olha", "asked for"), name))

    @precondition(lambda self: any(row["state"] == State.HOLD for row in self.at.world.rows))
    @rule()
    def clerks_decide(self) -> None:
        self.run(self._decided())

    async def _decided(self) -> None:
        await self.at.wait(60_000)  # they look when the core's books have come to rest
        await self.at.staff()

    def start(self, order: StartOperation, name: str) -> None:
        self.run(self.at.do(lambda process: process.desk.start(order, CONVERSATION), name))

    @invariant()
    def no_law_is_broken(self) -> None:
        if self.script is not None:
            assert self.at.world.turns.broken == []

    def teardown(self) -> None:
        """All comes to its end, and the audit holds."""
        if self.script is None:
            return
        try:
            if not self.at.world.turns.broken:
                self.run(self.at.settle())
                assert self.at.world.turns.broken == []
                assert self.run(self.at.world.audited()) == []
        finally:
            self.run(self.at.world.end())


def check(bench: Bench, examples: int, steps: int) -> int:
    """Play; how many examples that were. Raises what Hypothesis found, made small."""
    machine = type("MoneyPath", (MoneyPath,), {"bench": bench, "played": 0})
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), print_blob=False,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)
    return int(machine.played)


@contextmanager
def a_bench() -> Iterator[Bench]:
    """A server, a loop in which time stands still, and what outlives a run."""
    from bench.simulation.command import a_server, a_still_loop

    with a_server() as dsn, a_still_loop() as loop, structlog.testing.capture_logs():
        bench = loop.run_until_complete(Bench.at(loop, dsn))
        yield bench
        loop.run_until_complete(bench.close())


def main() -> None:
    """Play all examples."""
    options = argparse.ArgumentParser(prog="bench states", description=__doc__)
    options.add_argument("states")
    options.add_argument("--examples", type=int, default=EXAMPLES)
    options.add_argument("--steps", type=int, default=STEPS)
    chosen = options.parse_args()
    begun = time.monotonic()
    with a_bench() as bench:
        played = check(bench, chosen.examples, chosen.steps)
    print(f"{played} examples of up to {chosen.steps} steps, 0 laws broken; {time.monotonic() - begun:.0f} s")

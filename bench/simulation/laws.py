"""The laws of the money path, looked at from outside after each commit, and the books of both sides at the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bench.simulation.core import Core
from core_adapters.brands import BankBrand
from core_adapters.operations import records
from core_adapters.operations.states import FINAL, MOVES, NOTHING_MOVED, State
from flows.confirming import snapshot_hash
from flows.ports import Sealer

PAYS = "transfers.execute"
ROWS = """
select o.*, h.amount_minor as held, h.released_at, h.day, s.op_id as sca_op, s.snapshot_hash as sca_hash, s.used_at,
    (select coalesce(sum(delta_minor), 0) from money.ledger_entry l where l.op_id = o.op_id) as entries,
    (select coalesce(sum(delta_minor), 0) from money.ledger_entry l where l.op_id = o.op_id and delta_minor > 0) as up,
    (select array_agg(n.what order by n.n) from simulation.news n where n.op_id = o.op_id) as told,
    (select array_agg(a.n order by a.n) from money.attempt a where a.op_id = o.op_id) as attempts,
    w.done_at as followed
from money.operation o left join money.limit_hold h using (op_id) left join money.sca s on s.id = o.sca_id
left join money.awaited w on w.op_id = o.op_id order by o.created_at, o.op_id
"""
TOLD = {State.POSTED: "done", State.REVERSING: "done", State.REVERSED: "done"} | dict.fromkeys(NOTHING_MOVED, "failed")
ABOUT = ("customer_id", "action", "core", "core_ref", "amount_minor", "currency", "request_hash", "sca_id", "exemption")


def _reachable() -> Mapping[State, frozenset[State]]:
    """Every state that may come after one, in any number of moves."""
    found = {state: set(MOVES[state]) for state in State}
    for _ in State:
        for after in found.values():
            after |= {further for state in tuple(after) for further in found[state]}
    return {state: frozenset(after) for state, after in found.items()}


REACHABLE = _reachable()


@dataclass
class Laws:
    """Remembers what it saw, so that it can tell what changed."""

    core: Core
    brand: BankBrand
    sealer: Sealer
    _states: dict[Any, State] = field(default_factory=dict)
    _about: dict[Any, tuple[object, ...]] = field(default_factory=dict)

    async def look(self, witness: "asyncpg.Connection[Any]") -> tuple[list[asyncpg.Record], list[str]]:
        """The rows as they are, and every law that does not hold."""
        rows = await witness.fetch(ROWS)
        wrong = [f"{what}: {row['action']} {row['op_id']} {row['state']}" for row in rows for what in self._of(row)]
        return rows, wrong + self._day(rows) + self._books(rows)

    def _of(self, row: asyncpg.Record) -> list[str]:
        state = State(row["state"])
        wrong = self._moved(row, state)
        if row["op_id"] not in self._about:
            self._about[row["op_id"]] = tuple(row[name] for name in ABOUT)
            wrong += self._approved(row, state)
        elif self._about[row["op_id"]] != tuple(row[name] for name in ABOUT):
            wrong.append("L1 what it is about has changed")
        return [*wrong, *self._limit(row, state), *_ledger(row, state), *_told(row, state)]

    def _moved(self, row: asyncpg.Record, state: State) -> list[str]:
        before = self._states.get(row["op_id"])
        self._states[row["op_id"]] = state
        if before is None or before is state or state in REACHABLE[before]:
            return []
        return [f"L1 went from {before}"]

    def _approved(self, row: asyncpg.Record, state: State) -> list[str]:
        if state is State.VOID or row["action"] != PAYS:
            return []
        wrong = []
        start = records.opened(bytes(row["request"]), row["op_id"], self.sealer)
        if row["snapshot_hash"] != snapshot_hash(start.op_id, start.inputs, start.cards):
            wrong.append("L2 is not what was confirmed")
        if row["sca_id"] is None and row["amount_minor"] >= self.brand.limits.step_up_from.minor:
            wrong.append("L2 no code for an amount that needs one")
        if row["sca_id"] is not None and (row["sca_op"], row["sca_hash"]) != (row["op_id"], row["snapshot_hash"]):
            wrong.append("L2 the code is another operation's")
        if row["sca_id"] is not None and row["used_at"] is None:
            wrong.append("L2 the code is not spent")
        return wrong

    def _limit(self, row: asyncpg.Record, state: State) -> list[str]:
        if row["action"] != PAYS:
            return ["L8 holds a limit"] if row["held"] is not None else []
        holds = row["held"] == row["amount_minor"] and row["released_at"] is None
        if holds == (state in NOTHING_MOVED):
            return ["L8 its limit is not held as it should be"]
        return []

    def _day(self, rows: list[asyncpg.Record]) -> list[str]:
        sums: dict[tuple[str, object], int] = {}
        for row in rows:
            if row["held"] is not None and row["released_at"] is None:
                key = (row["customer_id"], row["day"])
                sums[key] = sums.get(key, 0) + row["held"]
        most = self.brand.limits.transfer_per_day.minor
        return [f"L8 {key[0]} holds {held} on {key[1]}" for key, held in sums.items() if held > most]

    def _books(self, rows: list[asyncpg.Record]) -> list[str]:
        wrong = [f"posted {len(booked)} times: {ref}" for ref, booked in self.core.books.items() if len(booked) > 1]
        if self.core.capability.idempotency == "none":
            wrong += [f"L5 sent {n} times: {ref}" for ref, n in self.core.arrivals.items() if n > 1]
        for row in rows:
            if row["core"] == self.core.name:
                wrong += self._agrees(row, State(row["state"]))
        known = {row["core_ref"] for row in rows}
        return wrong + [f"lost: the core has {ref}" for ref in self.core.books if ref not in known]

    def _agrees(self, row: asyncpg.Record, state: State) -> list[str]:
        booked = self.core.books.get(row["core_ref"])
        if state in TOLD and TOLD[state] == "done" and not booked:
            return [f"the core has not booked what is {state}: {row['op_id']}"]
        if state in NOTHING_MOVED and (booked or row["core_ref"] in self.core.pending):
            return [f"the core has booked what is {state}: {row['op_id']}"]
        if booked and state in TOLD and booked[0].amount_minor != (row["amount_minor"] or 0):
            return [f"another amount at the core: {row['op_id']}"]
        return []


def _ledger(row: asyncpg.Record, state: State) -> list[str]:
    if row["entries"] != 0:
        return ["L7 the entries do not add up"]
    moved = row["action"] in (PAYS, "transfers.reverse", "topups.credit") and TOLD.get(state) == "done"
    fee = (row["fee_minor"] or 0) if row["action"] == PAYS else 0
    due = row["amount_minor"] + fee if moved else 0
    return [] if row["up"] == due else [f"L7 {row['up']} is booked, {due} has moved"]


def _told(row: asyncpg.Record, state: State) -> list[str]:
    told = list(row["told"] or ())
    results = [what for what in told if what in ("done", "failed")]
    is_told = row["reverses"] is None and row["leg_of"] is None
    wanted = [TOLD[state]] if state in TOLD and is_told else []
    wrong = [] if results == wanted else [f"L6 the customer heard {told}"]
    if told.count("unknown") > 1 or told.count("followed") > 1:
        wrong.append(f"L6 heard twice: {told}")
    if (row["followed"] is not None) != ("followed" in told):
        wrong.append(f"L6 what followed was not told: {told}")
    return wrong


def is_over(row: asyncpg.Record) -> bool:
    """Whether nothing more will happen to it by itself."""
    state = State(row["state"])
    return state in FINAL or state is State.HOLD

"""What is said of a run, and kept of it."""

import json
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.chaos.checks import Reads, Verdict
from bench.chaos.plan import Strike
from bench.chaos.striking import STOPPED_S, Struck

OUT = Path(__file__).parents[1] / "out" / "chaos.json"
MOST_S = {"postgres": 30.0, "redis": 60.0, "flush": 60.0, "roll": STOPPED_S}  # the goals G8 and G7, and of a stop


@dataclass
class Run:
    """One schedule and what came of it. In the short form, which is ``minutes`` 0, what was not met is ``unshown``."""

    seed: int
    minutes: float
    kinds: Sequence[str]
    strikes: tuple[Strike, ...]
    has_redis: bool
    figures: dict[str, object] = field(default_factory=dict)
    struck: list[Struck] = field(default_factory=list)
    wrong: list[str] = field(default_factory=lambda: ["it did not come to its end"])
    unshown: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """By which it is kept and told of."""
        return f"{self.seed} {self.minutes:g}" if self.minutes else f"{self.seed} short"

    def ended(self, found: Verdict, reads: Reads, struck: list[Struck], took_s: list[float]) -> None:
        """Put together what was found."""
        self.struck = struck
        self.figures |= found.figures | {"reads": reads.taken, "reads without a database": reads.missed}
        if took_s:
            self.figures["a transfer took_s (median)"] = round(statistics.median(took_s), 1)
        self.wrong = [*found.wrong, *dict.fromkeys(reads.wrong)]
        slow = [f"no {kind} ever met anything" for kind in self.kinds if not self.met(kind)]
        slow += [f"back later than it should after {one.strike}: {one.back_s:g} s" for one in struck if _late(one)]
        self.wrong += [f"not back after {one.strike}" for one in struck if _gone(one)]
        if self.minutes:
            self.wrong += slow
        else:
            self.unshown = slow
        if not found.figures["posted"]:
            self.wrong.append("nothing was posted, so nothing was shown")

    def met(self, kind: str) -> int:
        """How many strikes of a kind met work under way."""
        return sum(one.effective for one in self.struck if one.strike.kind == kind)

    def back_s(self, kind: str) -> float | None:
        """The longest that was waited for until it worked again."""
        waited = [one.back_s for one in self.struck if one.strike.kind == kind and one.back_s is not None]
        return max(waited, default=None)


def _late(one: Struck) -> bool:
    return one.back_s is not None and one.back_s > MOST_S.get(one.strike.kind, one.back_s)


def _gone(one: Struck) -> bool:
    return one.strike.kind in MOST_S and one.note != "still away" and one.back_s is None


def told(run: Run) -> str:
    """For who ran it."""
    planned = Counter(strike.kind for strike in run.strikes)
    length = f"{run.minutes:g} minutes" if run.minutes else "each kind once"
    lines = [f"\nseed {run.seed}, {length}: " + ("clean" if not run.wrong else "NOT CLEAN")]
    if not run.has_redis:
        lines.append("  redis-server is missing on this machine: redis and flush were not tried")
    for kind in run.kinds:
        back = run.back_s(kind)
        after = f", back after {back:g} s at most" if back is not None else ""
        lines.append(f"  {kind:9} {planned[kind]:3} planned, {run.met(kind):3} met work under way{after}")
    lines += [f"  {name}: {value}" for name, value in run.figures.items()]
    lines += [f"  NOT SHOWN on this machine: {what}" for what in run.unshown]
    return "\n".join([*lines, *(f"  WRONG: {what}" for what in run.wrong[:30])])


def keep(run: Run) -> None:
    """By seed and length, so that a run can be laid beside another."""
    kept = json.loads(OUT.read_text()) if OUT.exists() else {}
    kept[run.name] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "met": {kind: run.met(kind) for kind in run.kinds},
        "back_s": {kind: run.back_s(kind) for kind in run.kinds},
        "strikes": [
            {"strike": str(one.strike), "effective": one.effective, "back_s": one.back_s, "note": one.note}
            for one in run.struck
        ],
        **run.figures,
        "wrong": run.wrong,
        "not shown": run.unshown,
    }
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(kept, indent=2) + "\n")

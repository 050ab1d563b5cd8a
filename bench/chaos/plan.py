"""What goes wrong and when, drawn from one seed: the same seed is the same schedule."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from bench.money.wire import MANNERS, Manner

# What is killed, and how often one is drawn beside the others.
KILLED = {"core-1": 3, "core-2": 3, "worker-1": 2, "worker-2": 2, "webhooks": 2, "customers": 1}
FROZEN = ("worker-1", "worker-2", "core-1", "core-2")
ROLLED = ("worker-1", "worker-2", "core-1", "core-2", "webhooks")
LEASE_S = 30.0  # of the inbox, the outbox and an operation
FIRST_S = 3.0
LONG_S = 600.0  # a hand of all kinds takes a minute


@dataclass(frozen=True, slots=True)
class Kind:
    """``weight`` is how often it is drawn, ``after_s`` how long the estate is left alone afterwards."""

    weight: int
    after_s: float


KINDS = {
    "kill": Kind(6, 6),
    "wire": Kind(4, 4),
    "storm": Kind(2, 3),
    "clock": Kind(2, 2),
    "flush": Kind(1, 3),
    "redis": Kind(1, 6),
    "postgres": Kind(1, 8),
    "freeze": Kind(1, 4),
    "roll": Kind(2, 6),
}


@dataclass(frozen=True, slots=True)
class Strike:
    """One thing that goes wrong, ``at_s`` seconds after the beginning.

    ``when`` says what sets off a kill: ``sent`` (a call of the process is about to arrive at the other side),
    ``answered`` (it was answered, and the answer is on the way), ``at random``. ``lasts_s`` is how long it goes on.
    """

    at_s: float
    kind: str
    target: str = ""
    when: str = "at random"
    lasts_s: float = 0.0
    manner: Manner = "through"
    much: int = 0

    def __str__(self) -> str:
        parts = [self.kind, self.target, self.when if self.kind == "kill" else "", str(self.much or "")]
        parts += [self.manner if self.kind == "wire" else "", f"{self.lasts_s:g} s" if self.lasts_s else ""]
        return " ".join(part for part in parts if part)


def planned(seed: int, seconds: float, kinds: Sequence[str] = tuple(KINDS)) -> tuple[Strike, ...]:
    """The schedule: hands of all kinds, shuffled, until the time is over. The first hand has each kind once."""
    dice, strikes, at_s = random.Random(seed), list[Strike](), FIRST_S
    hand = list(kinds)
    dice.shuffle(hand)
    while at_s < seconds and kinds:
        strike = _drawn(dice, hand.pop(), at_s)
        strikes.append(strike)
        at_s += KINDS[strike.kind].after_s + dice.uniform(0, 4)
        if not hand:
            hand = [kind for kind in kinds for _ in range(KINDS[kind].weight)]
            dice.shuffle(hand)
    return tuple(strikes)


def once(seed: int, kinds: Sequence[str] = tuple(KINDS)) -> tuple[Strike, ...]:
    """The short form: each kind once, as every run of this seed begins."""
    return planned(seed, LONG_S, kinds)[: len(kinds)]


def _drawn(dice: random.Random, kind: str, at_s: float) -> Strike:
    match kind:
        case "kill":
            [target] = dice.choices(list(KILLED), list(KILLED.values()))
            return Strike(at_s, kind, target, dice.choice(("sent", "answered", "sent", "answered", "at random")))
        case "wire":
            manner = dice.choice([manner for manner in MANNERS if manner != "through"])
            return Strike(at_s, kind, lasts_s=dice.choice((3.0, 6.0)), manner=manner)
        case "storm":
            return Strike(at_s, kind, much=dice.randint(5, 40))
        case "clock":
            return Strike(at_s, kind, dice.choice(FROZEN), much=dice.choice((-120, -30, 30, 120)), lasts_s=15)
        case "freeze":
            return Strike(at_s, kind, dice.choice(FROZEN), lasts_s=LEASE_S + dice.randint(3, 8))
        case "roll":
            return Strike(at_s, kind, dice.choice(ROLLED))
        case "postgres":
            return Strike(at_s, kind, dice.choice(("stopped", "killed")), lasts_s=dice.choice((1.0, 4.0)))
        case "redis":
            return Strike(at_s, kind, lasts_s=dice.choice((3.0, 10.0)))
    return Strike(at_s, kind)

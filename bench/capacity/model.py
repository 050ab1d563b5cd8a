"""What is assumed and what is measured, each by its name and changeable, and the load that follows from it.

CPU times are thousandths of a second of one core of the machine that measured them.
"""

from dataclasses import dataclass, fields, replace
from typing import Literal

Role = Literal["webhooks and worker", "core-adapters", "customer-api", "image-api", "Postgres"]
ROLES: tuple[Role, ...] = ("webhooks and worker", "core-adapters", "customer-api", "image-api", "Postgres")
# What a role is called in the names of figures.
SHORT: dict[Role, str] = {
    "webhooks and worker": "talking", "core-adapters": "core", "customer-api": "customers", "image-api": "images",
    "Postgres": "postgres",
}  # fmt: skip
DAY_S, HOUR_S, DAYS_A_YEAR, GIB = 86_400, 3_600, 365, 2**30


@dataclass(frozen=True, slots=True)
class Assumed:
    """What customers do, and how full a machine may be. None of it is known of any bank: change what you know."""

    customers: float = 20_000_000
    active_share: float = 0.10  # of all customers, on an ordinary day
    sessions: float = 1.5  # of an active customer, a day
    turns: float = 6.0  # of a session
    busiest_hour: float = 0.12  # of the day's turns
    payday: float = 2.5  # the busiest hour of a payday beside that of an ordinary day
    busiest_minute: float = 1.3  # beside the average of its hour
    messages: float = 1.3  # that leave for a turn
    operations: float = 0.3  # of a session
    utilisation: float = 0.6  # of a processor, in the busiest minute of a payday, with every zone there
    zones: float = 3  # any one may be lost
    turn_ms_cv: float = 1.5  # how unlike each other turns are: standard deviation by mean
    # Bytes on the disk, indexes included.
    turn_bytes: float = 3_000  # an inbox row, kept eight days
    message_bytes: float = 1_500  # an outbox row, kept thirty days
    conversation_bytes: float = 4_000  # for each customer who ever wrote; a third of all is counted
    operation_bytes: float = 6_000  # with its attempts, audit and ledger, for good


@dataclass(frozen=True, slots=True)
class Measured:
    """What ``make bench`` measured of an estate's processes, on the machine and day that docs/capacity.md names.

    ``turn_`` is of a turn, with its sentence, its questions to the bank and its messages; ``operation_`` of an
    operation that is posted, beyond its turns.
    """

    turn_talking_ms: float = 6.81
    turn_core_ms: float = 1.21
    turn_customers_ms: float = 0.77
    turn_images_ms: float = 0.07
    turn_postgres_ms: float = 2.42
    operation_talking_ms: float = 61.4
    operation_core_ms: float = 124.0
    operation_customers_ms: float = 81.7
    operation_images_ms: float = 32.4
    operation_postgres_ms: float = 48.5


@dataclass(frozen=True, slots=True)
class Load:
    """What comes in the busiest minute of a payday, a second; and of an ordinary day."""

    turns: float
    operations: float
    turns_a_day: float
    operations_a_day: float


def load(assumed: Assumed) -> Load:
    """The load that follows."""
    sessions_a_day = assumed.customers * assumed.active_share * assumed.sessions
    turns_a_day = sessions_a_day * assumed.turns
    peak = assumed.busiest_hour / HOUR_S * assumed.payday * assumed.busiest_minute
    sessions = sessions_a_day * peak
    return Load(
        turns_a_day * peak, sessions * assumed.operations, turns_a_day, sessions_a_day * assumed.operations,
    )  # fmt: skip


def cores(measured: Measured, at: Load) -> dict[Role, float]:
    """How many cores each role keeps busy then: its turns and operations a second times what each takes."""

    def busy(short: str) -> float:
        turn, operation = (getattr(measured, f"{what}_{short}_ms") for what in ("turn", "operation"))
        return float(at.turns * turn + at.operations * operation) / 1000

    return {role: busy(SHORT[role]) for role in ROLES}


def talking_ms(measured: Measured, at: Load) -> float:
    """CPU of one turn in the process that has it, operations included."""
    return cores(measured, at)["webhooks and worker"] / at.turns * 1000


def disk_gib(assumed: Assumed, at: Load, years: int = 1) -> dict[str, float]:
    """What lies in Postgres after so many years of ordinary days."""
    bytes_of = {
        "inbox, eight days": at.turns_a_day * 8 * assumed.turn_bytes,
        "outbox, thirty days": at.turns_a_day * assumed.messages * 30 * assumed.message_bytes,
        "conversations": assumed.customers / 3 * assumed.conversation_bytes,
        "operations, a year": at.operations_a_day * DAYS_A_YEAR * years * assumed.operation_bytes,
    }
    return {what: size / GIB for what, size in bytes_of.items()}


def changed(assumed: Assumed, given: dict[str, float]) -> Assumed:
    """The same with what somebody knows better. Raises ValueError for a name that is none."""
    known = {each.name for each in fields(assumed)}
    if strange := given.keys() - known:
        raise ValueError(f"there is no assumption {', '.join(sorted(strange))}; there are {', '.join(sorted(known))}")
    return replace(assumed, **given)

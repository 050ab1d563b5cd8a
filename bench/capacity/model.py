"""What is assumed and what is measured, each by its name and changeable, and the load that follows from it.

CPU times are thousandths of a second of one core of the machine that measured them.
"""

from dataclasses import dataclass, fields, replace
from typing import Literal

Role = Literal["webhooks and worker", "core-adapters", "customer-api", "image-api", "Postgres"]
ROLES: tuple[Role, ...] = ("webhooks and worker", "core-adapters", "customer-api", "image-api", "Postgres")
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
    understood: float = 0.5  # of turns, those whose sentence the understanding is asked about; buttons are not
    questions: float = 0.8  # put to the bank in a turn
    people: float = 0.5  # questions to CustomerAPI in a turn
    messages: float = 1.3  # that leave for a turn
    operations: float = 0.3  # of a session
    pictures: float = 0.4  # of a session
    utilisation: float = 0.6  # of a processor, in the busiest minute of a payday, with every zone there
    zones: float = 3  # any one may be lost
    turn_ms_cv: float = 1.5  # how unlike each other turns are: standard deviation by mean
    # CPU that no command of this repository measures yet.
    webhook_ms: float = 0.6  # an HTTP request taken in, behind a proxy that ends TLS
    send_ms: float = 1.5  # a call to a platform over TLS
    question_ms: float = 3.0  # a question at the bank through core-adapters, of which half is the asking process's
    person_ms: float = 3.0  # the same at CustomerAPI, over SQLAlchemy
    person_postgres_ms: float = 0.6
    # Bytes on the disk, indexes included.
    turn_bytes: float = 3_000  # an inbox row, kept eight days
    message_bytes: float = 1_500  # an outbox row, kept thirty days
    conversation_bytes: float = 4_000  # for each customer who ever wrote; a third of all is counted
    operation_bytes: float = 6_000  # with its attempts, audit and ledger, for good


@dataclass(frozen=True, slots=True)
class Measured:
    """What this repository's commands have measured, on machines and days that docs/capacity.md names."""

    turn_ms: float = 0.53  # make bench, Postgres included
    turn_postgres_ms: float = 0.10
    operation_ms: float = 11.1  # make bench ARGS="money cost", Postgres included
    operation_postgres_ms: float = 5.5
    sentence_ms: float = 0.7  # make bench-nlu
    picture_ms: float = 36.0  # make bench ARGS=pictures: a receipt as JPEG, the dearest that is sent often


@dataclass(frozen=True, slots=True)
class Load:
    """What comes in the busiest minute of a payday, a second; and of an ordinary day."""

    turns: float
    operations: float
    pictures: float
    turns_a_day: float
    operations_a_day: float


def load(assumed: Assumed) -> Load:
    """The load that follows."""
    sessions_a_day = assumed.customers * assumed.active_share * assumed.sessions
    turns_a_day = sessions_a_day * assumed.turns
    peak = assumed.busiest_hour / HOUR_S * assumed.payday * assumed.busiest_minute
    sessions = sessions_a_day * peak
    return Load(
        turns_a_day * peak, sessions * assumed.operations, sessions * assumed.pictures,
        turns_a_day, sessions_a_day * assumed.operations,
    )  # fmt: skip


def cores(assumed: Assumed, measured: Measured, at: Load) -> dict[Role, float]:
    """How many cores each role keeps busy then: its requests a second times what each takes."""
    a, m = assumed, measured
    own_turn = m.turn_ms - m.turn_postgres_ms + a.understood * m.sentence_ms
    talking = own_turn + a.webhook_ms + a.messages * a.send_ms + a.questions * a.question_ms / 2
    return {
        "webhooks and worker": at.turns * talking / 1000,
        "core-adapters": (
            at.operations * (m.operation_ms - m.operation_postgres_ms) + at.turns * a.questions * a.question_ms / 2
        )
        / 1000,
        "customer-api": at.turns * a.people * a.person_ms / 1000,
        "image-api": at.pictures * m.picture_ms / 1000,
        "Postgres": (
            at.turns * (m.turn_postgres_ms + a.people * a.person_postgres_ms) + at.operations * m.operation_postgres_ms
        )
        / 1000,
    }


def talking_ms(assumed: Assumed, measured: Measured) -> float:
    """CPU of one turn in the process that has it."""
    at = load(assumed)
    return cores(assumed, measured, at)["webhooks and worker"] / at.turns * 1000


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

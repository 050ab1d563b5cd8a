"""Reservations of a customer's limits: what is held already, and the reservation of one operation (law L8).

Reservations and the approval are one transaction, under a lock a customer, so that twenty transfers at once cannot
each see the same room. A rejected or void operation gives its reservation back in the transaction that ends it.
"""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from core_adapters.brands import BankBrand
from core_adapters.database import Connection, Pool
from core_adapters.operations.decisions.velocity import Care, Held, Payer
from core_adapters.ports import Person
from flows.money import Money

LOCK = "select pg_advisory_xact_lock(hashtextextended('money.limits:' || $1, 0))"
HELD = """
select at, kind, amount_minor, new_payee from money.limit_hold
where customer_id = $1 and at > $2 and currency = $3 and released_at is null
"""
HOLD = """
insert into money.limit_hold (op_id, customer_id, day, kind, amount_minor, currency, at, new_payee)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


def bank_day(brand: BankBrand, now: datetime) -> tuple[datetime, datetime]:
    """When the bank's day began and when it ends: a limit of a day starts again at the bank's midnight."""
    zone = ZoneInfo(brand.time_zone)
    today = now.astimezone(zone).date()
    return datetime.combine(today, time(), zone), datetime.combine(today + timedelta(days=1), time(), zone)


def payer_of(brand: BankBrand, person: Person | None, now: datetime) -> Payer:
    """The payer as the limits see them; nobody in particular for a guest."""
    if person is None:
        return Payer(now, bank_day(brand, now), identified=False)
    since, until = person.watched_since, person.watched_until
    care = Care(since, until) if since is not None and until is not None and now < until else None
    return Payer(now, bank_day(brand, now), person.identified, care)


async def one_at_a_time(connection: Connection, customer_id: str) -> None:
    """Wait until no other transaction works on this customer's limits."""
    await connection.execute(LOCK, customer_id)


async def held(connection: Connection | Pool, brand: BankBrand, customer_id: str, payer: Payer) -> list[Held]:
    """What the limits hold, payments in doubt included."""
    rows = await connection.fetch(HELD, customer_id, payer.since, brand.currency)
    return [Held(row["at"], row["kind"], row["amount_minor"], row["new_payee"]) for row in rows]


async def hold(
    connection: Connection, customer_id: str, op_id: UUID, kind: str, amount: Money, payer: Payer, new_payee: bool
) -> None:
    """Reserve an amount."""
    day = payer.day[0].date()
    await connection.execute(HOLD, op_id, customer_id, day, kind, amount.minor, amount.currency, payer.now, new_payee)

"""Limits of a customer's day: what the day holds already, and the reservation of one operation (law L8).

Reservations and the approval are one transaction, under a lock a customer, so that twenty transfers at once cannot
each see the same room. A rejected or void operation gives its reservation back in the transaction that ends it.
"""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from core_adapters.brands import BankBrand
from core_adapters.database import Connection, Pool
from flows.money import Money

TRANSFER = "transfer"
LOCK = "select pg_advisory_xact_lock(hashtextextended('money.limits:' || $1, 0))"
USED = """
select coalesce(sum(amount_minor), 0)::bigint from money.limit_hold
where customer_id = $1 and day = $2 and kind = $3 and currency = $4 and released_at is null
"""
HOLD = """
insert into money.limit_hold (op_id, customer_id, day, kind, amount_minor, currency) values ($1, $2, $3, $4, $5, $6)
"""


def bank_day(brand: BankBrand, now: datetime) -> date:
    """The bank's date at this moment: a limit starts again at the bank's midnight."""
    return now.astimezone(ZoneInfo(brand.time_zone)).date()


async def one_at_a_time(connection: Connection, customer_id: str) -> None:
    """Wait until no other transaction works on this customer's limits."""
    await connection.execute(LOCK, customer_id)


async def used(connection: Connection | Pool, brand: BankBrand, customer_id: str, now: datetime) -> Money:
    """What today's transfers hold, those in doubt included."""
    minor = await connection.fetchval(USED, customer_id, bank_day(brand, now), TRANSFER, brand.currency)
    return Money(int(minor), brand.currency)


async def hold(
    connection: Connection, brand: BankBrand, customer_id: str, op_id: UUID, amount: Money, now: datetime
) -> None:
    """Reserve an amount of today's limit."""
    day = bank_day(brand, now)
    await connection.execute(HOLD, op_id, customer_id, day, TRANSFER, amount.minor, amount.currency)

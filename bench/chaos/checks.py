"""What must hold: the sums at every read, and at the end each wish against the bank's books and ours."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from bench.chaos.learnt import NOTHING, fruitless
from bench.chaos.workload import Customer

READS_EVERY_S = 0.5
SETTLED_S = 240.0
ANSWER_S = 5.0
LEDGER = "select coalesce(sum(delta_minor), 0)::bigint from money.ledger_entry"
MOVING = "select count(*) from money.operation where state in ('APPROVED', 'SENDING', 'UNKNOWN')"
WAITING = """
select (select count(*) from bot.inbox where status = 'new') + (select count(*) from bot.outbox where status = 'new')
"""
OURS = """
select core_ref, state, amount_minor from money.operation where action = 'transfers.execute'
"""
PARKED = "select count(*) from bot.inbox where status = 'parked'"
LOST_WORDS = "select count(*) from bot.outbox where status not in ('new', 'done', 'scheduled')"
NEWS = "select extract(epoch from max(updated_at))::float8 from bot.conversation"
SLOWEST = """
select coalesce(max(extract(epoch from settled_at - created_at)), 0)::float8 from money.operation
where settled_at is not null
"""
BALANCES = "select kind, sum(balance_minor) from bank_account where currency = 'UAH' group by kind"
TRANSFERS = """
select p.ref, p.amount_minor, a.holder from bank_posting p join bank_account a on a.account = p.debit
where p.kind = 'transfer'
"""


@dataclass
class Reads:
    """The sums, read all the time. ``missed`` are the reads that met no database."""

    taken: int = 0
    missed: int = 0
    wrong: list[str] = field(default_factory=list)


async def ask(dsn: str, sql: str, *given: object) -> object:
    """One value. Raises when the database is away."""
    async with asyncio.timeout(ANSWER_S):
        connection = await asyncpg.connect(dsn, timeout=ANSWER_S)
        try:
            return await connection.fetchval(sql, *given)
        finally:
            await connection.close()


AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


async def busy(dsn: str) -> bool:
    """Whether anything is under way at this moment; not when nobody can say."""
    try:
        return bool(await ask(dsn, f"select ({MOVING}) + ({WAITING})"))
    except AWAY:
        return False


async def reading(dsn: str, books: Path, reads: Reads) -> None:
    """Until cancelled: our ledger comes out even, and at the bank the money is what it was."""
    opened = customers_money(books)
    while True:
        try:
            total = await ask(dsn, LEDGER)
        except AWAY:
            reads.missed += 1
        else:
            reads.taken += 1
            if total != 0:
                reads.wrong.append(f"our ledger comes out at {total}")
        if (now := customers_money(books)) != opened:
            reads.wrong.append(f"the customers had {opened} and have {now}")
        await asyncio.sleep(READS_EVERY_S)


def customers_money(books: Path) -> int:
    """What all customers have together, in one look. Transfers between them cost nothing, so it never changes."""
    with closing(_opened(books)) as db:
        return int(dict(db.execute(BALANCES).fetchall()).get("customer", 0))


def _opened(books: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{books}?mode=ro", uri=True, timeout=10)


async def settled(dsn: str, most_s: float = SETTLED_S) -> int:
    """Wait until nothing is under way; what is left after so long is stuck."""
    left = 1
    deadline = asyncio.get_running_loop().time() + most_s
    while left and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(1)
        try:
            left = int(str(await ask(dsn, f"select ({MOVING}) + ({WAITING})")))
        except AWAY:
            left = 1
    return left


@dataclass
class Verdict:
    """What was found when all was over."""

    figures: dict[str, object]
    wrong: list[str]


async def verdict(dsn: str, books: Path, customers: Sequence[Customer], stuck: int) -> Verdict:
    """Each transfer at the bank, in our books and in its chat."""
    connection = await asyncpg.connect(dsn)
    ours = {row["core_ref"]: row for row in await connection.fetch(OURS)}
    parked, unsent = await connection.fetchval(PARKED), await connection.fetchval(LOST_WORDS)
    slowest = await connection.fetchval(SLOWEST)
    await connection.close()
    with closing(_opened(books)) as db:
        theirs = db.execute(TRANSFERS).fetchall()
    booked = Counter((holder.split()[0], minor) for _, minor, holder in theirs)
    refs = Counter(ref for ref, _, _ in theirs)
    posted = {ref for ref, row in ours.items() if row["state"] == "POSTED"}
    doubled = sum(many > 1 for many in (booked | Counter()).values()) + sum(many > 1 for many in refs.values())
    lost = [ref for ref in posted if not refs[ref]]
    unknown = [ref for ref in refs if ref not in posted and ours.get(ref, {"state": ""})["state"] != "HOLD"]
    silent, false = _told(customers, booked)
    became_nothing = fruitless(customers, {row["amount_minor"] for row in ours.values()})
    figures = {
        "operations": len(ours), "posted": len(posted), "states": dict(Counter(r["state"] for r in ours.values())),
        "wishes": sum(len(c.wishes) for c in customers),
        "confirmed": sum(w.confirmed for c in customers for w in c.wishes),
        "lost": len(lost) + len(unknown) + len(silent), "doubled": doubled, "stuck": stuck,
        "told wrongly": len(false), "parked": parked, "messages not sent": unsent, "slowest_s": round(slowest, 1),
        "confirmed and no operation": became_nothing,
    }  # fmt: skip
    wrong = [f"posted by us and not at the bank: {ref}" for ref in lost]
    wrong += [f"at the bank and not posted by us: {ref}" for ref in unknown] + silent + false
    counted = {"doubled": doubled, "stuck": stuck, "parked": parked}
    counted["confirmed and never answered"] = became_nothing.get(NOTHING, 0)
    wrong += [f"{many} {what}" for what, many in counted.items() if many]
    return Verdict(figures, wrong)


def _told(customers: Sequence[Customer], booked: Counter[tuple[str, int]]) -> tuple[list[str], list[str]]:
    """Who was never told of a transfer that went out, and who was told what is not so."""
    silent, false = list[str](), list[str]()
    for customer in customers:
        for wish in customer.wishes:
            went, word = booked[customer.name, wish.minor], wish.said
            if went and not word:
                silent.append(f"{customer.name} was never told of {wish.minor}")
            elif went and "not sent" in word:
                false.append(f"{customer.name} was told that {wish.minor} was not sent, and it was")
            elif not went and ("Done" in word or "has been sent" in word):
                false.append(f"{customer.name} was told that {wish.minor} was sent, and it was not")
    return silent, false


def cards(books: Path) -> dict[str, str]:
    """The card number of each customer, by the first name."""
    with closing(_opened(books)) as db:
        rows = db.execute("select a.holder, c.number from bank_card c join bank_account a using (account)").fetchall()
    return {holder.split()[0]: number for holder, number in rows}

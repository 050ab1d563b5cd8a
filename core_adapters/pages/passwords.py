"""A password as a second factor: right, it proves the one operation that its page was opened for, for five minutes.

The bank counts the tries and locks; here a page bears ten at most, so that nobody asks the bank for ever.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from core_adapters.database import Connection
from core_adapters.operations import sca
from core_adapters.operations.ids import event_id
from core_adapters.pages.store import Page, PageStore
from core_adapters.ports import Credentials
from flows.events import BankEvent

EVENT = "sca.password_checked"
FACTOR = "password"
Answer = Literal["done", "wrong", "locked", "failed", "used"]


async def check(pages: PageStore, bank: Credentials, page: Page, reference: str, letter: str) -> tuple[Answer, int]:
    """Have the bank compare it. A wrong one leaves the page open; any other answer spends it. Raises BankFailure."""
    if not await pages.count_try(page):
        await _ended(pages, page, right=False)
        return "failed", 0
    checked = await bank.check(page.inside.subject, reference, letter)
    if checked.verdict == "wrong":
        return "wrong", checked.tries_left
    right = checked.verdict == "right"
    if not await _ended(pages, page, right=right):
        return "used", 0
    return ("done" if right else "locked" if checked.verdict == "locked" else "failed"), 0


async def has_proven(pages: PageStore, page: Page) -> bool:
    """Whether a right password was typed on it."""
    return bool(await pages.store.pool.fetchval("select true from money.sca where id = $1", _proof_id(page)))


async def _ended(pages: PageStore, page: Page, *, right: bool) -> bool:
    store = pages.store
    async with store.pool.acquire() as connection, connection.transaction():
        now = store.clock()
        if not await pages.take(connection, page, now):
            return False
        if right:
            await _prove(connection, page, now)
        verdict = "right" if right else "refused"
        who = f"customer {page.customer_id}"
        await store.audit.write(connection, now, who, "password checked", str(page.inside.for_op), verdict)
        await store.sink.announce(connection, _news(page, right, now))
        return True


async def _prove(connection: Connection, page: Page, now: datetime) -> None:
    assert page.inside.for_op is not None, "a page that checks a password was opened for an operation"
    await sca.prove(
        connection, _proof_id(page), page.inside.for_op, page.customer_id, page.inside.snapshot, FACTOR, now
    )


def _news(page: Page, right: bool, at: datetime) -> BankEvent:
    return BankEvent(
        id=event_id(page.op_id, EVENT),
        conversation=page.conversation,
        at=at,
        name=EVENT,
        match={"page_id": str(page.op_id)},
        outcome="ok" if right else "declined",
    )


def _proof_id(page: Page) -> UUID:
    return uuid5(page.op_id, FACTOR)

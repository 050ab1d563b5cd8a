"""The end of a person's data, when its time of grace is over: what says who they are goes, the books stay.

One transaction a person, and not while an operation of theirs is open: it needs what would be taken away, so it is
looked at again a minute later. Consents and choices stay, for they prove what was allowed; they name nobody.
"""

import asyncio
from uuid import UUID

import asyncpg
import structlog

from bot.held import reading
from bot.held.reading import Connection, Whose
from bot.metrics import alert
from bot.store import Connect
from core_adapters.operations import records
from core_adapters.recurring import records as schedules
from customer_api.seals import Seals
from flows.ports import Sealer

LOOK_S = 60.0
AT_ONCE = 20
OPEN = "('APPROVED', 'SENDING', 'UNKNOWN', 'HOLD', 'REVERSING')"
DUE = """
select id, customer_id from customers.erasure where due_at <= now() and kept_at is null and done_at is null
order by due_at limit $1"""
MINE = """
select id from customers.erasure where id = $1 and kept_at is null and done_at is null for update skip locked"""
DONE = "update customers.erasure set done_at = now() where id = $1"
# Money on its way: a payment that is open, a reward that is owed. Erasing waits for it.
BUSY = f"""
select exists (select from money.operation where customer_id = $1 and state in {OPEN})
    or exists (select from customers.reward where customer_id::text = $1 and state = 'due')"""  # noqa: S608 # nosec B608 # no value comes from outside
STOP = """
update money.schedule set state = 'stopped', stopped_by = $2, lease_until = null, updated_at = now()
where customer_id = $1 and state not in ('stopped', 'over')"""
# Numbers that only this person's operations and orders have named.
TOKENS = """
update money.card_number c set sealed = '', fingerprint = 'erased ' || c.token, last4 = '0000'
where c.sealed <> '' and (exists (select from money.operation o where o.payee_token = c.token and o.customer_id = $1)
    or exists (select from money.schedule s where s.payee_token = c.token and s.customer_id = $1) or c.token = any($2))
and not exists (select from money.operation o where o.payee_token = c.token and o.customer_id <> $1)
and not exists (select from money.schedule s where s.payee_token = c.token and s.customer_id <> $1)"""
WORDS = """
update money.operation set request = $2, sealed_outputs = null, outputs = '{}', details = '{}', conversation = op_id
where op_id = $1"""
BODY = "update money.schedule set body = $2, conversation = id where id = $1"
GONE = (
    "delete from money.page where op_id in (select op_id from money.operation where customer_id = $1)",
    "delete from money.payee where customer_id = $1",
    "delete from money.notice where customer_id = $1",
    "delete from money.phone_look_up where customer_id = $1",
    "delete from customers.identifier where customer_id::text = $1",
    "delete from customers.document where customer_id::text = $1",
    # A conversation's id can be guessed from a chat's address, and a partner may know whom it gave a code; the journey
    # counts on without them.
    "update customers.journey set conversation = gen_random_uuid(), code = '' where customer_id::text = $1",
)
BY_CHAT = (
    "delete from bot.change where message in (select id from bot.message where conversation = any($1))",
    "delete from bot.message where conversation = any($1)",
    "delete from bot.media where conversation = any($1)",
    "delete from bot.handoff where conversation = any($1)",
    "delete from bot.form where conversation = any($1)",
    "delete from bot.timer where conversation = any($1)",
    "delete from bot.outbox where conversation = any($1) and status <> 'new'",
    "delete from bot.inbox where conversation = any($1) and status <> 'new'",
    "delete from bot.conversation where id = any($1)",
)
TOLD = """
update customers.partner_delivery set sealed = $2, next_at = null,
    state = case when state = 'waiting' then 'withdrawn' else state end, ended_at = coalesce(ended_at, now())
where id = $1
"""
BINDING = """
update customers.binding set address = $2, chat = 'erased ' || id, revoked_at = coalesce(revoked_at, now()),
    revoked_by = coalesce(revoked_by, 'erased at the customer''s wish') where id = $1"""
DELIVERIES = "select id from customers.partner_delivery where customer_id = $1"
NAME = "update customers.customer set name = $2, identified_at = null where id = $1"

log = structlog.get_logger("bot.held")


class Erasing:
    """Looks for what is due; in any number of processes, for each takes what no other has."""

    def __init__(self, connect: Connect, sealer: Sealer) -> None:
        self._connect, self._sealer, self._seals = connect, sealer, Seals(sealer)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.once()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("erasing_waits", error=type(error).__name__)
            except Exception as error:  # it must go on for the others
                alert("erasing_failed", type(error).__name__)
            await asyncio.sleep(LOOK_S)

    async def once(self) -> int:
        """Erase who is due and has nothing open; how many they were."""
        connection, erased = await self._connect(), 0
        try:
            for row in await connection.fetch(DUE, AT_ONCE):
                async with connection.transaction():
                    erased += await self._person(connection, row["id"], row["customer_id"])
        finally:
            await connection.close()
        return erased

    async def _person(self, connection: Connection, erasure: UUID, customer_id: UUID) -> bool:
        if await connection.fetchval(MINE, erasure) is None:
            return False
        if await connection.fetchval(BUSY, str(customer_id)):
            log.info("erasing_waits_for_money", erasure=str(erasure))
            return False
        who = await reading.whose(connection, self._sealer, customer_id)
        await connection.execute("delete from customers.code where phone = any($1)", list(who.phones))
        await connection.execute("delete from customers.touch where chat = any($1)", list(who.chats))
        await self._money(connection, who, erasure)
        for statement in GONE:
            await connection.execute(statement, str(customer_id))
        await self._customer(connection, customer_id)
        for statement in BY_CHAT:
            await connection.execute(statement, list(who.conversations))
        await connection.execute(DONE, erasure)
        log.info("person_erased", erasure=str(erasure))
        return True

    async def _money(self, connection: Connection, who: Whose, erasure: UUID) -> None:
        customer_id, numbers = str(who.customer_id), set[str]()
        await connection.execute(STOP, customer_id, erasure)
        for row in await connection.fetch(
            "select op_id, request from money.operation where customer_id = $1", customer_id
        ):
            start = records.opened(bytes(row["request"]), row["op_id"], self._sealer)
            numbers |= {card.token for card in start.cards.values()}
            await connection.execute(WORDS, row["op_id"], records.sealed(records.without_words(start), self._sealer))
        for row in await connection.fetch("select * from money.schedule where customer_id = $1", customer_id):
            body = schedules.without_words(schedules.read(row, self._sealer).body)
            sealed = schedules.sealed(body, row["id"], self._sealer)
            await connection.execute(BODY, row["id"], sealed)
        await connection.execute(TOKENS, customer_id, sorted(numbers))

    async def _customer(self, connection: Connection, customer_id: UUID) -> None:
        for row in await connection.fetch("select id from customers.binding where customer_id = $1", customer_id):
            await connection.execute(BINDING, row["id"], self._seals.seal({"text": ""}, "binding.address", row["id"]))
        for row in await connection.fetch(DELIVERIES, customer_id):
            await connection.execute(
                TOLD, row["id"], self._seals.seal({"body": ""}, "partner_delivery.sealed", row["id"])
            )
        name = self._seals.seal({"first": "", "last": ""}, "customer.name", customer_id)
        await connection.execute(NAME, customer_id, name)

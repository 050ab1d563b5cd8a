"""What a connection is like when the next one gets it."""

import asyncio

import asyncpg

from core_adapters.database import leave_as_found


async def test_what_was_left_open_is_undone_and_nothing_is_asked_otherwise(database):
    async with asyncpg.create_pool(database, min_size=1, max_size=1, reset=leave_as_found) as pool:
        async with pool.acquire() as connection:
            pid = connection.get_server_pid()
            await connection.execute("begin")
            await connection.execute("create table left_open (n int)")
        assert await pool.fetchval("select to_regclass('left_open')") is None
        assert await pool.fetchval("select pg_backend_pid()") == pid


async def test_a_cancelled_transaction_holds_nothing(database):
    async with asyncpg.create_pool(database, min_size=1, max_size=1, reset=leave_as_found) as pool:

        async def waits_for_ever():
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute("select pg_advisory_xact_lock(1)")
                await asyncio.get_running_loop().create_future()

        task = asyncio.create_task(waits_for_ever())
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
        assert await pool.fetchval("select count(*) from pg_locks where locktype = 'advisory'") == 0

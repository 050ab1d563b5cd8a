"""A process that starts one operation and is then killed by the test that started it. Its orders come on stdin."""

import asyncio
import json
import sys
from uuid import UUID

import asyncpg

from bot.keyring import Keyring
from core_adapters.app import CoreSettings, build
from core_adapters.operations.records import START
from core_adapters.ports import Person
from flows.events import EVENT


class Sink:
    async def announce(self, connection, event):
        await connection.execute(
            "insert into news (id, body) values ($1, $2) on conflict do nothing",
            event.id,
            EVENT.dump_json(event).decode(),
        )


class People:
    def __init__(self, phone):
        self.phone = phone

    async def person(self, customer_id):
        return Person(self.phone, "Anna", "Koval", identified=True)


async def main(told):
    async with asyncpg.create_pool(told["database"], min_size=1, max_size=2) as pool:
        settings = CoreSettings("sandbox", told["url"], told["token"], audit_key=b"audit key")
        adapters = build(pool, Keyring([told["key"]]), None, Sink(), People(told["phone"]), settings, None)
        adapters.desk.started = told["sends"]
        await adapters.desk.start(START.validate_python(told["start"]), UUID(told["conversation"]))
        print("started", flush=True)
        await asyncio.sleep(600)


asyncio.run(main(json.load(sys.stdin)))

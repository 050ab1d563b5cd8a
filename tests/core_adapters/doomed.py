"""A process that starts one operation and is then killed by the test that started it. Its orders come on stdin."""

import asyncio
import json
import sys
from uuid import UUID

import asyncpg

from bot.keyring import Keyring
from core_adapters.app import build
from core_adapters.operations.records import START
from core_adapters.settings import CoreSettings
from tests.core_adapters.doomed_parts import People, Sink


async def main(told):
    async with asyncpg.create_pool(told["database"], min_size=1, max_size=2) as pool:
        settings = CoreSettings("sandbox", told["url"], told["token"], audit_key=b"audit key")
        adapters = build(pool, Keyring([told["key"]]), None, Sink(), People(told["phone"]), settings, None)
        adapters.desk.started = told["sends"]
        await adapters.desk.start(START.validate_python(told["start"]), UUID(told["conversation"]))
        print("started", flush=True)
        await asyncio.sleep(600)


asyncio.run(main(json.load(sys.stdin)))

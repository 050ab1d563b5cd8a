"""A process that delivers what payers have paid, until the test that started it kills it. Its orders come on stdin."""

import asyncio
import json
import sys

import asyncpg

from bot.keyring import Keyring
from core_adapters.app import build
from core_adapters.settings import CoreSettings
from tests.core_adapters.doomed_parts import People, Sink


async def main(told):
    async with asyncpg.create_pool(told["database"], min_size=1, max_size=4) as pool:
        settings = CoreSettings(
            "sandbox", f"{told['url']}/bank/v1", told["token"], audit_key=b"audit key",
            acquirer_url=f"{told['url']}/acquirer/v1", acquirer_key=told["token"], public_url="https://bank.example",
        )  # fmt: skip
        adapters = build(pool, Keyring([told["key"]]), None, Sink(), People(told["phone"]), settings, None)
        await adapters.start()
        print("started", flush=True)
        await asyncio.sleep(600)


asyncio.run(main(json.load(sys.stdin)))

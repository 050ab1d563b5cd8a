"""The same room as its neighbours', with a bank behind SOAP: the faults are those of the SOAP face."""

from collections.abc import AsyncIterator

import pytest

from core_adapters.app import CoreAdapters, build
from core_adapters.external.sms import SmsGateway
from core_adapters.http import client
from core_adapters.logins import PasswordLogin
from core_adapters.settings import CoreSettings
from flows.events import EVENT


class Sink:
    """Keeps the news in a table of its own, inside the transaction that makes it."""

    async def announce(self, connection, event):
        await connection.execute(
            "insert into news (id, body) values ($1, $2) on conflict do nothing",
            event.id,
            EVENT.dump_json(event).decode(),
        )


class OverSoap:
    """The sandbox as its own neighbours see it, save that its SOAP face misbehaves and not its REST face."""

    def __init__(self, sandbox):
        self._sandbox = sandbox

    def __getattr__(self, name):
        return getattr(self._sandbox, name)

    async def fault(self, operation, outcome, count=1, delay_s=0):
        body = {"core": "soap", "operation": operation, "outcome": outcome, "count": count, "delay_s": delay_s}
        (await self.http.put(f"{self.url}/api/faults", json=body)).raise_for_status()

    async def balances(self):
        rows = (await self.http.get(f"{self.url}/api/accounts")).json()
        return {row["account"]: row["balance_minor"] for row in rows if row["currency"] == "UAH"}


@pytest.fixture
async def room(room, pool, keyring) -> AsyncIterator[object]:
    """Adapters whose bank is the sandbox over SOAP; people and cards are those of the neighbours' room."""
    made, before = [], room.adapters
    async with client() as sms_client:
        sms = SmsGateway.at(sms_client, f"{room.bank.url}/sms", "unused")

        def at(url: str) -> CoreAdapters:
            settings = CoreSettings(
                "soap", url, room.core_token, audit_key=b"audit key", login=PasswordLogin("TELLER", room.core_token)
            )
            made.append(build(pool, keyring, sms, Sink(), room.people, settings, None, room.clock))
            made[-1].desk.started = True
            return made[-1]

        room.build, room.bank = at, OverSoap(room.bank)
        room.adapters = at(f"{room.bank.url}/bank/soap")
        yield room
        for adapters in made:
            await adapters.stop()
        room.adapters = before

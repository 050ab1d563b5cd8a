"""The kill switch: staff stop a channel, every process obeys, nothing is lost; and what rests by itself shows, too."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from turn_rig import Recorder, Worker, rows, until, working
from typer.testing import CliRunner

from bot import channels_api, outbox
from bot.cli import channels as cli
from bot.keyring import Keyring
from bot.settings import Settings
from bot.store import OutboxRow, To, uuid7
from bot.switches import LOOK_S
from bot.tokens import Tokens
from channels.ids import conversation_id
from flows.effects import Send
from flows.messages import OutboundMessage
from flows.ports import Principal, Unauthorized

WAITING = "select count(*) from bot.outbox where status = 'new'"


class Verifier:
    """Knows one colleague and one service."""

    def verify(self, token: str) -> Principal:
        roles = {"colleague": {"staff"}, "machine": {"service"}}
        if token not in roles:
            raise Unauthorized("no")
        return Principal(token, frozenset(roles[token]))


@asynccontextmanager
async def api(worker: Worker, token: str = "colleague") -> AsyncIterator[httpx.AsyncClient]:
    """The API as a colleague calls it."""
    app = channels_api.build(worker.switches, {"post": worker.post}, Verifier())
    headers = {"Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot", headers=headers) as client:
        yield client


def off(**more: str) -> dict[str, str]:
    return {"sending": "off", "reason": "the platform is ill"} | more


ON = {"sending": "on", "reason": "well again"}


async def test_a_stopped_channel_takes_in_and_keeps_what_it_would_send_until_it_is_let_go(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker, api(worker) as staff:
        assert (await staff.put("/api/v1/channels/post", json=off())).status_code == 200
        assert await worker.post_update(1, "three") == 200
        assert await worker.post_update(2, "more") == 200
        await worker.turns.drain()
        await until(database, "select 1 from bot.inbox where status = 'done' having count(*) = 2")
        (line,) = (await staff.get("/api/v1/channels")).json()["channels"]
        assert (line["channel"], line["account"], line["sending"], line["waiting"]) == ("post", "1", "off", 4)
        assert (line["reason"], line["by"]) == ("the platform is ill", "colleague")
        assert recorder.calls == []
        (line,) = (await staff.put("/api/v1/channels/post", json=ON)).json()["channels"]
        assert line["sending"] == "on"
        await worker.quiet()
    assert recorder.texts() == ["one", "two", "three", "2:more"]


async def test_every_process_obeys_within_two_seconds(database: str, keyring: Keyring, recorder: Recorder) -> None:
    assert LOOK_S <= 1  # the rig looks more often
    async with (
        working(database, keyring, recorder) as worker,
        working(database, keyring, recorder) as other,
        api(worker) as staff,
    ):
        await other.post_update(1, "hi")
        await other.quiet()
        await staff.put("/api/v1/channels/post", json=off())
        async with asyncio.timeout(10):
            while other.switches.is_on("post", "1"):  # noqa: ASYNC110 - the other process tells nobody
                await asyncio.sleep(0.01)
        await other.post_update(2, "stopped")
        await other.turns.drain()
        assert await rows(database, WAITING) == [(1,)]
        assert recorder.texts() == ["1:hi"]
        await staff.put("/api/v1/channels/post", json=ON)
        await other.quiet()
    assert recorder.texts() == ["1:hi", "2:stopped"]


async def test_a_process_that_begins_while_a_channel_is_stopped_sends_nothing_either(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder, lease_s=0.5) as worker, api(worker) as staff:
        await staff.put("/api/v1/channels/post", json=off(account="1"))
        await worker.post_update(1, "three")
        await worker.turns.drain()
    async with working(database, keyring, recorder, lease_s=0.5) as later, api(later) as staff:
        await until(database, "select 1 from bot.outbox where attempts > 0")
        assert recorder.calls == []
        await staff.put("/api/v1/channels/post", json=ON)  # of the whole channel: its accounts go, too
        await recorder.until(3)
        await later.quiet()
    assert recorder.texts() == ["one", "two", "three"]


async def test_another_account_is_not_stopped(database: str, keyring: Keyring, recorder: Recorder) -> None:
    async with working(database, keyring, recorder) as worker, api(worker) as staff:
        answer = await staff.put("/api/v1/channels/post", json=off(account="2"))
        assert [(line["account"], line["sending"]) for line in answer.json()["channels"]] == [("1", "on"), ("2", "off")]
        await worker.post_update(1, "hi")
        await worker.quiet()
    assert recorder.texts() == ["1:hi"]


async def test_what_grows_too_old_while_stopped_expires_and_does_not_wait_for_the_switch(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker, api(worker) as staff:
        await staff.put("/api/v1/channels/post", json=off())
        await worker.post_update(1, "brief news")
        await worker.quiet()
        assert await rows(database, "select status from bot.outbox") == [("expired",)]
    assert recorder.calls == []


async def test_only_staff_may_look_and_switch_and_mistakes_are_explained(
    database: str, keyring: Keyring, recorder: Recorder
) -> None:
    async with working(database, keyring, recorder) as worker:
        for token, status in (("machine", 403), ("nobody", 401)):
            async with api(worker, token) as other:
                assert (await other.get("/api/v1/channels")).status_code == status
                assert (await other.put("/api/v1/channels/post", json=off())).status_code == status
        async with api(worker) as staff:
            unknown = await staff.put("/api/v1/channels/pigeon", json=off())
            assert (unknown.status_code, "post" in unknown.json()["detail"]) == (404, True)
            for wrong in ({"sending": "maybe", "reason": "r"}, {"sending": "off"}, {"sending": "off", "reason": ""}):
                assert (await staff.put("/api/v1/channels/post", json=wrong)).status_code == 422
    assert await rows(database, "select count(*) from bot.switch") == [(0,)]


async def test_an_account_that_the_platform_stops_rests_in_every_process_and_shows(
    database: str, keyring: Keyring, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "CHANNEL_REST_S", 1.5)
    recorder.answers = [(401, {})]
    async with (
        working(database, keyring, recorder) as worker,
        working(database, keyring, recorder) as other,
        api(other) as staff,
    ):
        began = time.monotonic()
        await worker.post_update(1, "hi")
        await until(database, "select 1 from bot.switch where rests_until > now()")
        (line,) = (await staff.get("/api/v1/channels")).json()["channels"]
        assert (line["sending"], line["rests_for"], line["waiting"]) == ("on", "refused (401)", 1)
        await other.post_update(2, "hello", "olha")
        await other.quiet()
        assert time.monotonic() - began >= 1.2
        await worker.quiet()
        (line,) = (await staff.get("/api/v1/channels")).json()["channels"]
        assert (line["rests_until"], line["waiting"]) == (None, 0)
    assert sorted(recorder.texts()) == ["1:hello", "1:hi"]


async def test_staff_stop_and_start_a_channel_in_the_terminal(
    database: str, keyring: Keyring, recorder: Recorder, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [key.get_secret_value() for key in settings.jwt.keys]
    async with working(database, keyring, recorder) as worker:
        app = channels_api.build(worker.switches, {"post": worker.post}, Tokens(keys))
        listener = socket.create_server(("127.0.0.1", settings.http.port))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))

        async def typed(*words: str) -> str:
            result = await asyncio.to_thread(CliRunner().invoke, cli.app, list(words))
            return result.output if result.exit_code == 0 else f"failed: {result.output}"

        stopped = await typed("stop", "post", "--why", "a test")
        assert "off" in stopped
        assert "a test" in stopped
        row = OutboxRow(
            uuid7(), conversation_id("post", "1", "anna"), 1, To("post", "1", "anna"),
            Send(OutboundMessage(key="k", text="waits")),
        )  # fmt: skip
        await worker.store.outbox.enqueue([row])
        assert (await typed("list")).splitlines()[1].split()[:4] == ["post", "1", "off", "1"]
        assert "on" in await typed("start", "post")
        await recorder.until(1)
        assert (await typed("stop", "pigeon", "--why", "it flew")).startswith("failed: teller: There is no channel")
        server.should_exit = True
        await serving
    assert recorder.texts() == ["waits"]

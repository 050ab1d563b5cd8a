"""`teller operations` and `teller audit` as staff type them, against a running face of ours."""

import asyncio
import socket
from datetime import UTC, datetime

import pytest
import uvicorn
from typer.testing import CliRunner

from bot.cli import audit, operations
from bot.settings import load_settings
from bot.tokens import Tokens
from core_adapters import app as room_app
from core_adapters.operations.ids import core_ref
from core_adapters.pages.counter import Counter
from core_adapters.pages.store import PageStore


@pytest.fixture
def typed():
    return lambda app, *words: CliRunner().invoke(app, list(words))


@pytest.fixture
async def served(room, settings, monkeypatch):
    """The API behind tokens of this installation, at the address its settings name."""
    keys = [key.get_secret_value() for key in settings.jwt.keys]
    desk = room.adapters.desk
    counter = Counter(PageStore(desk.store), desk, None, None)
    app = room_app._app(desk, room.adapters.questions, counter, Tokens(keys), None)
    listener = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv("TELLER_CORE_ADAPTERS__URL", f"http://127.0.0.1:{listener.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    yield room
    server.should_exit = True
    await task


async def test_staff_see_an_operation_in_the_list_and_whole(served, typed):
    start = served.transfer("50.00 UAH")
    await served.start(start)
    listed = await asyncio.to_thread(typed, operations.app, "list", "--state", "POSTED")
    assert listed.exit_code == 0, listed.output
    assert str(start.op_id) in listed.output
    assert "50.00 UAH" in listed.output
    shown = await asyncio.to_thread(typed, operations.app, "show", str(start.op_id))
    assert "POSTED" in shown.output
    decided = await asyncio.to_thread(
        typed, operations.app, "resolve", str(start.op_id), "--as", "rejected", "--note", "a mistake"
    )
    assert decided.exit_code == 1
    assert "not on hold" in decided.output


async def test_two_people_at_terminals_decide_what_is_on_hold(served, typed, monkeypatch):
    op_id = str(await served.on_hold())

    async def by(name, *words):
        monkeypatch.setenv("LOGNAME", name)
        return await asyncio.to_thread(typed, operations.app, *words)

    proposed = await by("olena", "resolve", op_id, "--as", "posted", "--note", "statement of today")
    assert proposed.exit_code == 0, proposed.output
    assert "waits for a second person" in proposed.output
    assert "posted, says olena@terminal: statement of today" in (await by("petro", "show", op_id)).output
    again = await by("olena", "confirm", op_id, "--as", "posted")
    assert (again.exit_code, "a second person decides" in again.output) == (1, True)
    declined = await by("petro", "decline", op_id, "--note", "another reference")
    assert f"{op_id} is HOLD" in declined.output
    await by("olena", "resolve", op_id, "--as", "rejected", "--note", "not in the books")
    assert f"{op_id} is REJECTED" in (await by("petro", "confirm", op_id, "--as", "rejected")).output


async def test_a_day_is_compared_from_a_terminal_and_a_difference_ends_with_one(served, typed):
    await served.bank.fault("transfer", "reset_after")
    start = served.transfer("50.00 UAH")
    await served.start(start)
    served.clock.jump(days=1)
    today = datetime.now(UTC).date().isoformat()
    compared = await asyncio.to_thread(typed, operations.app, "reconcile", "--day", today)
    assert compared.exit_code == 1, compared.output
    assert "1 theirs-only" in compared.output
    assert f"{core_ref(start.op_id)}  ours: -  theirs: 50.00 UAH" in compared.output
    await served.rounds(2)
    again = await asyncio.to_thread(typed, operations.app, "reconcile", "--day", today)
    assert (again.exit_code, "1 match, 0 ours-only, 0 theirs-only, 0 differ" in again.output) == (0, True)


def test_a_teller_that_does_not_run_is_said_in_a_sentence(settings, typed):
    assert settings.http.port
    result = typed(operations.app, "list")
    assert result.exit_code == 1
    assert "Start it with: teller run" in result.output


def test_an_empty_audit_holds(settings, typed):
    assert load_settings(env_file=None).database_url == settings.database_url
    result = typed(audit.app, "verify")
    assert result.exit_code == 0, result.output
    assert "0 findings" in result.output


async def test_staff_stop_an_action_and_let_it_go_again(served, typed):
    async def by(*words):
        return await asyncio.to_thread(typed, operations.app, *words)

    assert "Nothing was ever stopped." in (await by("switches")).output
    stopped = await by("stop", "transfers.execute", "--why", "a wave of fraud")
    assert stopped.output == "transfers.execute is stopped\n"
    start = served.transfer("50.00 UAH")
    await served.start(start)
    assert await served.told(start.op_id) == ["failed:unavailable"]
    listed = (await by("switches")).output
    assert "stopped" in listed
    assert "a wave of fraud" in listed
    assert (await by("allow", "transfers.execute", "--why", "it is over")).output == "transfers.execute is allowed\n"
    wrong = await by("stop", "transfers", "--why", "a slip")
    assert wrong.exit_code == 1
    assert "there is no 'transfers'" in wrong.output

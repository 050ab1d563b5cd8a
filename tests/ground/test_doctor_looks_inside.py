"""The doctor looks into the database and at those outside: each thing that can be wrong in production has its line."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from bot import doctor_inside, doctor_outside
from bot.doctor import examine
from bot.finding import Finding
from bot.keyring import Keyring
from bot.settings import Settings
from bot.settings.shape import Core, Keycloak, Messenger, Telegram, Viber, WhatsApp
from bot.settings.shape import Keys as Vault

KEY = "a2V5IG9mIHRoaXJ0eS10d28gYnl0ZXMsIHRoZSBmaXI="
OTHER = "a2V5IG9mIHRoaXJ0eS10d28gYnl0ZXMsIHRoZSBvdGg="


@pytest.fixture
async def connection(database: str):
    connected = await asyncpg.connect(database)
    yield connected
    await connected.close()


async def an_operation(connection: asyncpg.Connection, state: str, age: timedelta) -> None:
    """One that stands in a state for so long; how it came there is tested elsewhere."""
    at = datetime.now(UTC) - age
    async with connection.transaction():
        await connection.execute(
            "set local session_replication_role = replica"
        )  # past the triggers, which keep the order
        await connection.execute(
            "insert into money.operation (op_id, conversation, customer_id, action, core, core_ref, state, request, "
            "request_hash, exemption, created_at, updated_at, expires_at) "
            "values ($1, $1, 'c', 'transfers.execute', 'sandbox', $2, $3, '', '', 'r', $4, $4, $4)",
            uuid4(), "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[b % 32] for b in uuid4().bytes + uuid4().bytes)[:26],
            state, at,
        )  # fmt: skip


async def test_a_sound_database_is_well(connection: asyncpg.Connection) -> None:
    settings = Settings(vault=Vault(keys=(SecretStr(KEY),)))
    for finding in (
        await doctor_inside.clock(connection),
        await doctor_inside.keys(settings, connection),
        await doctor_inside.waiting(connection),
        await doctor_inside.money(connection),
    ):
        assert finding.is_well, finding


async def test_a_clock_that_is_wrong_is_told(connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(minutes=2)

    monkeypatch.setattr(doctor_inside, "datetime", Late)
    finding = await doctor_inside.clock(connection)
    assert not finding.is_well
    assert finding.said.startswith("120 s ") or finding.said.startswith("119 s ")
    assert "timedatectl" in finding.mend


async def test_a_vault_key_that_was_taken_out_too_early_is_told(connection: asyncpg.Connection) -> None:
    sealed = Keyring([OTHER]).seal(b"4111111111111111", b"aad")
    await connection.execute(
        "insert into money.card_number (token, fingerprint, sealed, last4, scheme, luhn_ok) "
        "values ('card_a', 'f', $1, '1111', 'VISA', true)", sealed,
    )  # fmt: skip
    gone = await doctor_inside.keys(Settings(vault=Vault(keys=(SecretStr(KEY),))), connection)
    assert not gone.is_well
    assert "card numbers" in gone.said
    assert "TELLER_VAULT__KEYS" in gone.said
    assert OTHER not in str(gone)
    both = Settings(vault=Vault(keys=(SecretStr(KEY), SecretStr(OTHER))))
    assert (await doctor_inside.keys(both, connection)).is_well


async def test_messages_that_wait_are_told(connection: asyncpg.Connection) -> None:
    await connection.execute(
        "insert into bot.outbox (id, conversation, seq, kind, body, lease_until, created_at) "
        "values ($1, $1, 1, 'send', '', now(), now() - interval '10 minutes')", uuid4(),
    )  # fmt: skip
    finding = await doctor_inside.waiting(connection)
    assert not finding.is_well
    assert "1 not sent, the oldest for 60" in finding.said
    assert "MessagesWait" in finding.mend


@pytest.mark.parametrize(
    ("state", "age", "mended"),
    [
        ("HOLD", timedelta(), "teller operations list --state HOLD"),
        ("UNKNOWN", timedelta(minutes=20), "OperationsUnknown"),
        ("UNKNOWN", timedelta(minutes=5), ""),
    ],
)
async def test_payments_that_wait_for_people_are_told(
    connection: asyncpg.Connection, state: str, age: timedelta, mended: str
) -> None:
    await an_operation(connection, state, age)
    finding = await doctor_inside.money(connection)
    assert (mended in finding.mend) if mended else finding.is_well


async def test_a_schema_of_a_later_version_is_said_and_is_well(
    connection: asyncpg.Connection, database: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELLER_DATABASE_URL", database)
    await connection.execute("update bot.alembic_version set version_num = '9999'")
    (found,) = [each for each in await asyncio.to_thread(lambda: [*examine()]) if each.about == "Postgres"]
    assert found.is_well
    assert "later version" in found.said


@dataclass
class World:
    """Everybody outside, on one port; ``says`` is by path, and the rest is 404."""

    says: dict[str, tuple[int, str]] = field(default_factory=dict)
    url: str = ""

    def settings(self) -> Settings:
        token = SecretStr("1:very-secret")
        return Settings(
            mode="production",
            telegram=Telegram(token=token, webhook_secrets=(token,), api_url=self.url),
            viber=Viber(tokens=(token,), api_url=self.url),
            whatsapp=WhatsApp(access_token=token, phone_number_id="77", api_url=self.url),
            messenger=Messenger(page_access_token=token, page_id="88", api_url=self.url),
            core=Core(url=f"{self.url}/core"),
            keycloak=Keycloak(url=self.url, realm="bank", client_id="teller"),
        )

    def found(self) -> dict[str, Finding]:
        return {each.about: each for each in doctor_outside.outside(self.settings())}


@contextmanager
def served() -> Iterator[World]:
    world = World()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            status, body = world.says.get(self.path.partition("?")[0], (404, "{}"))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    world.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def world() -> Iterator[World]:
    with served() as there:
        there.says = {
            "/bot1:very-secret/getMe": (200, '{"ok": true}'),
            "/pa/get_account_info": (200, '{"status": 0}'),
            f"/{doctor_outside.GRAPH}/77": (200, '{"id": "77"}'),
            f"/{doctor_outside.GRAPH}/88": (200, '{"id": "88"}'),
            "/core": (404, "{}"),
            "/realms/bank/.well-known/openid-configuration": (200, f'{{"issuer": "{there.url}/realms/bank"}}'),
        }
        yield there


def test_a_world_that_answers_is_well(world: World) -> None:
    found = world.found()
    assert set(found) == {"telegram", "viber", "whatsapp", "messenger", "core", "Keycloak"}
    assert all(finding.is_well for finding in found.values()), found


@pytest.mark.parametrize(
    ("name", "path", "answer"),
    [
        ("telegram", "/bot1:very-secret/getMe", (401, "{}")),
        ("viber", "/pa/get_account_info", (200, '{"status": 2}')),
        ("whatsapp", f"/{doctor_outside.GRAPH}/77", (401, "{}")),
        ("messenger", f"/{doctor_outside.GRAPH}/88", (400, "{}")),
    ],
)
def test_a_token_that_the_platform_does_not_know_is_told_with_the_setting_to_mend(
    world: World, name: str, path: str, answer: tuple[int, str]
) -> None:
    world.says[path] = answer
    ill = {about: finding for about, finding in world.found().items() if not finding.is_well}
    assert set(ill) == {name}
    assert doctor_outside.SECRET[name] in ill[name].mend
    assert "very-secret" not in str(ill)


def test_who_is_ill_and_who_goes_by_another_name_is_told(world: World) -> None:
    world.says["/core"] = (503, "{}")
    world.says["/realms/bank/.well-known/openid-configuration"] = (200, '{"issuer": "https://old.example/realms/bank"}')
    world.says["/bot1:very-secret/getMe"] = (502, "")
    ill = {about: finding for about, finding in world.found().items() if not finding.is_well}
    assert set(ill) == {"core", "Keycloak", "telegram"}
    assert "old.example" in ill["Keycloak"].mend


def test_who_does_not_answer_at_all_is_told_without_the_address_that_holds_the_token(world: World) -> None:
    gone = World(url="http://127.0.0.1:1")
    ill = gone.found()
    assert not any(finding.is_well for finding in ill.values())
    assert all("ConnectError" in finding.said for finding in ill.values())
    assert "very-secret" not in str(ill)


def test_traces_that_nothing_draws_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor_outside.traces().is_well
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "uv sync --extra traces" in doctor_outside.traces().mend


def test_what_is_asked_of_the_platforms_changes_nothing() -> None:
    for name, ask in doctor_outside.WHO_WE_ARE.items():
        request = ask(World(url="https://platform.example").settings())
        assert isinstance(request, httpx.Request)
        assert request.method == "GET" or (name == "viber" and request.url.path == "/pa/get_account_info")

"""Settings: what is filled in for a newcomer, what production refuses, and how problems are told."""

import base64
import json
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import fields
from importlib import import_module
from inspect import signature
from pathlib import Path

import httpx
import pytest
import typer

from bot.cli import COMMANDS
from bot.core_login import login_of
from bot.services import reachable
from bot.settings import PROJECT, Settings, SettingsWrong, load_settings, made_up, messengers_on
from bot.settings.core_login import key_of
from bot.settings.production import every_secret
from bot.settings.shape import SHAPE, known_names
from core_adapters.logins import OwnJwt, TokenShape

Set = Callable[..., None]


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TELLER_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Set:
    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"TELLER_{name}", value)

    return put


def load() -> Settings:
    return load_settings(env_file=None)


def problems() -> tuple[str, ...]:
    with pytest.raises(SettingsWrong) as wrong:
        load()
    return wrong.value.problems


def key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def production() -> dict[str, str]:
    return {
        "MODE": "production",
        "DATABASE_URL": "postgresql://teller:pw@db/teller",
        "HTTP__PUBLIC_URL": "https://bot.bank.example",
        "VIBER__TOKENS": json.dumps([secrets.token_hex(20)]),
        "CORE__URL": "https://core.bank.example",
        "CORE__TOKEN": secrets.token_hex(20),
        "CORE__WEBHOOK_SECRETS": json.dumps([secrets.token_hex(20), secrets.token_hex(20)]),
        "SMS__URL": "https://sms.example",
        "SMS__TOKEN": secrets.token_hex(20),
        "VAULT__KEYS": json.dumps([key()]),
        "JWT__KEYS": json.dumps([key()]),
        "AUDIT__KEY": key(),
    }


def test_a_newcomer_sets_nothing_and_has_everything() -> None:
    settings = load()
    assert settings.is_sandbox
    named = {path for path, secret in every_secret(settings) if secret.get_secret_value()}
    assert {("telegram", "token"), ("vault", "keys"), ("whatsapp", "verify_token")} <= named
    assert settings.telegram.api_url == "http://127.0.0.1:8080/sandbox/telegram"
    assert settings.core.url == "http://127.0.0.1:8080/sandbox/bank/v1"
    assert messengers_on(settings) == ("telegram", "viber", "whatsapp", "messenger")


def test_the_made_up_secrets_survive_a_restart_and_are_nobody_elses(
    data_dir: Path, tmp_path_factory: pytest.TempPathFactory, put: Set
) -> None:
    first, again = load(), load()
    assert first == again
    assert stat.S_IMODE((data_dir / "secrets.json").stat().st_mode) == 0o600
    put(DATA_DIR=str(tmp_path_factory.mktemp("another")))
    theirs = {secret.get_secret_value() for _, secret in every_secret(load())} - {""}
    ours = {secret.get_secret_value() for _, secret in every_secret(first)} - {""}
    assert not ours & theirs


def test_the_sandbox_follows_the_port_and_each_address_can_be_pointed_elsewhere(put: Set) -> None:
    put(HTTP__PORT="9123", HTTP__HOST="0.0.0.0", VIBER__API_URL="http://127.0.0.1:1/viber")
    settings = load()
    assert settings.sms.url == "http://127.0.0.1:9123/sandbox/sms"
    assert settings.viber.api_url == "http://127.0.0.1:1/viber"


def test_a_list_may_hold_the_current_and_the_next_secret(put: Set) -> None:
    put(TELEGRAM__WEBHOOK_SECRETS='["current","next"]', VIBER__TOKENS="just-one")
    settings = load()
    assert [s.get_secret_value() for s in settings.telegram.webhook_secrets] == ["current", "next"]
    assert [s.get_secret_value() for s in settings.viber.tokens] == ["just-one"]


def test_the_file_is_read_and_the_environment_goes_before_it(tmp_path: Path, put: Set) -> None:
    file = tmp_path / "a.env"
    file.write_text("TELLER_HTTP__PORT=7001\nTELLER_BANK=dhow\n")
    put(HTTP__PORT="7002")
    settings = load_settings(env_file=file)
    assert (settings.http.port, settings.bank) == (7002, "dhow")


def test_a_bank_that_has_no_folder_is_told_with_those_that_have_one(put: Set) -> None:
    put(BANK="north", HTTP__PORT="x")
    assert [problem.split()[0] for problem in problems()] == ["TELLER_HTTP__PORT:", "TELLER_BANK:"]
    assert "there are dhow, fineract, sandbox, soap" in problems()[1]


def test_each_bank_of_the_sandbox_has_its_own_core_login_and_folder(put: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELLER_DATA_DIR")
    monkeypatch.setattr(made_up, "kept_secrets", lambda _: {".".join(path): "made" for path in made_up.MADE})
    put(BANK="dhow")
    dhow = load()
    assert (dhow.core.url, dhow.core.login) == ("http://127.0.0.1:8080/sandbox/bank/soap", "password")
    assert (dhow.core.user, dhow.data_dir) == ("TELLER", PROJECT / ".data" / "dhow")
    put(BANK="sandbox")
    first = load()
    assert (first.core.url, first.core.login) == ("http://127.0.0.1:8080/sandbox/bank/v1", "bearer")
    assert first.data_dir == PROJECT / ".data"


@pytest.mark.parametrize("login", ["bearer", "password", "keycloak", "token_endpoint", "own_jwt"])
def test_in_the_sandbox_a_login_needs_no_more_than_its_name(put: Set, login: str) -> None:
    put(CORE__LOGIN=login, HTTP__PORT="9123", BANK="dhow" if login == "password" else "sandbox")
    settings = load()
    assert settings.core.login == login
    assert isinstance(login_of(settings), httpx.Auth)
    assert settings.core.token_url in ("", "http://127.0.0.1:9123/sandbox/keycloak/realms/bank",
                                       "http://127.0.0.1:9123/sandbox/bank/token")  # fmt: skip


def test_a_process_apart_finds_the_login_where_it_finds_the_core(put: Set) -> None:
    put(CORE__LOGIN="keycloak", CORE__URL="http://10.1.1.1:9000/sandbox/bank/v1")
    assert load().core.token_url == "http://10.1.1.1:9000/sandbox/keycloak/realms/bank"


LOGINS = {
    "bearer": {"TOKEN"},
    "password": {"USER", "TOKEN"},
    "keycloak": {"TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET"},
    "token_endpoint": {"TOKEN_URL", "USER", "TOKEN"},
    "own_jwt": {"KEY", "CLIENT_ID", "AUDIENCE"},
}


@pytest.mark.parametrize(("login", "needs"), LOGINS.items())
@pytest.mark.parametrize("mode", ["production", "sandbox"])
def test_what_a_login_lacks_is_told_all_at_once_with_everything_else(
    put: Set, mode: str, login: str, needs: set[str]
) -> None:
    written = production() | {"MODE": mode, "CORE__LOGIN": login, "CORE__TOKEN": ""}
    put(**(written | ({"SMS__URL": ""} if mode == "production" else {})))
    told = {problem.split()[0].removeprefix("TELLER_CORE__") for problem in problems()}
    assert told == needs | ({"TELLER_SMS__URL"} if mode == "production" else set())


def test_the_login_of_keycloak_is_the_installations_own_unless_the_core_has_another(put: Set) -> None:
    put(**production(), CORE__LOGIN="keycloak", KEYCLOAK__URL="https://login.bank.example/", KEYCLOAK__REALM="bank",
        KEYCLOAK__CLIENT_ID="teller", KEYCLOAK__CLIENT_SECRET=secrets.token_hex(20))  # fmt: skip
    core = load().core
    assert (core.token_url, core.client_id) == ("https://login.bank.example/realms/bank", "teller")
    put(CORE__TOKEN_URL="https://core.example/realms/core", CORE__CLIENT_ID="caller")
    core = load().core
    assert (core.token_url, core.client_id) == ("https://core.example/realms/core", "caller")


def test_a_login_that_could_never_work_is_told_at_the_start(put: Set) -> None:
    put(**production(), CORE__LOGIN="own_jwt", CORE__KEY="x7" * 20, CORE__CLIENT_ID="teller", CORE__AUDIENCE="bank",
        CORE__TOKEN_SHAPE='{"sent_as": "post"}')  # fmt: skip
    told = problems()
    assert [problem.split()[0] for problem in told] == ["TELLER_CORE__TOKEN_SHAPE:", "TELLER_CORE__KEY:"]
    assert "x7x7" not in "".join(told)
    put(CORE__LOGIN="keycloak", CORE__TOKEN_URL="https://login.bank.example", CORE__TOKEN_SHAPE='{"x7": 1}')
    told = problems()
    assert {problem.split()[0] for problem in told} >= {"TELLER_CORE__TOKEN_URL", "TELLER_CORE__TOKEN_SHAPE:"}
    assert "x7" not in "".join(told)


def test_a_key_may_stand_in_one_line_and_a_shape_names_the_fields_of_an_endpoint(put: Set) -> None:
    pem = load().core
    assert pem.key.get_secret_value() == ""
    put(CORE__LOGIN="own_jwt")
    line = load().core.key.get_secret_value().replace("\n", "\\n")
    put(CORE__KEY=line)
    assert "-----BEGIN" in key_of(load().core)
    assert isinstance(login_of(load()), OwnJwt)
    assert {field.name for field in fields(TokenShape)} == SHAPE


def test_production_names_everything_that_is_missing_at_once(put: Set) -> None:
    put(MODE="production")
    missing = {problem.split()[0] for problem in problems()}
    assert {"TELLER_DATABASE_URL", "TELLER_VAULT__KEYS", "TELLER_TELEGRAM__TOKEN", "TELLER_CORE__URL"} <= missing
    assert len(missing) > 15


def test_production_starts_with_one_messenger_and_its_own_secrets(put: Set) -> None:
    put(**production())
    settings = load()
    assert messengers_on(settings) == ("viber",)
    assert settings.viber.api_url == "https://chatapi.viber.com"


def test_production_refuses_the_secrets_of_the_sandbox(data_dir: Path, put: Set) -> None:
    vault = load().vault.keys[0].get_secret_value()
    put(**(production() | {"VAULT__KEYS": json.dumps([vault]), "SMS__TOKEN": "change-me-please-soon"}))
    assert {problem.split()[0] for problem in problems()} == {"TELLER_VAULT__KEYS", "TELLER_SMS__TOKEN"}


def test_wrong_missing_and_unknown_settings_are_told_together_and_without_values(put: Set) -> None:
    put(
        **(
            production()
            | {"HTTP__PORT": "x7Port", "VIBER__TOKENS": '["x7Token"', "SMS__TOKN": "x7Typo", "SMS__URL": ""}
        )
    )
    told = "\n".join(problems())
    for name in ("TELLER_HTTP__PORT", "TELLER_VIBER__TOKENS", "TELLER_SMS__URL"):
        assert name in told
    assert "TELLER_SMS__TOKN is not a setting. Did you mean TELLER_SMS__TOKEN?" in told
    assert "x7" not in told


def test_in_the_sandbox_an_unknown_name_is_only_mentioned(put: Set, caplog: pytest.LogCaptureFixture) -> None:
    put(HTTP__PROT="8081")
    load()
    assert "Did you mean TELLER_HTTP__PORT?" in caplog.text


def test_names_that_kubernetes_puts_there_are_not_taken_for_typos(put: Set) -> None:
    put(**(production() | {"PORT": "tcp://10.0.0.1:80", "SERVICE_HOST": "10.0.0.1", "PORT_8080_TCP_ADDR": "10.0.0.1"}))
    load()


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = load()
    told = repr(settings) + str(settings)
    assert not [path for path, secret in every_secret(settings) if secret and secret.get_secret_value() in told]


def test_a_damaged_secrets_file_is_named(data_dir: Path) -> None:
    load()
    (data_dir / "secrets.json").write_text("{")
    assert "secrets.json cannot be used: it is damaged" in problems()[0]


def test_the_example_file_has_every_setting_with_its_default(put: Set) -> None:
    example = (PROJECT / ".env.example").read_text()
    written = dict(re.findall(r"^(TELLER_\w+)=(.*)$", example, re.MULTILINE))
    assert set(written) == set(known_names())
    plain = load()
    put(**{name.removeprefix("TELLER_"): value for name, value in written.items() if name != "TELLER_DATA_DIR"})
    assert load() == plain


def test_no_command_takes_a_secret_where_others_on_the_machine_would_see_it() -> None:
    """Secrets come from files and the environment: a command line stands in the list of processes and in histories."""
    given = {name for called in _commands() for name in signature(called).parameters}
    assert len(given) > 20
    secret = re.compile(r"secret|password|token|(?<!public_)key|pin$|cvv|dsn")
    assert {name for name in given if secret.search(name)} == set()


def _commands() -> Iterator[Callable[..., object]]:
    for target, _ in COMMANDS.values():
        module, _, attribute = target.partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            yield from (command.callback for command in found.registered_commands if command.callback)
        else:
            yield found


def test_a_role_that_does_not_know_where_another_is_says_every_address_that_is_missing(put: Set) -> None:
    with pytest.raises(SettingsWrong) as wrong:
        reachable(load(), "webhooks")
    assert [problem.partition(" ")[0] for problem in wrong.value.problems] == [
        "TELLER_CUSTOMER_API__URL",
        "TELLER_IMAGE_API__URL",
    ]
    put(CUSTOMER_API__URL="http://127.0.0.1:1", IMAGE_API__URL="http://127.0.0.1:2")
    reachable(load(), "webhooks")


def test_one_process_that_is_everything_asks_nobody_else() -> None:
    reachable(load(), "all")

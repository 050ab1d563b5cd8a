"""The compose file and the image, held against their schema and against what they name; there is no engine here."""

import importlib
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from bot.cli import COMMANDS
from bot.cli.run import Role
from bot.settings import PROJECT, SettingsWrong, load_settings
from bot.settings.production import every_secret
from bot.settings.shape import Settings, env_name, known_names

FILE = PROJECT / "docker-compose.yml"
MODEL = PROJECT / "nlu" / "model"
IMAGE = (PROJECT / "Dockerfile").read_text()
COMPOSE: Mapping[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "teller"}
ADDRESSES = {"TELLER_DATABASE_URL", "TELLER_REDIS_URL"}


def valid(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def in_sandbox() -> dict[str, str]:
    """What Teller finds in its environment without an .env; ``${NAME:-text}`` is the text."""
    given: Mapping[str, str] = SERVICES["teller"]["environment"]
    return {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text) for name, text in given.items()}


def test_the_compose_file_fits_the_schema_of_compose(tmp_path: Path) -> None:
    checked = valid(FILE)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(FILE.read_text().replace("healthcheck:", "healthchek:", 1))
    assert valid(broken).returncode == 1


@pytest.mark.parametrize("name", ["docker-compose.yml", "Dockerfile", "docs/operations.md", ".env.example"])
def test_every_setting_that_is_named_is_one(name: str) -> None:
    named = set(re.findall(r"\bTELLER_[A-Z0-9_]+", (PROJECT / name).read_text()))
    assert named
    assert named <= set(known_names())


def command_lines() -> Iterator[list[str]]:
    """The image's own command, and that of every service made of it."""
    for text in re.findall(r"^CMD (\[.*\])$", IMAGE, re.MULTILINE):
        yield yaml.safe_load(text)
    for service in OURS.values():
        yield service["command"]


@pytest.mark.parametrize("line", [*command_lines()], ids=" ".join)
def test_every_command_line_of_the_image_is_one_of_teller(line: list[str]) -> None:
    assert 'ENTRYPOINT ["teller"]' in IMAGE
    parsed(line)


@pytest.mark.parametrize("line", [["run", "--role", "banker"], ["run", "--rolle", "all"]], ids=" ".join)
def test_a_command_line_that_is_none_would_be_noticed(line: list[str]) -> None:
    with pytest.raises(typer.TyperException):
        parsed(line)


def parsed(line: list[str]) -> None:
    """Read the line as the command would, and run nothing."""
    module, attribute = COMMANDS[line[0]][0].split(":")
    single = typer.Typer(add_completion=False)
    single.command(line[0])(getattr(importlib.import_module(module), attribute))
    typer.main.get_command(single).make_context(line[0], line[1:]).close()


def test_operations_names_only_commands_that_exist() -> None:
    page = (PROJECT / "docs/operations.md").read_text()
    code = "\n".join(re.findall(r"```\n(.*?)```", page, re.DOTALL) + re.findall(r"`([^`\n]+)`", page))
    named = set(re.findall(r"\bteller ((?!teller\b)[a-z]+)", code))
    assert {"operations", "doctor"} <= named
    assert named <= COMMANDS.keys()


def test_no_secret_stands_in_the_compose_file_or_the_image() -> None:
    secret = {env_name(path) for path, _ in every_secret(Settings())}
    secret |= {name for name in known_names() if name.endswith(("SECRETS", "SECRET", "TOKEN", "TOKENS", "KEY", "KEYS"))}
    given = {name for service in SERVICES.values() for name in service.get("environment", {})}
    assert given & secret <= ADDRESSES
    assert not any(name in IMAGE for name in secret)
    assert all("@" not in in_sandbox()[name] or re.search(r"//\w+@", in_sandbox()[name]) for name in ADDRESSES)
    for service in SERVICES.values():
        for name, text in service.get("environment", {}).items():
            if "PASSWORD" in name and not name.endswith("_FILE"):
                assert re.fullmatch(r"\$\{\w+:-\}", text), f"{name} has a value here"


def test_without_a_profile_there_are_postgres_redis_and_teller() -> None:
    assert {name for name, service in SERVICES.items() if "profiles" not in service} == {
        "teller", "postgres", "redis", "password",
    }  # fmt: skip


def test_the_profile_of_roles_has_each_role_once_and_each_finds_the_others() -> None:
    apart = {name: service for name, service in SERVICES.items() if service.get("profiles") == ["roles"]}
    assert {name: service["command"] for name, service in apart.items()} == {
        role.value: ["run", "--role", role.value] for role in Role if role is not Role.ALL
    }
    for service in apart.values():
        assert service["environment"]["TELLER_MODE"] == "sandbox"  # its world is the sandbox's, whatever .env says
        for host, port in re.findall(r"http://([a-z-]+):(\d+)", str(service["environment"])):
            assert SERVICES[host]["environment"]["TELLER_HTTP__PORT"] == port
    for name in ("webhooks", "sandbox", "keycloak"):  # a browser and a container reach them by the same address
        service = SERVICES[name]
        (alias,) = service["networks"]["inside"]["aliases"]
        port = service["ports"][0].rpartition(":")[2]
        assert f"http://{alias}:{port}" in service["environment"].values()
        assert service.get("stop_grace_period", "60s") == "60s"


@pytest.fixture
def of_compose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, text in in_sandbox().items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("TELLER_DATA_DIR", str(tmp_path))


@pytest.mark.usefixtures("of_compose")
def test_without_an_env_file_teller_is_a_sandbox_with_secrets_of_its_own() -> None:
    settings = load_settings(env_file=None)
    assert settings.is_sandbox
    assert settings.vault.keys
    assert settings.http.public_url == "http://127.0.0.1:8080"


@pytest.mark.usefixtures("of_compose")
def test_what_makes_the_sandbox_does_not_do_for_production(monkeypatch: pytest.MonkeyPatch) -> None:
    load_settings(env_file=None)  # its secrets are in the data folder by now
    monkeypatch.setenv("TELLER_MODE", "production")
    with pytest.raises(SettingsWrong) as wrong:
        load_settings(env_file=None)
    assert {"TELLER_VAULT__KEYS", "TELLER_JWT__KEYS", "TELLER_AUDIT__KEY", "TELLER_HTTP__PUBLIC_URL"} <= {
        problem.split()[0] for problem in wrong.value.problems
    }


def test_what_is_published_is_published_on_this_machine_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.pop("teller") == ["127.0.0.1:8080:8080"]
    assert published == {
        "webhooks": ["127.0.0.1:8081:8081"],
        "sandbox": ["127.0.0.1:8080:8080"],  # in place of teller
        "keycloak": ["127.0.0.1:8180:8180"],
    }
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert all(SERVICES[name]["networks"] == ["inside"] for name in ("postgres", "redis", "rasa"))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_limits_and_no_privileges(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert not {"privileged", "pid", "ipc", "devices"} & service.keys()
    assert {"cpus", "memory", "pids"} <= service["deploy"]["resources"]["limits"].keys()
    if name == "password":  # it gives two files away, reaches no network and ends
        assert (service["network_mode"], service["restart"], service["cap_add"]) == ("none", "no", ["CHOWN"])
    else:
        assert service["user"] not in ("root", "0")
        assert service["restart"] == "unless-stopped"
        assert "cap_add" not in service
        assert "healthcheck" in service


def test_the_image_is_made_by_the_uv_of_the_project_and_keeps_nothing_of_it() -> None:
    pinned = re.search(r"^UV=(\S+)$", (PROJECT / "tools/prepare").read_text(), re.MULTILINE)
    assert pinned is not None
    assert f"ARG UV={pinned[1]}\n" in IMAGE
    _, last = IMAGE.rsplit("\nFROM ", 1)
    assert re.findall(r"^COPY .*$", last, re.MULTILINE) == ["COPY --from=build /app /app"]
    assert "\nUSER teller\n" in last


def test_the_image_holds_every_package_of_ours_and_only_what_is_let_in() -> None:
    copied = {word for line in re.findall(r"^COPY (?!--)(.*) \S+$", IMAGE, re.MULTILINE) for word in line.split()}
    let_in = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = set(re.findall(r'"(\w+)"', re.search(r"^packages = \[(.*)\]$", _pyproject(), re.MULTILINE)[1]))  # type: ignore[index]
    assert copied == let_in
    assert packages <= copied
    assert all((PROJECT / name).exists() for name in copied)


def _pyproject() -> str:
    return (PROJECT / "pyproject.toml").read_text()


def test_rasa_is_made_apart_from_its_own_lock_and_serves_only_who_has_the_secret() -> None:
    service, image = SERVICES["rasa"], (MODEL / "Dockerfile").read_text()
    assert service["profiles"] == ["rasa"]
    assert service["environment"] == {"RASA_JWT": "${TELLER_NLU__TOKEN:-}"}
    assert service["build"]["additional_contexts"] == {"teller": "service:teller"}
    assert "FROM teller AS examples\n" in image
    assert "uv sync --locked" in image
    _, last = image.rsplit("\nFROM ", 1)
    assert last.startswith("python:3.10-slim\n")
    assert "\nUSER rasa\n" in last
    let_in = {line[1:] for line in (MODEL / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {word for line in re.findall(r"^COPY (?!--)(.*) \S+$", image, re.MULTILINE) for word in line.split()}
    assert copied == let_in
    assert all((MODEL / name).exists() for name in copied)
    assert f"ARG UV={re.search(r'^ARG UV=(.*)$', IMAGE, re.MULTILINE)[1]}\n" in image  # type: ignore[index]


@pytest.mark.parametrize("secret", [None, "", "short"])
def test_rasa_is_not_served_without_a_secret(secret: str | None, tmp_path: Path) -> None:
    """The script with a Rasa that only says what it was called with."""
    (tmp_path / "rasa").mkdir()
    (tmp_path / "rasa" / "__main__.py").write_text("import sys\ndef main(): print(sys.argv)\n")
    (tmp_path / "rasa" / "__init__.py").write_text("")
    environment = {"PYTHONPATH": str(tmp_path)}

    def served(given: dict[str, str]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(MODEL / "serve.py"), "--port", "5005"]
        return subprocess.run(command, capture_output=True, text=True, env=environment | given, check=False)

    refused = served({} if secret is None else {"RASA_JWT": secret})
    assert refused.returncode == 1
    assert "TELLER_NLU__TOKEN" in refused.stderr
    taken = served({"RASA_JWT": "a secret of 16 characters or more"})
    assert "'--jwt-secret', 'a secret of 16 characters or more'" in taken.stdout
    assert "'--port', '5005'" in taken.stdout


def test_the_lock_of_rasa_pins_it_and_names_public_hosts_only() -> None:
    lock = (MODEL / "uv.lock").read_text()
    assert 'name = "rasa"\nversion = "3.6.21"' in lock
    assert set(re.findall(r"https?://([^/\"]+)", lock)) == {"pypi.org", "files.pythonhosted.org"}
    assert '"rasa==3.6.21"' in (MODEL / "pyproject.toml").read_text()


def test_the_database_password_is_made_once_and_each_copy_is_for_its_reader(tmp_path: Path) -> None:
    (keys := tmp_path / "keys").mkdir()
    (chown := tmp_path / "chown").write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/given"\n')
    chown.chmod(0o755)
    script = SERVICES["password"]["command"][0].replace("$$", "$").replace("/keys", str(keys))
    command = [*SERVICES["password"]["entrypoint"], script]
    for _ in range(2):
        subprocess.run(command, check=True, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    password, pgpass = (keys / "postgres").read_text().strip(), (keys / "pgpass").read_text()
    assert re.fullmatch(r"[\w-]{32}", password)
    assert pgpass == f"postgres:5432:teller:teller:{password}\n"
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys.iterdir()} == {0o400}
    assert (tmp_path / "given").read_text().split() == ["10001", f"{keys}/new-pgpass", "999", f"{keys}/new"]
    assert "--uid 10001 " in IMAGE

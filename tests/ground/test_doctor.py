"""The doctor names what is wrong and how to mend it."""

import socket
import threading
import time
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.doctor import Finding, examine, pictures
from bot.look import routes
from bot.settings import Settings


def found() -> dict[str, Finding]:
    return {finding.about: finding for finding in examine()}


def test_a_sound_installation_is_well(settings: Settings) -> None:
    assert settings.is_sandbox
    findings = found()
    assert all(finding.is_well for finding in findings.values())
    ours = {"Python", "settings", "data folder", "disk", "secrets", "pictures", "port", "clock", "vault keys"}
    world = {"telegram", "viber", "whatsapp", "messenger", "core"}
    assert set(findings) == ours | world | {"Postgres", "Redis", "understanding", "messages", "payments"}


def test_without_what_draws_from_the_right_it_is_well_and_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("PIL.features.check", lambda name: name != "raqm")
    finding = pictures(settings)
    assert finding.is_well
    assert "libfribidi0" in finding.said


def test_what_is_wrong_comes_with_its_mending(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secrets.json").chmod(0o644)
    monkeypatch.setenv("TELLER_DATABASE_URL", "postgresql://nobody:hunter2@127.0.0.1:1/none")
    monkeypatch.setenv("TELLER_REDIS_URL", "redis://127.0.0.1:1/0")
    with socket.socket() as taken:
        taken.bind((settings.http.host, settings.http.port))
        taken.listen()
        ill = {about: finding for about, finding in found().items() if not finding.is_well}
    assert set(ill) == {"secrets", "port", "Postgres", "Redis"}
    assert ill["secrets"].mend.startswith("chmod 600")
    assert f"TELLER_HTTP__PORT={settings.http.port + 1}" in ill["port"].mend
    assert "hunter2" not in str(ill)


def test_a_port_where_teller_itself_answers_is_well(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes(None)), log_level="error", port=0))
    running = threading.Thread(target=server.run)
    running.start()
    while not server.started:
        time.sleep(0.01)
    monkeypatch.setenv("TELLER_HTTP__PORT", str(server.servers[0].sockets[0].getsockname()[1]))
    try:
        assert found()["port"].is_well
        assert "Teller is running at" in found()["port"].said
    finally:
        server.should_exit = True
        running.join()


def test_wrong_settings_are_all_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TELLER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TELLER_MODE", "production")
    assert len([finding for finding in examine() if not finding.is_well]) > 10

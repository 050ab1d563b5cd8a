"""Sandbox mode as staff have it: a running Teller, a folder of flows in an editor, a phone beside it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from version_rig import LONGER, LONGER_TESTS, MEMO, content, write

from bot.settings import load_settings
from bot.tokens import Tokens

PATIENCE_S = 60.0
LOOK_S = 0.05


@dataclass
class Running:
    """A running Teller, its folder of flows and a chat with it."""

    folder: Path
    log: Path
    http: httpx.Client
    environment: dict[str, str]
    chat: str = ""

    def state(self) -> dict[str, Any]:
        """What the page of phones shows."""
        found: dict[str, Any] = self.http.get("/sandbox/flows/problems").raise_for_status().json()
        return found

    def save(self, memo: str, **others: str) -> None:
        """Save the flow in the editor."""
        write(self.folder, content(memo, **others))

    def until(self, holds: Callable[[], Any]) -> Any:
        """Wait until something holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := holds()):
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(LOOK_S)
        return found

    def said(self) -> list[str]:
        messages = self.http.get(self.chat).json()["messages"]
        return [message["text"] for message in messages if message["from"] == "bot"]

    def write(self, text: str) -> str:
        """Say something; the bot's next message."""
        before = len(self.said())
        self.http.post(self.chat, json={"text": text}).raise_for_status()
        self.until(lambda: len(self.said()) > before)
        return self.said()[-1]

    def meet(self) -> None:
        """A new person with a chat."""
        body = {"first_name": "Anna", "last_name": "Koval", "phone": "+380501112233", "language": "en"}
        person = self.http.post("/sandbox/phones/people", json=body).raise_for_status().json()["id"]
        bot = self.until(lambda: self._bot())
        self.chat = f"/sandbox/phones/telegram/{person}/{bot}/messages"
        self.http.post(self.chat, json={"start": ""})
        self.until(self.said)

    def _bot(self) -> str | None:
        bots = self.http.get("/sandbox/phones/telegram/bots").json()["bots"]
        return next((bot["id"] for bot in bots if bot["connected"]), None)

    def token(self, who: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        """The header of a member of staff."""
        monkeypatch.setenv("TELLER_DATA_DIR", self.environment["TELLER_DATA_DIR"])
        keys = [key.get_secret_value() for key in load_settings(env_file=None).jwt.keys]
        return {"Authorization": f"Bearer {Tokens(keys).issue('staff', who)}"}


def free_port() -> int:
    """A port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def teller(database: str, tmp_path: Path) -> Iterator[Running]:
    folder, port = write(tmp_path / "content", content()), free_port()
    environment = os.environ | {
        "TELLER_DATA_DIR": str(tmp_path / "data"),
        "TELLER_DATABASE_URL": database,
        "TELLER_HTTP__PORT": str(port),
        "TELLER_FLOWS__FOLDER": str(folder),
    }
    log = tmp_path / "teller.log"
    with log.open("wb") as out, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        process = subprocess.Popen([sys.executable, "-m", "bot.cli", "run"], env=environment, stdout=out, stderr=out)
        running = Running(folder, log, client, environment)
        try:
            running.until(lambda: process.poll() is not None or _answers(client))
            running.meet()
            yield running
        finally:
            process.kill()
            process.wait()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").is_success
    except httpx.TransportError:
        return False


def test_saving_a_file_changes_what_the_bot_says_and_a_broken_one_changes_nothing(
    teller: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert teller.state() == {"version": 1, "trouble": "", "problems": []}
    assert teller.write("/memo") == "What shall I note?"

    # a wording fix reaches the question that is open
    teller.save(MEMO.replace("Noted: {note}", "I have written down: {note}"))
    teller.until(lambda: teller.state()["version"] == 2)
    assert teller.write("milk") == "I have written down: milk"

    # a broken file: the terminal and the page say what is wrong, the bot goes on
    teller.save(MEMO.replace("say: done", "say: dnoe"))
    state = teller.until(lambda: found if (found := teller.state())["trouble"] else None)
    assert state["version"] == 2
    first = state["problems"][0]
    assert (first["file"], first["line"], first["col"], first["code"]) == ("flows/memo.flow.yml", 13, 10, "E220")
    printed = teller.log.read_text()
    assert "flows/memo.flow.yml:13:10: error E220" in printed
    assert "Version 2 goes on serving." in printed
    assert teller.write("/memo") == "What shall I note?"

    # mended, with another step: the open question finishes as it began, the next one has it
    teller.save(LONGER, **{"tests/memo.test.yml": LONGER_TESTS})
    teller.until(lambda: teller.state()["version"] == 3)
    teller.until(lambda: teller.state()["trouble"] == "")
    assert teller.write("bread") == "I have written down: bread"
    assert teller.write("/memo") == "What shall I note?"
    assert teller.write("bread") == "For which day?"

    # going back over the API, as a member of staff
    staff = teller.token("carol", monkeypatch)
    assert teller.http.post("/api/v1/flows/rollback", json={"why": "too long"}).status_code == 401
    answer = teller.http.post("/api/v1/flows/rollback", json={"why": "too long"}, headers=staff)
    assert answer.json() == {"live": 2}
    assert teller.write("Monday") == "Noted: bread"  # what had begun finishes
    teller.until(lambda: teller.state()["version"] == 2)
    teller.write("/memo")
    assert teller.write("butter") == "I have written down: butter"
    _the_audit_tells_all(teller, staff)


def _the_audit_tells_all(teller: Running, staff: dict[str, str]) -> None:
    events = teller.http.get("/api/v1/flows/events", headers=staff).json()
    assert events["damage"] == []
    told = [(event["what"], event["version"], event["who"], event["rule"]) for event in events["events"][:3]]
    assert told == [
        ("rolled_back", 2, "carol", "people"),
        ("published", 3, "sandbox", "sandbox"),
        ("drafted", 3, "sandbox", "people"),
    ]  # fmt: skip
    problems = teller.http.get("/api/v1/flows/problems", headers=staff).json()
    assert (problems["version"], problems["problems"]) == (2, [])

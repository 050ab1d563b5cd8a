"""A chat goes to people and comes back, on a real database and through the API that colleagues use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from turn_rig import Decided, Recorder, Worker, rows, working

from bot import people_api
from bot.keyring import Keyring
from bot.people import masked
from flows.engine import Outcome, advance
from flows.events import Event
from flows.facts import Facts, Needs
from flows.loader import load_brand, load_library
from flows.ports import Principal, Unauthorized
from flows.session import Session

ROOT = Path(__file__).parents[2]
FLOW = """
dsl: "1"
flow: count
title: Count
owner: a@b.example
starts_on: {commands: [/count]}
requires: {auth: guest}
steps:
  - {collect: many, ask: ask}
  - {say: got}
responses:
  ask: {en: "How many?", uk: "Скільки?"}
  got: {en: "Got {many}.", uk: "Є {many}."}
"""


class Verifier:
    """Knows one colleague and one service."""

    def verify(self, token: str) -> Principal:
        roles = {"colleague": {"staff"}, "machine": {"service"}}
        if token not in roles:
            raise Unauthorized("no")
        return Principal(token, frozenset(roles[token]))


class Chat:
    """A customer, and a colleague at the API."""

    def __init__(self, worker: Worker) -> None:
        self.worker, self.count = worker, 0
        app = people_api.build(worker.desk, worker.turns, Verifier())
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot")

    async def write(self, text: str) -> None:
        self.count += 1
        await self.worker.post_update(self.count, text)
        await self.worker.quiet()

    async def ask(self, method: str, path: str = "", token: str = "colleague") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self.http.request(method, f"{people_api.PREFIX}{path}", headers=headers)
        await self.worker.quiet()
        return answer


@pytest.fixture
async def chat(database: str, keyring: Keyring, recorder: Recorder, tmp_path: Path) -> AsyncIterator[Chat]:
    (tmp_path / "flows").mkdir()
    (tmp_path / "slots.yml").write_text('dsl: "1"\nslots:\n  many: {type: integer}\n')
    (tmp_path / "system.yml").write_text((ROOT / "flows" / "content" / "system.yml").read_text())
    (tmp_path / "flows" / "count.flow.yml").write_text(FLOW)
    library = load_library(tmp_path, load_brand(ROOT / "core_adapters/internal/sandbox/brand.yml")).library
    assert library is not None

    def talk(session: Session, event: Event, facts: Facts) -> Decided | Needs:
        outcome = advance(library, session, event, facts, b"k" * 32, None)
        return Decided(outcome.session, outcome.effects) if isinstance(outcome, Outcome) else outcome

    async with _talking(database, keyring, recorder, talk) as worker:
        yield Chat(worker)


@asynccontextmanager
async def _talking(database: str, keyring: Keyring, recorder: Recorder, talk: object) -> AsyncIterator[Worker]:
    async with working(database, keyring, recorder, advance=talk) as worker:
        yield worker


async def test_a_colleague_sees_the_question_and_the_last_turns_masked_and_gives_the_chat_back(
    chat: Chat, recorder: Recorder, database: str
) -> None:
    await chat.write("/count")
    for words in ("call me at 050 111 22 33", "or anna@example.com", "and now?"):
        await chat.write(words)
    (waiting,) = (await chat.ask("GET")).json()
    assert (waiting["title"], waiting["question"]) == ("Count", "Скільки?")
    said = [(line["who"], line["text"]) for line in waiting["transcript"]]
    assert ("customer", "call me at •••") in said
    assert ("customer", "or •••") in said
    assert said[0] == ("customer", "/count")
    assert said[1] == ("bot", "Скільки?")
    assert b"anna" not in b"".join(bytes(row[0]) for row in await rows(database, "select body from bot.handoff"))  # type: ignore[call-overload]

    await chat.write("is anybody there")
    silent = len(recorder.calls)
    assert (await chat.ask("POST", f"/{waiting['id']}/close")).status_code == 204
    assert [text for text in recorder.texts()[silent:] if "Count" in text]
    assert (await chat.ask("GET")).json() == []
    await chat.write("так")
    await chat.write("7")
    assert recorder.texts()[-1] == "Є 7."


async def test_a_chat_is_given_back_once(chat: Chat, recorder: Recorder) -> None:
    await chat.write("/count")
    for _ in range(3):
        await chat.write("what")
    (waiting,) = (await chat.ask("GET")).json()
    statuses = [(await chat.ask("POST", f"/{waiting['id']}/close")).status_code for _ in range(2)]
    assert statuses == [204, 404]


async def test_only_staff_may_look(chat: Chat) -> None:
    assert (await chat.ask("GET", token="nobody")).status_code == 401
    assert (await chat.ask("GET", token="machine")).status_code == 403


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("send 1250.50", "send 1250.50"),
        ("code 123456", "code •••"),
        ("+38 (050) 111-22-33", "•••"),
        ("[card •1111]", "[card •1111]"),
    ],
)
def test_what_is_private_is_masked_and_amounts_are_not(text: str, shown: str) -> None:
    assert masked(text) == shown

"""A content folder of two small flows, a desk over a real database, and people who write, approve and publish."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from bot.versions.desk import Desk
from bot.versions.live import Live
from bot.versions.store import VersionStore
from core_adapters import brands
from flows.effects import Send
from flows.engine import Outcome, advance
from flows.facts import Fact, Need
from flows.messages import EventType, InboundEvent, Sender, Text
from flows.session import Session

BRAND = brands.load("sandbox").for_flows()
CONVERSATION = UUID("01980000-0000-7000-8000-000000000001")
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KEY = b"a key of the audit, long enough for this"

SLOTS = """
dsl: "1"
slots:
  note: {type: text, max_length: 40}
  day:  {type: text, max_length: 40}
"""
SYSTEM = """
dsl: "1"
responses:
  welcome: {en: Good day., uk: Добрий день.}
  menu:
    en: Choose.
    uk: Оберіть.
    buttons:
      - {en: Write a note, uk: Написати нотатку, flow: memo}
      - {en: Say hello, uk: Привітатися, flow: hello}
  apology:
    en: I have lost my way.
    uk: Сталася плутанина.
  flow_unavailable:
    en: “{flow}” is not available.
    uk: «{flow}» недоступно.
  ask_to_continue:
    en: Go on with “{flow}”?
    uk: Продовжити «{flow}»?
  confirm_expired: {en: Once more., uk: Ще раз.}
  label_yes: {en: "Yes", uk: Так}
  label_no: {en: "No", uk: Ні}
  cancelled: {en: Stopped., uk: Зупинено.}
  stale_button: {en: That is over., uk: Це минуло.}
  label_continue: {en: Continue, uk: Продовжити}
  label_start_over: {en: Start over, uk: Спочатку}
"""
MEMO = """
dsl: "1"
flow: memo
title: A note
starts_on:
  commands: [/memo]
settings: {when_published: finish_on_old}
steps:
  - id: ask_note
    collect: note
    ask: ask_note
  - id: done
    say: done
    next: END
responses:
  ask_note:
    en: What shall I note?
    uk: Що занотувати?
  done:
    en: "Noted: {note}"
    uk: "Занотовано: {note}"
"""
HELLO = """
dsl: "1"
flow: hello
title: A greeting
starts_on:
  commands: [/hello]
steps:
  - say: greeting
    next: END
responses:
  greeting:
    en: Good day.
    uk: Добрий день.
"""
TESTS = """
dsl: "1"
tests_for: memo
fixtures:
  anna: {auth: guest, locale: en, channel: telegram}
tests:
  - test: a note is kept
    with: anna
    turns:
      - user: /memo
        expect: [{asks: note}]
      - user: milk
        expect: [{bot: done}, {flow_completed: memo}]
"""
CONTENT = {
    "slots.yml": SLOTS,
    "system.yml": SYSTEM,
    "flows/memo.flow.yml": MEMO,
    "flows/hello.flow.yml": HELLO,
    "tests/memo.test.yml": TESTS,
}
# The same flow with a second question, so that its logic is another.
LONGER = MEMO.replace("  - id: done\n", "  - id: ask_day\n    collect: day\n    ask: ask_day\n  - id: done\n").replace(
    "responses:\n", "responses:\n  ask_day:\n    en: For which day?\n    uk: На який день?\n"
)
LONGER_TESTS = TESTS.replace(
    "      - user: milk\n", "      - user: milk\n        expect: [{asks: day}]\n      - user: Monday\n"
)


def content(memo: str = MEMO, tests: str = TESTS, **others: str) -> dict[str, str]:
    """The files of a version."""
    return CONTENT | {"flows/memo.flow.yml": memo, "tests/memo.test.yml": tests} | others


def longer() -> dict[str, str]:
    """A version with other logic."""
    return content(LONGER, LONGER_TESTS)


def write(folder: Path, files: dict[str, str]) -> Path:
    """Save files as a content folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def store_at(dsn: str) -> VersionStore:
    """The tables of versions."""

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(dsn)

    return VersionStore(connect, KEY)


def desk_at(dsn: str, *, sandbox: bool = False) -> Desk:
    """The desk of a bank in production."""
    return Desk(store_at(dsn), BRAND, sandbox=sandbox)


async def published(desk: Desk, files: dict[str, str]) -> int:
    """A version that Anna wrote, Bob approved and Anna published."""
    number, proof = await desk.draft(files, "anna", "a change")
    assert proof.clean, proof.problems
    digest = (await desk.book()).head(number).hash
    await desk.approve(number, digest, "bob", "I have read it", ticked=True)
    await desk.publish(number, "anna", "now")
    return number


class Talk:
    """One conversation over the live content, stored as bytes between turns, as the turn does it."""

    def __init__(self, live: Live, session: bytes = b"") -> None:
        self.live = live
        self.stored = session or Session.new(CONVERSATION, "telegram", "chat-1", "en").to_json()
        self.count = 0

    @property
    def session(self) -> Session:
        return Session.from_json(self.stored)

    async def write(self, text: str) -> str:
        """Say something; what the bot says to it."""
        self.count += 1
        now = START + timedelta(seconds=self.count)
        event = InboundEvent(
            id=uuid4(), channel="telegram", account="bot", dedupe_key=str(self.count), type=EventType.MESSAGE,
            conversation=CONVERSATION, address="chat-1", sender=Sender("u1"), occurred_at=now, received_at=now,
            message_id=f"m{self.count}", content=Text(text),
        )  # fmt: skip
        placed = self.live.place(self.session)
        if placed is None:
            await self.live.fetch(self.session.version)
            placed = self.live.place(self.session)
        assert placed is not None
        facts: dict[Need, Fact] = {}
        while not isinstance(outcome := advance(*placed, event, facts, KEY), Outcome):
            facts |= {need: {"ranking": [], "degraded": False} if need.kind == "nlu" else {} for need in outcome.needs}
        self.stored = outcome.session.to_json()
        return "\n".join(effect.message.text for effect in outcome.effects if isinstance(effect, Send))


async def opened(dsn: str) -> Live:
    """The live content of a process in production."""
    live = Live(store_at(dsn), BRAND, sandbox=False)
    await live.open()
    return live

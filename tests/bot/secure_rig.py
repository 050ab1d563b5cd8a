"""A chat beside the one-time pages, on a real database: what is asked for there comes back as an answer here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

import httpx
from starlette.applications import Starlette
from turn_rig import FACE, Decided, Recorder, Vault, Worker, working

from bot import secure
from bot.keyring import Keyring
from flows.engine import Outcome, advance
from flows.events import Event
from flows.facts import Facts, Needs
from flows.loader import load_brand, load_library
from flows.model import Library
from flows.session import Session

ROOT = Path(__file__).parents[2]
PUBLIC = "https://bank.example"
NUMBER = "4111 1111 1111 1111"
SLOTS = """
dsl: "1"
slots:
  to_card: {type: card_number, from_entity: card_number, mask: true, retain: flow}
  tax_id:  {type: text, pattern: "[0-9]{10}", mask: true, retain: flow}
  passport_photo: {type: attachment, kinds: [image], max_mb: 10, retain: flow}
"""
FLOW = """
dsl: "1"
flow: pay
title: Pay
owner: a@b.example
starts_on: {commands: [/pay]}
requires: {auth: guest}
steps:
  - {collect: to_card, ask: ask_card}
  - {collect: tax_id, ask: ask_tax}
  - {say: got}
responses:
  ask_card: {en: "Whose card is it?", uk: "Чия це картка?"}
  ask_tax: {en: "Your tax number?", uk: "Ваш податковий номер?"}
  got: {en: "Got {to_card} and {tax_id}.", uk: "Є {to_card} і {tax_id}."}
"""


PHOTO_FLOW = """
dsl: "1"
flow: show
title: Show
owner: a@b.example
starts_on: {commands: [/show]}
requires: {auth: guest}
steps:
  - {collect: passport_photo, ask: ask_photo}
  - {say: got_photo}
responses:
  ask_photo: {en: "A photo of your passport, please.", uk: "Фото паспорта, будь ласка."}
  got_photo: {en: "Got the photo.", uk: "Фото є."}
"""


def library(folder: Path) -> Library:
    """Two flows that ask for what a channel may not take."""
    (folder / "flows").mkdir()
    (folder / "slots.yml").write_text(dedent(SLOTS))
    (folder / "system.yml").write_text((ROOT / "flows" / "content" / "system.yml").read_text())
    for name, flow in (("pay", FLOW), ("show", PHOTO_FLOW)):
        (folder / "flows" / f"{name}.flow.yml").write_text(flow)
    loaded = load_library(folder, load_brand(ROOT / "core_adapters" / "internal" / "sandbox" / "brand.yml"))
    assert loaded.library is not None, loaded.problems
    return loaded.library


class Chat:
    """A customer of a channel that may take no card number, with the pages beside the chat."""

    def __init__(self, worker: Worker, recorder: Recorder) -> None:
        self.worker, self.recorder, self.count = worker, recorder, 0

    async def write(self, text: str) -> None:
        self.count += 1
        assert await self.worker.post_update(self.count, text) == 200
        await self.worker.quiet()

    @property
    def link(self) -> str:
        """The path of the page whose link came last."""
        links = [call["link"] for call in self.recorder.calls if "link" in call]
        assert links[-1].startswith(f"{PUBLIC}/secure/")
        return links[-1].removeprefix(PUBLIC)

    async def open(self, path: str = "") -> httpx.Response:
        return await self.worker.http.get(path or self.link)

    async def fill_in(self, value: str, path: str = "") -> httpx.Response:
        answer = await self.worker.http.post(path or self.link, data={"value": value})
        await self.worker.quiet()
        return answer

    @property
    def last(self) -> str:
        return self.recorder.texts()[-1].replace("\u00a0", " ")


@asynccontextmanager
async def chatting(
    database: str, keyring: Keyring, recorder: Recorder, content: Library, late: timedelta = timedelta()
) -> AsyncIterator[Chat]:
    def talk(session: Session, event: Event, facts: Facts) -> Decided | Needs:
        outcome = advance(content, session, event, facts, b"k" * 32, worker.post.capabilities)
        return Decided(outcome.session, outcome.effects) if isinstance(outcome, Outcome) else outcome

    async with working(database, keyring, recorder, advance=talk, pages_at=PUBLIC) as worker:
        if late:
            app = Starlette(
                routes=secure.routes(worker.forms, Vault(), worker.turns, FACE, lambda: datetime.now(UTC) + late)
            )
            worker.http = _joined(worker.http, app)
        yield Chat(worker, recorder)


def _joined(webhooks: httpx.AsyncClient, pages: Starlette) -> httpx.AsyncClient:
    """A client whose pages live in the future."""
    mounts = {"all://late": httpx.ASGITransport(pages)}
    return httpx.AsyncClient(transport=webhooks._transport, mounts=mounts, base_url="http://bot")

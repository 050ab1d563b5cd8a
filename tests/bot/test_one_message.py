"""A message runs downhill through the files that docs/one-message.md names, in that order."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType

import httpx
import uvicorn

from bot.compose import process
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0  # a busy machine trains the model beside the start
TRAINING_S = 120.0
SETTLE_S = 0.5  # the record of the first answer is written after it is seen


def the_path() -> list[str]:
    """The files in the order of the page's closing comment."""
    comment = (ROOT / "docs/one-message.md").read_text().rpartition("<!--")[2]
    return [line for line in comment.splitlines() if line.endswith(".py") and " " not in line]


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The whole of Teller in this process, behind its own port."""
    async with process(settings, "all") as up:
        config = uvicorn.Config(up.app, port=settings.http.port, lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.01)
        await up.when_up()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.http.port}", timeout=10) as client:
            yield client
        server.should_exit = True
        await serving


async def a_chat(client: httpx.AsyncClient) -> str:
    """Where a new person's chat with the bot is, in the sandbox's telephones."""
    body = {"first_name": "Anna", "last_name": "Koval", "phone": "+380501112233", "language": "en"}
    person = (await client.post("/sandbox/phones/people", json=body)).raise_for_status().json()["id"]
    async with asyncio.timeout(PATIENCE_S):
        while True:
            bots = (await client.get("/sandbox/phones/telegram/bots")).json()["bots"]
            if connected := [bot["id"] for bot in bots if bot["connected"]]:
                return f"/sandbox/phones/telegram/{person}/{connected[0]}/messages"
            await asyncio.sleep(0.05)


async def understood(settings: Settings) -> None:
    """Wait until the first start has trained its model."""
    async with asyncio.timeout(TRAINING_S):
        while not [*(settings.data_dir / "nlu").glob("*.npz")]:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.1)


async def said(client: httpx.AsyncClient, chat: str, count: int) -> list[str]:
    """What the bot has written, once it is so many messages."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            messages = (await client.get(chat)).json()["messages"]
            texts = [message["text"] for message in messages if message["from"] == "bot"]
            if len(texts) >= count:
                return texts
            await asyncio.sleep(0.05)


async def test_one_message(settings: Settings) -> None:
    wanted, walked = the_path(), []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (name := frame.f_code.co_filename).startswith(str(ROOT)):
            file = name[len(str(ROOT)) + 1 :]
            begun = bool(walked) or file == wanted[0]
            if begun and file in wanted and file not in walked:
                walked.append(file)

    async with running(settings) as client:
        chat = await a_chat(client)
        await client.post(chat, json={"start": ""})
        await said(client, chat, 1)
        await understood(settings)
        await asyncio.sleep(SETTLE_S)
        sys.setprofile(note)
        try:
            await client.post(chat, json={"text": "send 50 to 4111 1111 1111 1111"})
            answers = await said(client, chat, 4)
        finally:
            sys.setprofile(None)

    assert "share your own phone number" in " ".join(answers)
    assert walked == wanted

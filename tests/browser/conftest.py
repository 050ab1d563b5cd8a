"""A browser that looks at the page of phones, with a Telegram bot that has called."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from page_world import CHROMIUM, FLAGS, WIDE, Account, Seen, served
from playwright.async_api import async_playwright, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.app import build


@pytest.fixture
async def seen(tmp_path: Path) -> AsyncIterator[Seen]:
    sandbox = build(tmp_path, "http://127.0.0.1", "core-token", "sms-token")
    account = Account()
    app = Starlette(routes=[Mount("/sandbox", app=sandbox), *account.routes()])
    async with (
        sandbox.router.lifespan_context(sandbox),
        served(app) as root,
        httpx.AsyncClient(base_url=root) as http,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split(" "))
        page = await browser.new_page(viewport=WIDE, base_url=root)  # type: ignore[arg-type]
        found = Seen(page, http, root, account)
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and found.complaints.append(said.text))
        await found.call("getMe")
        await page.goto("/sandbox/")
        await expect(page.get_by_text("Press Start to begin.")).to_be_visible()
        yield found
        assert found.complaints == []
        await browser.close()

"""Files that come with a page that is shown once: what is on it as a PDF, and as a picture where people send it on.

They are inside the page, for there is no second request. What is not drawn in time is left out: the page has its words.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import httpx
import structlog

from core_adapters.pages.document import Paper

DRAWN_S = 3.0  # somebody looks at a page that has not come yet
BYTES_MAX = 4_000_000

log = structlog.get_logger("bot.secure")


@dataclass(frozen=True, slots=True)
class File:
    """A file to save; ``word`` is what its link says."""

    name: str
    mime: str
    word: Literal["save_pdf", "save_picture"]
    data: bytes = field(repr=False)


class Papers:
    """Draws by asking ImageAPI, in the bank's ``brand``."""

    def __init__(self, images: httpx.AsyncClient, brand: str) -> None:
        self._images, self._brand = images, brand

    async def drawn(self, paper: Paper, language: str) -> tuple[File, ...]:
        """What could be drawn of a page."""
        body = {"brand": self._brand, "locale": language, "values": paper.values}
        wanted = [self._pdf(paper, body)]
        if paper.as_picture:
            wanted.append(self._picture(paper, {**body, "format": "png"}))
        return tuple(file for file in await asyncio.gather(*wanted) if file is not None)

    async def _pdf(self, paper: Paper, body: Mapping[str, object]) -> File | None:
        data = await self._data(f"/api/v1/documents/{paper.template}", body)
        return File(f"{paper.name}.pdf", "application/pdf", "save_pdf", data) if data else None

    async def _picture(self, paper: Paper, body: Mapping[str, object]) -> File | None:
        data = await self._data(f"/api/v1/images/{paper.template}", body)
        return File(f"{paper.name}.png", "image/png", "save_picture", data) if data else None

    async def _data(self, path: str, body: Mapping[str, object]) -> bytes:
        """Nothing when it could not be drawn, took too long or is too large to stand in a page."""
        try:
            async with asyncio.timeout(DRAWN_S):
                answer = await self._images.post(path, json=body)
        except Exception as error:  # whatever is wrong with a file, the page is shown
            log.warning("page_file_not_drawn", path=path, error=type(error).__name__)
            return b""
        if answer.status_code != httpx.codes.OK or len(answer.content) > BYTES_MAX:
            log.warning("page_file_not_drawn", path=path, status=answer.status_code, size=len(answer.content))
            return b""
        return answer.content

"""The bank's one-time pages as core_adapters keeps them. Its address leaves this process as a hash only."""

from collections.abc import Mapping
from hashlib import sha256
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from core_adapters.api.pages import Seen, Shown
from core_adapters.pages.document import Document

Answer = TypeVar("Answer", bound=BaseModel)

TOKEN_CHARS = 43  # the addresses of slot pages are shorter


class BankDown(Exception):
    """core_adapters or the bank behind it did not answer. Nothing is used up."""


class BankPages:
    """Asks core_adapters; ``core`` carries its token. Every method raises BankDown."""

    def __init__(self, core: httpx.AsyncClient) -> None:
        self._core = core

    async def look(self, token: str) -> Seen | None:
        """A page, without spending it; None when there is none."""
        answer = await self._answer("GET", f"/{_place(token)}")
        return None if answer is None else _read(Seen, answer)

    async def show(self, token: str) -> Document | None:
        """What a page shows once; None when it was spent before or its time is over."""
        answer = await self._answer("POST", f"/{_place(token)}/shown")
        return None if answer is None else _read(Shown, answer).document

    async def _answer(self, method: str, path: str, body: Mapping[str, object] | None = None) -> bytes | None:
        try:
            response = await self._core.request(method, f"/api/v1/pages{path}", json=body)
        except httpx.HTTPError as error:
            raise BankDown(type(error).__name__) from None
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.status_code != httpx.codes.OK:
            raise BankDown(f"HTTP {response.status_code}")
        return response.content


def is_banks(token: str) -> bool:
    """Whether an address is one of the bank's pages, by its form."""
    return len(token) == TOKEN_CHARS


def _place(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _read(shape: type[Answer], answer: bytes) -> Answer:
    try:
        return shape.model_validate_json(answer)
    except ValidationError as problem:
        raise BankDown(f"an answer of another shape: {problem.error_count()}") from None

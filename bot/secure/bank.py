"""The bank's one-time pages as core_adapters keeps them. Its address leaves this process as a hash only."""

from collections.abc import Mapping
from hashlib import sha256
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from bot.secure import letters
from bot.secure.letters import NoLetter, Reader
from core_adapters.api.pages import HandedIn, Seen, Shown, Wrapping
from core_adapters.digits import CardDigits
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

    async def document(self, token: str) -> Document | None:
        """What a page shows once; None when it was spent before or its time is over."""
        shown = await self._shown(token, "")
        return None if shown is None else shown.document

    async def card_number(self, token: str) -> tuple[CardDigits, str] | None:
        """A card's number and its expiry, sealed by the bank to a key of this moment; None when it was spent before."""
        reader = Reader()
        shown = await self._shown(token, reader.key)
        if shown is None or not shown.letter:
            return None
        try:
            number, _, expires = reader.read(shown.letter, shown.bound).partition(" ")
        except NoLetter as problem:
            raise BankDown(str(problem)) from None
        return CardDigits(number), expires

    async def hand_in(self, token: str, secret: str) -> HandedIn:
        """Seal what was typed for the bank and hand it in, once; it leaves this process in no other form.

        An answer that did not come is ``unknown``: the page, looked at again, says what is known.
        """
        place = _place(token)
        answer = await self._answer("GET", f"/{place}/envelope")
        if answer is None:
            raise BankDown("the page has gone")
        wrapping = _read(Wrapping, answer)
        try:
            letter = letters.sealed(wrapping.key, secret, wrapping.bound)
        except NoLetter as problem:
            raise BankDown(str(problem)) from None
        try:
            response = await self._core.post(f"/api/v1/pages/{place}/typed", json={"letter": letter})
        except httpx.HTTPError:
            return HandedIn(outcome="unknown", tries_left=0)
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            raise BankDown("the bank did not answer, and the page is as it was")
        if response.status_code != httpx.codes.OK:
            return HandedIn(outcome="unknown", tries_left=0)
        return _read(HandedIn, response.content)

    async def _shown(self, token: str, key: str) -> Shown | None:
        answer = await self._answer("POST", f"/{_place(token)}/shown", {"key": key})
        return None if answer is None else _read(Shown, answer)

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

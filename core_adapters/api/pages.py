"""``/api/v1/pages/{place}``: the bank's one-time pages, for the process that shows them to people.

A page is named by the SHA-256 of its address, so that no address stands in anybody's log. What is typed on one comes
in a letter that only the bank can open, and a card's number leaves in one that only the asker can.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from core_adapters.api.security import caller
from core_adapters.api.shapes import Problem, Shape
from core_adapters.pages.counter import Counter, Looked, Outcome
from core_adapters.pages.document import Document
from core_adapters.pages.kinds import Kind
from flows.ports import Principal, TokenVerifier

Place = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Letter = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{40,4000}$")]
PublicKey = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{43})?$")]


class Seen(Shape):
    """What may be seen of a page without spending it; ``outcome`` is what became of what was typed on a used one."""

    kind: Kind
    state: Literal["open", "used", "expired"]
    outcome: Outcome
    locale: str
    about: str
    due_at: datetime

    @classmethod
    def of(cls, looked: Looked) -> "Seen":
        page, inside = looked.page, looked.page.inside
        return cls(
            kind=page.kind,
            state=looked.state,
            outcome=looked.outcome,
            locale=inside.locale,
            about=inside.about,
            due_at=page.due_at,
        )


class Wrapping(Shape):
    """The bank's public key (X25519), and what a letter sealed with it is bound to."""

    key: PublicKey
    bound: str


class Asking(Shape):
    """The public key to which a card's number is sealed; none for a page that shows a document."""

    key: PublicKey = ""


class Shown(Shape):
    """What a page shows once; neither when it was spent before, or its time is over."""

    document: Document | None
    letter: str
    bound: str


class HandingIn(Shape):
    """What was typed, in a letter to the bank."""

    letter: Letter


class HandedIn(Shape):
    """What became of it. ``unknown``: the bank has not answered yet; it is asked, and the chat will tell."""

    outcome: Outcome
    tries_left: int


def routes(counter: Counter, verifier: TokenVerifier) -> APIRouter:
    """The routes over one counter."""
    refusals: dict[int | str, dict[str, object]] = {code: {"model": Problem} for code in (401, 403, 404)}
    router = APIRouter(prefix="/api/v1/pages", tags=["pages"], responses=refusals)
    service = caller(verifier)

    @router.get("/{place}")
    async def look(place: Place, _: Annotated[Principal, Depends(service)]) -> Seen:
        """Look at a page. Spends nothing."""
        return Seen.of(await counter.look(bytes.fromhex(place)))

    @router.get("/{place}/envelope", responses={503: {"model": Problem}})
    async def envelope(place: Place, _: Annotated[Principal, Depends(service)]) -> Wrapping:
        """What a letter for a page is sealed with. Spends nothing."""
        wrapping = await counter.envelope(bytes.fromhex(place))
        return Wrapping(key=wrapping.key, bound=wrapping.bound)

    @router.post("/{place}/shown", responses={503: {"model": Problem}})
    async def show(place: Place, body: Asking, _: Annotated[Principal, Depends(service)]) -> Shown:
        """Have a page show what it holds, once."""
        shown = await counter.show(bytes.fromhex(place), body.key)
        return Shown(document=shown.document, letter=shown.letter, bound=shown.bound)

    @router.post("/{place}/typed", responses={503: {"model": Problem}})
    async def hand_in(place: Place, body: HandingIn, _: Annotated[Principal, Depends(service)]) -> HandedIn:
        """Hand in what was typed on a page, once. Answers when the bank has, or after ten seconds."""
        outcome, left = await counter.hand_in(bytes.fromhex(place), body.letter)
        return HandedIn(outcome=outcome, tries_left=left)

    return router

"""``/api/v1/pages/{place}``: the bank's one-time pages, for the process that shows them to people.

A page is named by the SHA-256 of its address, so that no address stands in anybody's log.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path

from core_adapters.api.security import SERVICE, caller
from core_adapters.api.shapes import Problem, Shape
from core_adapters.pages.counter import Counter, Looked
from core_adapters.pages.document import Document
from core_adapters.pages.kinds import Kind
from flows.ports import Principal, TokenVerifier

Place = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


class Seen(Shape):
    """What may be seen of a page without spending it."""

    kind: Kind
    state: Literal["open", "used", "expired"]
    locale: str
    about: str
    due_at: datetime

    @classmethod
    def of(cls, looked: Looked) -> "Seen":
        page = looked.page
        return cls(
            kind=page.kind, state=looked.state, locale=page.inside.locale, about=page.inside.about, due_at=page.due_at
        )


class Shown(Shape):
    """What a page shows once; nothing when it was spent before, or its time is over."""

    document: Document | None


def routes(counter: Counter, verifier: TokenVerifier) -> APIRouter:
    """The routes over one counter."""
    refusals: dict[int | str, dict[str, object]] = {code: {"model": Problem} for code in (401, 403, 404)}
    router = APIRouter(prefix="/api/v1/pages", tags=["pages"], responses=refusals)
    service = caller(verifier, SERVICE)

    @router.get("/{place}")
    async def look(place: Place, _: Annotated[Principal, Depends(service)]) -> Seen:
        """Look at a page. Spends nothing."""
        return Seen.of(await counter.look(bytes.fromhex(place)))

    @router.post("/{place}/shown")
    async def show(place: Place, _: Annotated[Principal, Depends(service)]) -> Shown:
        """Have a page show what it holds, once."""
        return Shown(document=await counter.show(bytes.fromhex(place)))

    return router

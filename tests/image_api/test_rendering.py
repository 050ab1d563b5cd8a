"""Drawing holds nobody up: it is off the event loop, once for equal wishes, and what is kept is bounded."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from image_api import rendering
from image_api.layout import NoDocument
from image_api.rendering import Busy, Renderer, Wanted
from image_api.values import CardFront
from tests.image_api.conftest import LOOKS, TEMPLATES


@pytest.fixture
def renderer():
    made = Renderer(TEMPLATES, LOOKS, lambda: datetime(2026, 11, 28, tzinfo=UTC))
    yield made
    made.close()


def card(holder: str, format_: str = "jpeg") -> Wanted:
    return Wanted("card_front", "sandbox", "en", CardFront(holder=holder, last4="4242"), format_)  # type: ignore[arg-type]


async def test_the_event_loop_goes_on_while_pictures_are_drawn(renderer: Renderer) -> None:
    turns = 0

    async def turning() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(turning())
    await asyncio.gather(*[renderer.render(card(f"Guest {number}", "png")) for number in range(10)])
    task.cancel()
    assert turns > 10


async def test_what_was_drawn_is_given_again_and_not_drawn_again(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    real = renderer._draw
    monkeypatch.setattr(renderer, "_draw", lambda key, wanted: (drawn.append(key), real(key, wanted))[1])
    first = await asyncio.gather(*[renderer.render(card("Anna")) for _ in range(20)])
    again = await renderer.render(card("Anna"))
    assert len(drawn) == 1
    assert all(one is again for one in first)


async def test_no_more_is_kept_than_may_be(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await renderer.render(card("Anna"))
    monkeypatch.setattr(rendering, "CACHED_BYTES_MAX", 2 * len(one.data) + 2000)
    for number in range(6):
        await renderer.render(card(f"Guest {number}"))
    assert sum(len(kept.data) for kept in renderer._cache.values()) == renderer._cached_bytes
    assert renderer._cached_bytes <= rendering.CACHED_BYTES_MAX
    assert (await renderer.render(card("Anna"))).data == one.data, "what was let go is drawn again, the same"


async def test_too_many_at_once_are_refused_at_once(renderer: Renderer) -> None:
    many = [asyncio.create_task(renderer.render(card(f"Guest {number}", "png"))) for number in range(200)]
    answers = await asyncio.gather(*many, return_exceptions=True)
    assert sum(isinstance(answer, Busy) for answer in answers) == 200 - rendering.QUEUE_MAX
    assert not renderer._drawing


async def test_who_gives_up_takes_nothing_from_the_others(renderer: Renderer) -> None:
    gone, stays = (asyncio.create_task(renderer.render(card("Anna", "png"))) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).data.startswith(b"\x89PNG")


async def test_a_long_document_holds_up_no_picture(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """They have threads of their own: a picture is there while the document is still being written."""
    written = asyncio.Event()
    real = rendering.documents.written

    def slow(*what: object) -> bytes:
        time.sleep(0.3)
        return real(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(rendering.documents, "written", slow)
    values = TEMPLATES.by_name["receipt"].sample("plain", "UAH")
    paper = asyncio.create_task(renderer.render(Wanted("receipt", "sandbox", "en", values, "pdf")))
    paper.add_done_callback(lambda _: written.set())
    await renderer.render(card("Anna"))
    assert not written.is_set()
    assert (await paper).data.startswith(b"%PDF")


async def test_a_document_of_what_is_a_picture_only_is_refused_each_time(renderer: Renderer) -> None:
    for _ in range(2):
        with pytest.raises(NoDocument):
            await renderer.render(card("Anna", "pdf"))

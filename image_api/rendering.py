"""From checked values to bytes: drawn off the event loop by few threads, and drawn once for equal requests.

What was drawn is kept under a hash of everything that shows in it; the same hash is its ETag. A request for what is
being drawn already waits for it.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Literal

from PIL import Image

from image_api import documents
from image_api.layout import Templates
from image_api.look import Look
from image_api.painting import paint
from image_api.values import Values

Format = Literal["jpeg", "png", "webp"]
MIME: Mapping[str, str] = {
    "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "pdf": "application/pdf",
}  # fmt: skip
JPEG_QUALITY = 90
# Level 1 is a third of the time of the default for a few per cent more bytes.
PNG_LEVEL = 1
CACHED_BYTES_MAX = 64 * 1024 * 1024
QUEUE_MAX = 64
THREADS = 2
DOCUMENT_THREADS = 1  # of its own, so that a statement of a year holds up no receipt


class Busy(Exception):
    """More is waiting to be drawn than the queue may hold; try again in a moment."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished picture or document, what it says in words, and the hash of what shows in it."""

    data: bytes
    mime: str
    alt: str
    etag: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to draw: a known template, a known brand, checked values."""

    template: str
    brand: str
    locale: str
    values: Values
    format: Literal["jpeg", "png", "webp", "pdf"]


class Renderer:
    """Draws for the brands of ``looks``. ``clock`` dates documents."""

    def __init__(
        self,
        templates: Templates,
        looks: Mapping[str, Look],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.templates = templates
        self.looks = looks
        self._clock = clock
        self._pictures = ThreadPoolExecutor(THREADS, thread_name_prefix="pictures")
        self._documents = ThreadPoolExecutor(DOCUMENT_THREADS, thread_name_prefix="documents")
        self._cache: OrderedDict[str, Rendered] = OrderedDict()
        self._cached_bytes = 0
        self._drawing: dict[str, asyncio.Future[Rendered]] = {}

    async def render(self, wanted: Wanted) -> Rendered:
        """The picture or document.

        Raises:
            Busy: when too many wait already.
            NoDocument: when a PDF is wanted of what is a picture only.
        """
        key = self._key(wanted)
        if (found := self._cache.get(key)) is not None:
            self._cache.move_to_end(key)
            return found
        if (drawing := self._drawing.get(key)) is None:
            if len(self._drawing) >= QUEUE_MAX:
                raise Busy
            drawing = self._begin(key, wanted)
        return await asyncio.shield(drawing)  # whoever gives up takes nothing from the others

    def close(self) -> None:
        """Stop the threads."""
        for threads in (self._pictures, self._documents):
            threads.shutdown(wait=False, cancel_futures=True)

    def _key(self, wanted: Wanted) -> str:
        look = repr(self.looks[wanted.brand])
        parts = (wanted.template, look, wanted.locale, wanted.values.model_dump_json(), wanted.format)
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def _begin(self, key: str, wanted: Wanted) -> "asyncio.Future[Rendered]":
        threads = self._documents if wanted.format == "pdf" else self._pictures
        drawing = asyncio.get_running_loop().run_in_executor(threads, self._draw, key, wanted)
        self._drawing[key] = drawing
        drawing.add_done_callback(lambda done: self._ended(key, done))
        return drawing

    def _ended(self, key: str, done: "asyncio.Future[Rendered]") -> None:
        del self._drawing[key]
        if done.cancelled() or done.exception() is not None:
            return
        self._cache[key] = done.result()
        self._cached_bytes += len(done.result().data)
        while self._cached_bytes > CACHED_BYTES_MAX:
            self._cached_bytes -= len(self._cache.popitem(last=False)[1].data)

    def _draw(self, key: str, wanted: Wanted) -> Rendered:
        look = self.looks[wanted.brand]
        what = (wanted.template, wanted.values, look, wanted.locale)
        alt = self.templates.alternative(*what)
        if wanted.format == "pdf":
            pages, title = self.templates.document(*what), self.templates.title(*what)
            data = documents.written(pages, look, title, alt, wanted.locale, self._clock())
        else:
            data = encoded(paint(self.templates.picture(*what), look), wanted.format)
        return Rendered(data, MIME[wanted.format], alt, key)


def encoded(picture: Image.Image, format_: Format) -> bytes:
    """The picture's bytes, without any metadata."""
    out = BytesIO()
    if format_ == "jpeg":
        picture.save(out, "JPEG", quality=JPEG_QUALITY)
    elif format_ == "png":
        picture.save(out, "PNG", compress_level=PNG_LEVEL)
    else:
        picture.save(out, "WEBP", quality=JPEG_QUALITY, method=2)
    return out.getvalue()

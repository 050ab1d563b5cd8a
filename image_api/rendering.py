"""From checked values to bytes: drawn off the event loop by few threads, and drawn once for equal requests."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from image_api.look import Look
from image_api.templates.registry import TEMPLATES
from image_api.values import Values

Format = Literal["jpeg", "png", "webp"]
MIME: Mapping[Format, str] = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
JPEG_QUALITY = 90
# Level 1 is a third of the time of the default for a few per cent more bytes.
PNG_LEVEL = 1
CACHED_BYTES_MAX = 64 * 1024 * 1024
QUEUE_MAX = 64


class Busy(Exception):
    """More pictures are waiting than the queue may hold; try again in a moment."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished picture and what it says in words."""

    data: bytes
    mime: str
    alt: str


class Renderer:
    """Draws with at most two threads; the cache is addressed by a hash of everything that shows in the picture."""

    def __init__(self, looks: Mapping[str, Look]) -> None:
        self._looks = looks
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="pictures")
        self._cache: OrderedDict[str, Rendered] = OrderedDict()
        self._cached_bytes = 0
        self._waiting = 0

    @property
    def brands(self) -> frozenset[str]:
        """The brands it can draw."""
        return frozenset(self._looks)

    async def render(self, template: str, brand: str, locale: str, values: Values, format_: Format) -> Rendered:
        """A picture of a known template and brand.

        Raises:
            Busy: when too many wait already.
        """
        parts = (template, repr(self._looks[brand]), locale, values.model_dump_json(), format_)
        key = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
        if (found := self._cache.get(key)) is not None:
            self._cache.move_to_end(key)
            return found
        if self._waiting >= QUEUE_MAX:
            raise Busy
        self._waiting += 1
        try:
            drawn = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._draw, template, self._looks[brand], locale, values, format_
            )
        finally:
            self._waiting -= 1
        self._remember(key, drawn)
        return drawn

    def close(self) -> None:
        """Stop the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _draw(self, template: str, look: Look, locale: str, values: Values, format_: Format) -> Rendered:
        kind = TEMPLATES[template]
        picture, _ = kind.draw(values, look, locale)
        out = BytesIO()
        if format_ == "jpeg":
            picture.save(out, "JPEG", quality=JPEG_QUALITY)
        elif format_ == "png":
            picture.save(out, "PNG", compress_level=PNG_LEVEL)
        else:
            picture.save(out, "WEBP", quality=JPEG_QUALITY, method=2)
        return Rendered(out.getvalue(), MIME[format_], kind.alt(values, look, locale))

    def _remember(self, key: str, drawn: Rendered) -> None:
        if key in self._cache:
            return
        self._cache[key] = drawn
        self._cached_bytes += len(drawn.data)
        while self._cached_bytes > CACHED_BYTES_MAX:
            self._cached_bytes -= len(self._cache.popitem(last=False)[1].data)

"""The embedded understanding, opened beside the start: the first run trains it, which takes some seconds."""

import asyncio
from pathlib import Path

import structlog

from bot.metrics import alert
from flows.facts import Fact
from flows.model import Library
from nlu.embedded import EmbeddedEngine, open_engine
from nlu.encoder import Encoder, EncoderMissing, open_encoder
from nlu.training_data import of_flows

# How long a sentence waits for a model that is still being trained; then buttons and commands must do.
PATIENCE_S = 8.0
NOT_YET: Fact = {"ranking": [], "degraded": True}
log = structlog.get_logger("bot.understanding")


class Embedded:
    """Satisfies ``flows.ports.Understanding``; ``open`` begins, ``parse`` waits for it a while."""

    def __init__(self, cache: Path, library: Library, *, encoder: bool = False) -> None:
        self._cache = cache
        self._encoded = encoder
        self._examples = of_flows(library)
        self._next: asyncio.Task[None] | None = None
        self._opening: asyncio.Task[EmbeddedEngine] | None = None

    def open(self) -> None:
        """Begin to read or train the model in a thread."""
        self._opening = asyncio.create_task(self._open())

    def renew(self, library: Library) -> None:
        """Other flows are served: train on their examples if they are others, and answer as before meanwhile."""
        examples = of_flows(library)
        if examples != self._examples:
            self._examples = examples
            if self._next is not None:
                self._next.cancel()
            self._next = asyncio.create_task(self._renewed())

    async def parse(self, text: str, locale: str) -> Fact:
        """The ``nlu`` fact; a degraded one while there is no model."""
        if self._opening is None:
            return NOT_YET
        try:
            engine = await asyncio.wait_for(asyncio.shield(self._opening), PATIENCE_S)
        except TimeoutError:
            return NOT_YET
        return await engine.parse(text, locale)

    async def close(self) -> None:
        """Stop waiting for a model that is still being made."""
        for task in (self._opening, self._next):
            if task is not None:
                task.cancel()

    async def _renewed(self) -> None:
        opening = asyncio.create_task(self._open())
        try:
            await opening
        except Exception as error:  # the old model goes on answering
            alert("understanding_not_renewed", type(error).__name__)
        else:
            self._opening = opening

    async def _open(self) -> EmbeddedEngine:
        encoder = await asyncio.to_thread(self._encoder) if self._encoded else None
        engine = await asyncio.to_thread(open_engine, self._cache, self._examples, encoder=encoder)
        log.info("understanding_ready", engine="embedded" if encoder is None else "encoder")
        return engine

    def _encoder(self) -> Encoder | None:
        """The encoder that was asked for, or none where it is not installed: n-grams then understand alone."""
        try:
            return open_encoder(self._cache)
        except EncoderMissing as missing:
            log.warning("encoder_missing", reason=str(missing))
            return None

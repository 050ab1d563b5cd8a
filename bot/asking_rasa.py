"""Rasa's understanding with the embedded engine behind it: where Rasa gives no answer, the embedded one does.

No turn fails for Rasa. Metrics count whose word each sentence got and why; a log line tells when that changes.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import httpx
import structlog

from bot.metrics import PARSES, counted
from bot.settings.shape import Nlu
from core_adapters.breaker import Breaker, Resting
from flows.facts import Fact
from flows.model import Library
from nlu.rasa import Rasa, RasaFailed, RasaLogin
from nlu.rasa_project import calibration, intents
from nlu.training_data import of_flows

SERVICE = "rasa"  # in metrics and logs
MS_PER_S = 1000
log = structlog.get_logger("bot.understanding")


class Engine(Protocol):
    """An understanding that is opened, learns of other flows, and is closed."""

    def open(self) -> None: ...
    def renew(self, library: Library) -> None: ...
    async def parse(self, text: str, locale: str) -> Fact: ...
    async def close(self) -> None: ...


class AskingRasa:
    """Satisfies ``flows.ports.Understanding``. ``behind`` answers whatever Rasa does not."""

    def __init__(self, rasa: Rasa, behind: Engine, breaker: Breaker | None = None) -> None:
        self._rasa, self._behind = rasa, behind
        self._breaker = breaker or Breaker()
        self._breaker.name_if_nameless(SERVICE)
        self._why = ""  # Rasa's word was not to be had the last time

    def open(self) -> None:
        """Make the embedded engine ready: it may be needed at any moment."""
        self._behind.open()

    def renew(self, library: Library) -> None:
        """Other flows are served: a model of other intents is not asked until Rasa has learnt them."""
        self._behind.renew(library)
        self._rasa = replace(self._rasa, intents=intents_of(library))

    async def parse(self, text: str, locale: str) -> Fact:
        """The ``nlu`` fact of the one or the other."""
        try:
            fact = await self._asked(text, locale)
        except Resting:
            return await self._instead("resting", text, locale)
        except RasaFailed as failed:
            return await self._instead(failed.reason, text, locale)
        if self._why:
            log.info("understanding_by_rasa_again")
        self._why = ""
        counted(PARSES, SERVICE, "asked").inc()
        return fact

    async def close(self) -> None:
        """Close both."""
        await self._rasa.client.aclose()
        await self._behind.close()

    async def _asked(self, text: str, locale: str) -> Fact:
        with self._breaker.call() as call:
            try:
                fact = await self._rasa.parse(text, locale)
            except RasaFailed:
                call.health = "ill"
                raise
            call.health = "well"
            return fact

    async def _instead(self, why: str, text: str, locale: str) -> Fact:
        if not self._why:
            log.warning("understanding_falls_back", engine="embedded", reason=why)
        self._why = why
        counted(PARSES, "embedded", why).inc()
        return await self._behind.parse(text, locale)


def rasa_at(settings: Nlu, library: Library, client: Callable[[], httpx.AsyncClient]) -> Rasa:
    """The Rasa of the settings, held to the intents of these flows."""
    login = RasaLogin(settings.token.get_secret_value())
    timeout_s = settings.timeout_ms / MS_PER_S
    return Rasa(client(), settings.url.rstrip("/"), login, timeout_s, calibration(), intents_of(library))


def intents_of(library: Library) -> frozenset[str]:
    """What a model of today's examples knows: the project's intents and those of the flows."""
    return frozenset([*intents(), *of_flows(library)])

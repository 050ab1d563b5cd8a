"""Asks the Rasa of the settings outside of any conversation, for `teller nlu calibrate` and `teller doctor`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import core_adapters.http
from bot.asking_rasa import rasa_at
from bot.content import CONTENT, library
from bot.settings import Settings, load_settings
from bot.settings.shape import Nlu
from core_adapters import brands
from flows.model import Library
from nlu.calibrating import Asked, calibrated
from nlu.rasa import Rasa, RasaFailed, Reason
from nlu.rasa_project import as_sent
from nlu.trained import Calibration

PATIENCE_S = 30.0  # nobody waits in a chat
GREETING = "hello"
HeldOut = Mapping[str, Mapping[str, Sequence[str]]]


def measured_at(content: Library, sentences: HeldOut) -> Calibration:
    """What the served model's confidences are worth on sentences by locale and intent. Raises RasaFailed."""
    return asyncio.run(_measured(load_settings().nlu, content, sentences))


def said_by_rasa(settings: Settings) -> Reason | None:
    """Why Rasa cannot be asked about a greeting; None when it can, by a model of the content's own intents."""
    folder = Path(settings.flows.folder) if settings.flows.folder else CONTENT
    content = library(brands.load(settings.bank).for_flows(), folder)
    try:
        asyncio.run(_greeted(_patient(settings.nlu, content)))
    except RasaFailed as failed:
        return failed.reason
    return None


async def _greeted(rasa: Rasa) -> None:
    async with rasa.client:
        await rasa.asked(GREETING)


def _patient(settings: Nlu, content: Library) -> Rasa:
    return replace(rasa_at(settings, content, core_adapters.http.client), timeout_s=PATIENCE_S)


async def _measured(settings: Nlu, content: Library, sentences: HeldOut) -> Calibration:
    rasa = _patient(settings, content)
    async with rasa.client:
        return calibrated([await _asked(rasa, *each) for each in _each(sentences)])


async def _asked(rasa: Rasa, meant: str, text: str) -> Asked:
    return Asked(meant, await rasa.asked(as_sent(text)))


def _each(sentences: HeldOut) -> list[tuple[str, str]]:
    """Every intent with each of its sentences, whatever the language: one model knows them all."""
    return [
        (intent, text)
        for intents in sentences.values()
        for intent, texts in intents.items()
        for text in texts
        if as_sent(text)
    ]

"""Rasa's understanding over HTTP: one question, a bound on the wait, and a check of all that comes back.

    POST /model/parse {"text": "send zsumz to zphonez"}
    -> {"intent": {"name": "transfer_by_phone", ...}, "intent_ranking": [{"name", "confidence"}, ...], ...}

What cannot be used raises ``RasaFailed``; whoever asks has another engine.
"""

import asyncio
import json
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import httpx
import jwt

from flows.facts import Fact
from nlu.rasa_project import as_sent
from nlu.trained import RANKING_MAX, Calibration

PATH = "/model/parse"
TOKEN_TTL_S = 60.0
RENEW_AT_S = 20.0  # of its life left, so that a slow clock over there does no harm
ADMIN = {"username": "teller", "role": "admin"}  # the role that Rasa wants for its model's addresses
RANKING_RAW_MAX = 2_000  # no bank has more intents
LEAST = 1e-12  # of a confidence, so that none is a logarithm of nought

Reason = Literal["silent", "refused", "ill", "unusable", "other_intents"]
Ranking = list[tuple[str, float]]


class RasaFailed(Exception):
    """Rasa gave no ranking to go by. It holds a reason to count, and nothing of what was asked or answered.

    ``silent``: no connection, or no answer in time. ``refused``: it does not know our token. ``ill``: another status
    than 200. ``unusable``: an answer of another shape. ``other_intents``: its model was trained for other flows.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class RasaLogin(httpx.Auth):
    """Signs each call with a token of a minute, in a header: Rasa's plain tokens stand in the address, and in logs."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._token, self._good_until = "", 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token; without a secret Rasa is asked as anybody."""
        if self._secret:
            request.headers["Authorization"] = f"Bearer {self._signed()}"
        yield request

    def _signed(self) -> str:
        if time.monotonic() > self._good_until:
            self._token = jwt.encode({"user": ADMIN, "exp": int(time.time() + TOKEN_TTL_S)}, self._secret, "HS256")
            self._good_until = time.monotonic() + TOKEN_TTL_S - RENEW_AT_S
        return self._token


@dataclass(frozen=True, slots=True)
class Rasa:
    """A Rasa server whose model is trained on the examples of ``intents``."""

    client: httpx.AsyncClient
    url: str
    login: httpx.Auth
    timeout_s: float
    calibration: Calibration
    intents: frozenset[str]

    async def parse(self, text: str, locale: str) -> Fact:
        """The ``nlu`` fact, as the embedded engine gives it. Raises RasaFailed."""
        del locale  # one model knows all languages, as the embedded one does
        sent = as_sent(text)
        ranked = honest(await self.asked(sent), self.calibration.temperature) if sent else []
        ranking = [{"intent": intent, "confidence": confidence} for intent, confidence in ranked]
        return {"ranking": ranking, "degraded": False, "threshold": self.calibration.threshold}

    async def asked(self, sent: str) -> Ranking:
        """Every intent with Rasa's own confidence. Raises RasaFailed."""
        found = ranking_of(await self._answer(sent))
        if {intent for intent, _ in found} != self.intents:
            raise RasaFailed("other_intents")
        return found

    async def _answer(self, sent: str) -> bytes:
        try:
            async with asyncio.timeout(self.timeout_s):
                answer = await self.client.post(
                    self.url + PATH, json={"text": sent}, auth=self.login, headers={"accept-encoding": "identity"}
                )
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, TimeoutError) as error:
            raise RasaFailed("silent") from error
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise RasaFailed("refused")
        if answer.status_code != httpx.codes.OK:
            raise RasaFailed("ill")
        return answer.content


def ranking_of(body: bytes) -> Ranking:
    """The intents of an answer, the likeliest first. Raises RasaFailed for one that is not of Rasa's shape."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise RasaFailed("unusable") from problem
    entries = document.get("intent_ranking") if isinstance(document, dict) else None
    if not isinstance(entries, list) or len(entries) > RANKING_RAW_MAX:
        raise RasaFailed("unusable")
    ranking = [_entry(entry) for entry in entries]
    if len({intent for intent, _ in ranking}) != len(ranking):
        raise RasaFailed("unusable")
    return sorted(ranking, key=lambda one: -one[1])


def _entry(entry: object) -> tuple[str, float]:
    name, sure = (entry.get("name"), entry.get("confidence")) if isinstance(entry, Mapping) else (None, None)
    if not isinstance(name, str) or isinstance(sure, bool) or not isinstance(sure, int | float):
        raise RasaFailed("unusable")
    if not 0 <= sure <= 1:  # which NaN and infinity are not, either
        raise RasaFailed("unusable")
    return name, float(sure)


def honest(ranking: Sequence[tuple[str, float]], temperature: float) -> Ranking:
    """The likeliest with confidences that hold what they promise: Rasa's own, cooled or warmed as was measured."""
    raised = [max(sure, LEAST) ** (1 / temperature) for _, sure in ranking]
    total = sum(raised)
    return [(intent, round(one / total, 6)) for (intent, _), one in zip(ranking, raised, strict=True)][:RANKING_MAX]

"""What the Graph API says when it says no, read so tolerantly that no shape of it can trip us.

    {"error": {"message": "(#131030) …", "type": "OAuthException", "code": 131030, "error_subcode": 2494010,
               "error_data": {"messaging_product": "whatsapp", "details": "…"}, "is_transient": false, …}}

Every part may be missing, ``message`` included. What a code means is a messenger's own table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from channels.reading import as_object, text, whole

SERVER_IN_TROUBLE = 500
WORDS_MAX = 200
# Meta says for how long an account is shut out in minutes, in the header of its usage.
_REGAIN = re.compile(r'"estimated_time_to_regain_access"\s*:\s*(\d{1,6})')
_USAGE_HEADERS = ("x-business-use-case-usage", "x-app-usage")
PAUSE_S_MAX = 24 * 3600


@dataclass(frozen=True, slots=True)
class GraphError:
    """One refusal. ``code`` is 0 where there is none; ``status`` is 0 for one that came later, in a webhook.

    ``retry_after`` is in seconds, None where the platform does not say. ``title`` and ``details`` are the platform's
    words: for our own eyes, and never for a failure's text without ``words``, which takes numbers out of them.
    """

    code: int = 0
    subcode: int = 0
    status: int = 0
    title: str = ""
    details: str = ""
    retry_after: float | None = None
    transient: bool = False

    @property
    def name(self) -> str:
        """The code as staff look it up: ``131047``, ``10/2018278``, ``http 500``."""
        if not self.code and self.status:
            return f"http {self.status}"
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)

    @property
    def in_trouble(self) -> bool:
        """Whether the platform itself is what is broken."""
        return self.transient or self.status >= SERVER_IN_TROUBLE

    def words(self) -> str:
        """What the platform says, without the long numbers in it (phones, ids) and in one line."""
        told = ": ".join(part for part in (self.title, self.details) if part) or "no reason given"
        return re.sub(r"\+?\d{7,}", "…", " ".join(told.split()))[:WORDS_MAX]


def read_error(status: int, headers: Mapping[str, str], body: bytes) -> GraphError:
    """The refusal that an answer holds. An answer that is no JSON, as a gateway's page, has code 0."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        document = None
    error = document.get("error") if isinstance(document, dict) else None
    return of_object(error, status, _retry_after(headers))


def of_object(error: object, status: int = 0, retry_after: float | None = None) -> GraphError:
    """An ``error`` object of an answer, or one of the ``errors`` of a status that came as a webhook."""
    said = as_object(error)
    more = as_object(said.get("error_data"))
    return GraphError(
        code=_number(said.get("code")),
        subcode=_number(said.get("error_subcode")),
        status=status,
        title=text(said.get("title")) or text(said.get("message")) or text(said.get("error_user_title")),
        details=text(more.get("details")) or text(said.get("error_user_msg")),
        retry_after=retry_after,
        transient=said.get("is_transient") is True,
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """From ``Retry-After`` in seconds, or from Meta's header of usage in minutes."""
    given = headers.get("retry-after", "")
    if re.fullmatch(r"\d{1,6}", given, re.ASCII):
        return min(float(given), PAUSE_S_MAX)
    for name in _USAGE_HEADERS:
        minutes = [int(found) for found in _REGAIN.findall(headers.get(name, ""))]
        if any(minutes):
            return float(min(max(minutes) * 60, PAUSE_S_MAX))
    return None


def _number(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return int(value)
    return whole(value)

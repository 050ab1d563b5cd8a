"""How the platform says no: one exception, with the code, the words and the parameters of the Bot API.

Refused
├── 400 bad_request      the call is wrong; the same call again is refused again
├── 401 / 404            the token or the method is unknown
├── 403 forbidden        the person does not want this bot
├── 409 conflict         two ways of getting updates at once
└── 429 too_many         later, after `retry_after` seconds
"""

from typing import Any


class Refused(Exception):
    """Becomes `{"ok": false, "error_code", "description", "parameters"?}`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(words: str) -> Refused:
    return Refused(400, f"Bad Request: {words}")


def forbidden(words: str) -> Refused:
    return Refused(403, f"Forbidden: {words}")


def conflict(words: str) -> Refused:
    return Refused(409, f"Conflict: {words}")


def too_many(retry_after: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def not_found() -> Refused:
    return Refused(404, "Not Found")

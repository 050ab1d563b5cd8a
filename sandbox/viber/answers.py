"""How Viber answers: always HTTP 200; what went wrong is a number in `status`.

1 invalidUrl, 2 invalidAuthToken, 3 badData, 4 missingData, 5 receiverNotRegistered, 6 receiverNotSubscribed,
10 webhookNotSet, 12 tooManyRequests, 13 apiVersionNotSupported, 14 incompatibleWithVersion
"""

from typing import Any

from starlette.responses import JSONResponse

HOSTNAME = "SN-CHAT-01_"


class Refused(Exception):
    """Becomes `{"status": n, "status_message": words}`."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


def ok(**more: Any) -> JSONResponse:
    return JSONResponse({"status": 0, "status_message": "ok", "chat_hostname": HOSTNAME, **more})


def refused(refusal: Refused) -> JSONResponse:
    return JSONResponse({"status": refusal.status, "status_message": str(refusal), "chat_hostname": HOSTNAME})


def bad_data(words: str) -> Refused:
    return Refused(3, words)


def missing(name: str) -> Refused:
    return Refused(4, f"missing parameter {name}")


def too_new(words: str) -> Refused:
    """The message has what the version it names does not know."""
    return Refused(14, words)

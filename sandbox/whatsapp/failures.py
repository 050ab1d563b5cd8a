"""The Cloud API's own codes: the same code answers a call or, later, comes as the error of a failed status."""

from typing import Any

from sandbox.graph.failures import GraphRefused

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"

# code: the HTTP status when it answers a call, and the title.
CODES: dict[int, tuple[int, str]] = {
    100: (400, "Invalid parameter"),
    130429: (400, "Rate limit hit"),
    131000: (500, "Something went wrong"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131026: (400, "Message undeliverable"),
    131031: (403, "Business Account locked"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement."),
    131051: (400, "Unsupported message type"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132018: (400, "There was an issue with the parameters in the template"),
}


def refused(code: int, details: str) -> GraphRefused:
    """A call answered with one of the codes above."""
    status, title = CODES[code]
    return GraphRefused(status, code, title, data={"messaging_product": "whatsapp", "details": details})


def failure(code: int, details: str) -> dict[str, Any]:
    """The error inside a failed status."""
    title = CODES[code][1] if code in CODES else "Something went wrong"
    return {"code": code, "title": title, "message": title, "error_data": {"details": details}, "href": HREF}


def bad_param(param: str, words: str) -> GraphRefused:
    """Shape and length are checked before anything is looked at, and told in the message itself."""
    return GraphRefused(400, 100, f"Param {param} {words}")


def missing(param: str) -> GraphRefused:
    return GraphRefused(400, 100, f"The parameter {param} is required.")

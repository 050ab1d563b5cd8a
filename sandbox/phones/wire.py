"""The HTTP habits of the phone API: JSON in, JSON out, and a refusal that says what to do."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

BODY_MAX_BYTES = 64 * 1024


class Problem(Exception):
    """Becomes `{"error": words}` with the status."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


async def read_object(request: Request) -> dict[str, Any]:
    """Raises Problem for a body that is no JSON object, or too big."""
    body = await request.body()
    if len(body) > BODY_MAX_BYTES:
        raise Problem(413, f"the body may have up to {BODY_MAX_BYTES} bytes")
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise Problem(400, "the body is not JSON") from None
    if not isinstance(found, dict):
        raise Problem(400, 'the body must be an object such as {"text": "hello"}')
    return found


def integer(value: Any, name: str) -> int:
    """Raises Problem."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Problem(400, f"{name} must be a whole number") from None


def on_problem(_: Request, error: Exception) -> Response:
    """An exception handler for Starlette."""
    assert isinstance(error, Problem)
    return JSONResponse({"error": str(error)}, error.status)


def refuse_foreign_pages(request: Request) -> None:
    """A page of another site must not press buttons here. Raises Problem."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise Problem(403, "the phones answer only their own page")

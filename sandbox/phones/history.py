"""A chat page by page, as a phone scrolls back through it."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from starlette.requests import Request

from sandbox.phones.wire import integer

PAGE_MAX = 200
PAGE_DEFAULT = 50
K = TypeVar("K")


def asked_page(request: Request) -> tuple[int | None, int]:
    """`before` is the message that the page ends before, None at the end of the chat; `limit`, how many it holds.

    Raises Problem.
    """
    limit = min(max(integer(request.query_params.get("limit", PAGE_DEFAULT), "limit"), 1), PAGE_MAX)
    return integer(request.query_params.get("before", 0), "before") or None, limit


def page_json(found: Sequence[K], limit: int, bubble: Callable[[K], Any]) -> dict[str, Any]:
    """The newest `limit` of what was found; whoever looks for one more than that learns whether there is more."""
    return {"messages": [bubble(each) for each in found[-limit:]], "more": len(found) > limit}

"""How the bank's questions name days, languages and points in an address."""

from datetime import date, datetime
from typing import cast, get_args

from starlette.requests import Request

from sandbox.bank import summaries, words
from sandbox.failures import BadInput


def parameter(request: Request, name: str) -> str:
    """A query parameter that must be there.

    :raises BadInput: when it is not.
    """
    value = request.query_params.get(name, "")
    if not value:
        raise BadInput(f"{name}: add '?{name}=...' to the address")
    return value


def among(request: Request, name: str, known: tuple[str, ...]) -> str:
    """A query parameter that is one of these."""
    value = parameter(request, name)
    if value not in known:
        raise BadInput(f"{name}: one of {', '.join(known)}")
    return value


def language(request: Request) -> words.Language:
    """`lang`; English where none is asked for."""
    if not request.query_params.get("lang"):
        return "en"
    return cast("words.Language", among(request, "lang", get_args(words.Language)))


def days(request: Request, now: datetime) -> summaries.Days:
    """A `span` such as `last_month`, or `from` and `to`."""
    if request.query_params.get("span"):
        span = among(request, "span", get_args(summaries.Span))
        return summaries.days_of(cast("summaries.Span", span), now)
    return summaries.Days(_day(request, "from"), _day(request, "to"))


def degrees(request: Request, name: str, most: int) -> float:
    """A coordinate.

    :raises BadInput: for what lies on no map.
    """
    try:
        value = float(parameter(request, name))
    except ValueError:
        raise BadInput(f"{name}: degrees, such as 50.4501") from None
    if not -most <= value <= most:
        raise BadInput(f"{name}: between -{most} and {most}")
    return value


def _day(request: Request, name: str) -> date:
    try:
        return date.fromisoformat(parameter(request, name))
    except ValueError:
        raise BadInput(f"{name}: a day such as 2026-11-21") from None

"""How refusals read: one shape for all, and for bodies that do not fit every place, what is wrong there, what to do."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.messages_api.failures import Away, KeyReused, Misfit, NotThere, TooLate, Unfit
from bot.store import BadRow, StoreDown
from flows.ports import Unauthorized
from flows.roles import Forbidden

FAILURES: dict[type[Exception], tuple[int, str]] = {
    Unauthorized: (401, "unauthorized"),
    Forbidden: (403, "forbidden"),
    NotThere: (404, "not_found"),
    KeyReused: (409, "key_reused"),
    TooLate: (409, "too_late"),
    BadRow: (422, "bad_input"),
    Away: (503, "unavailable"),
    StoreDown: (503, "unavailable"),
}
TEXTS: dict[type[Exception], str] = {
    NotThere: "There is no such thing.",
    KeyReused: "This idempotency_key stands for another body; nothing was done now.",
    BadRow: "Something in it cannot be stored.",
    StoreDown: "The database does not answer. Send it again under the same key.",
}
# What the checks of shapes call a problem, in words: what is wrong, and what to do. {} takes the check's own limits.
WORDS: dict[str, tuple[str, str]] = {
    "missing": ("is missing", "add it"),
    "extra_forbidden": ("is not known here", "take it out, or look at its spelling"),
    "string_too_short": ("is too short", "write at least {min_length} character"),
    "string_too_long": ("is too long", "write at most {max_length} characters"),
    "too_short": ("has too little", "name at least {min_length}"),
    "too_long": ("has too much", "name at most {max_length}"),
    "union_tag_invalid": ("is of no known type", "use one of {expected_tags}"),
    "union_tag_not_found": ("has no type", "write a type: text, image, document, location or template"),
    "literal_error": ("is none of the words that are known", "use {expected}"),
    "string_pattern_mismatch": ("has characters that may not stand here", "match {pattern}"),
    "timezone_aware": ("has no time zone", "write one, as in 2030-05-01T09:00:00+03:00"),
    "greater_than": ("is too small", "write more than {gt}"),
    "greater_than_equal": ("is too small", "write at least {ge}"),
    "less_than_equal": ("is too large", "write at most {le}"),
    "json_invalid": ("is no JSON", "look at the brackets, commas and quotes"),
}
TYPES = frozenset({"text", "image", "document", "location", "template"})


def refuse(app: FastAPI) -> None:
    """Give the application its refusals."""
    app.add_exception_handler(RequestValidationError, _misshapen)
    app.add_exception_handler(Unfit, _unfit)
    app.add_exception_handler(HTTPException, _http)
    for failure, (status, code) in FAILURES.items():
        app.add_exception_handler(failure, _refusing(status, code))


def _refusing(status: int, code: str) -> Callable[[Request, Exception], JSONResponse]:
    def answer(_: Request, error: Exception) -> JSONResponse:
        headers = {"www-authenticate": "Bearer"} if status == 401 else None
        told = isinstance(error, NotThere) and bool(str(error))
        text = str(error) if told else TEXTS.get(type(error), str(error))
        return JSONResponse({"code": code, "message": text}, status_code=status, headers=headers)

    return answer


def _unfit(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Unfit)
    return _answer(error.misfits)


def _misshapen(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _answer([_misfit(one) for one in error.errors()])


def _answer(misfits: Sequence[Misfit]) -> JSONResponse:
    message = f"{len(misfits)} things do not fit." if len(misfits) > 1 else "One thing does not fit."
    problems = [{"path": one.path, "what": one.what, "fix": one.fix} for one in misfits]
    return JSONResponse({"code": "bad_input", "message": message, "problems": problems}, status_code=422)


def _misfit(error: Mapping[str, Any]) -> Misfit:
    kind, limits = str(error["type"]), error.get("ctx") or {}
    if kind == "value_error":  # the shapes' own words: what, a colon, what to do
        what, _, fix = str(limits.get("error", "")).partition(": ")
        return Misfit(_path(error["loc"]), what, fix or what)
    what, fix = WORDS.get(kind, ("does not fit", str(error["msg"])))
    return Misfit(_path(error["loc"]), what, fix.format(**limits))


def _path(place: Sequence[str | int]) -> str:
    """Where in the body, as its writer sees it: without the name of the part and the tags that only we know."""
    parts = [str(part) for part in place if part not in ("body", "query", "path")]
    shown = [
        part for before, part in zip(["", *parts], parts, strict=False) if not (before == "content" and part in TYPES)
    ]
    return ".".join(shown) or "body"


def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name.lower()
    return JSONResponse({"code": code, "message": error.detail}, status_code=error.status_code, headers=error.headers)

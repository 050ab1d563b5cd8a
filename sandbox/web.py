"""The HTTP habits all faces of the sandbox share: read a body strictly, answer failures as JSON, ask for a token."""

import hmac
from http import HTTPStatus
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.failures import BadInput, Failure, Unauthorized

BODY_MAX_BYTES = 64 * 1024


class Body(BaseModel):
    """A request body: nothing is converted, nothing unknown is let through."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


B = TypeVar("B", bound=Body)


async def read(request: Request, shape: type[B]) -> B:
    """The body as `shape`.

    :raises BadInput: naming every field that is wrong; the values are not repeated.
    """
    raw = await request.body()
    if len(raw) > BODY_MAX_BYTES:
        raise BadInput(f"The body is longer than {BODY_MAX_BYTES} bytes.")
    try:
        return shape.model_validate_json(raw)
    except ValidationError as error:
        raise BadInput("; ".join(_problem(e["loc"], e["msg"]) for e in error.errors(include_input=False))) from None


def _problem(path: tuple[int | str, ...], what: str) -> str:
    return f"{'.'.join(str(part) for part in path) or 'body'}: {what}"


def failed(failure: Failure) -> JSONResponse:
    """The answer to a failure."""
    return JSONResponse({"code": failure.code, "message": failure.message}, status_code=failure.status)


def on_failure(_: Request, error: Exception) -> Response:
    """An exception handler for Starlette."""
    assert isinstance(error, Failure)
    return failed(error)


def on_http(_: Request, error: Exception) -> Response:
    """No such path, no such method: the same shape as every failure."""
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name.lower()
    return JSONResponse({"code": code, "message": error.detail}, status_code=error.status_code, headers=error.headers)


class Bearer:
    """Lets a request through that carries the token; compared in constant time."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        if hmac.compare_digest(given, self._expected):
            await self._app(scope, receive, send)
        else:
            answer = failed(Unauthorized("Send the header 'Authorization: Bearer <token>' with this system's token."))
            await answer(scope, receive, send)

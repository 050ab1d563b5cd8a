"""How a system of the sandbox says no. Every failure is answered as JSON ``{"code", "message"}``.

Failure
+-- BadInput      400  what was sent cannot be read; the message says what and where
+-- Unauthorized  401  no bearer token, or another one
+-- NotFound      404  there is no such thing
+-- Conflict      409  the reference was used for something else
+-- Refused       422  understood, and the answer is no; `code` says why
"""

from http import HTTPStatus


class Failure(Exception):
    """A refusal with a code for programs and a message for people."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "failure"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code


class BadInput(Failure):
    """What was sent cannot be read. Nothing was done."""

    status = HTTPStatus.BAD_REQUEST
    code = "bad_input"


class Unauthorized(Failure):
    """No bearer token, or another one. Nothing was done."""

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthorized"


class NotFound(Failure):
    """There is no such thing."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class Conflict(Failure):
    """The reference was used before with another body. Nothing was done now."""

    status = HTTPStatus.CONFLICT
    code = "reference_reused"


class Refused(Failure):
    """Understood, and the answer is no."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "refused"

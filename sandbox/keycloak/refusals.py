"""How Keycloak says no: OAuth's two fields, with its own words and its own habits of status."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import JSONResponse, Response

BEARER = "Bearer"


@dataclass(slots=True)
class No(Exception):
    """A refusal: what `error` and `error_description` say; ``challenge`` names the scheme that is asked for."""

    status: HTTPStatus
    error: str
    description: str = ""
    challenge: str = ""

    def response(self) -> Response:
        body = {"error": self.error} | ({"error_description": self.description} if self.description else {})
        headers = {"www-authenticate": f'{self.challenge} realm="sandbox"'} if self.challenge else {}
        return JSONResponse(body, status_code=self.status, headers=headers)


def no_realm() -> No:
    return No(HTTPStatus.NOT_FOUND, "Realm does not exist")


def no_client() -> No:
    return No(HTTPStatus.UNAUTHORIZED, "invalid_client", "Invalid client or Invalid client credentials")


def wrong_secret() -> No:
    return No(HTTPStatus.UNAUTHORIZED, "unauthorized_client", "Invalid client or Invalid client credentials")


def bad_request(description: str) -> No:
    return No(HTTPStatus.BAD_REQUEST, "invalid_request", description)


def bad_token(description: str = "Token verification failed") -> No:
    return No(HTTPStatus.UNAUTHORIZED, "invalid_token", description, BEARER)

"""The sandbox's Keycloak at `/sandbox/keycloak`, misbehaving on demand as the core `keycloak` of the faults.

A client is told to it by REST (`setup`), as an administrator tells a real one; it starts empty.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.faults import Endpoint, Faults, faulty
from sandbox.keycloak import refusals
from sandbox.keycloak.openid import PROTOCOL, OpenId
from sandbox.keycloak.realms import Realms
from sandbox.keycloak.refusals import No
from sandbox.keycloak.setup import Setup
from sandbox.store import Store

CORE = "keycloak"
REALM = "/realms/{realm}"


class Keycloak:
    """Realms under `root`, the address that goes into `iss`."""

    def __init__(self, store: Store, faults: Faults, clock: Callable[[], datetime], root: str) -> None:
        realms = Realms(store)
        self._faults = faults
        self._openid = OpenId(realms, root, lambda: int(clock().timestamp()))
        self._setup = Setup(realms)

    def routes(self) -> list[BaseRoute]:
        openid, setup = self._openid, self._setup
        protocol = REALM + PROTOCOL
        return [
            Route(REALM, self._face("realm", openid.realm)),
            Route(REALM + "/.well-known/openid-configuration", self._face("realm", openid.configuration)),
            Route(protocol + "/certs", self._face("certs", openid.certs)),
            Route(protocol + "/token", self._face("token", openid.token), methods=["POST"]),
            Route(protocol + "/token/introspect", self._face("introspect", openid.introspect), methods=["POST"]),
            Route(protocol + "/userinfo", self._face("userinfo", openid.userinfo), methods=["GET", "POST"]),
            Route(protocol + "/logout", self._face("logout", openid.logout), methods=["POST"]),
            Route("/setup" + REALM + "/clients/{client_id}", setup.client, methods=["PUT"]),
            Route("/setup" + REALM + "/users/{username}", setup.user, methods=["PUT"]),
            Route("/setup" + REALM + "/rotation", setup.rotation, methods=["POST"]),
        ]

    def _face(self, operation: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Endpoint:
        misbehaving = faulty(self._faults, CORE, operation, _answering(endpoint))

        async def in_its_words(request: Request) -> Response:
            answer = await misbehaving(request)
            told_to_refuse = answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
            return refusals.wrong_secret().response() if told_to_refuse else answer

        return in_its_words


def _answering(endpoint: Endpoint) -> Endpoint:
    """Refusals become answers here, for the faults let nothing but answers through."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except No as no:
            return no.response()

    return answer

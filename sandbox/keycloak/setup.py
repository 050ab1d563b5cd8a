"""What a real Keycloak is told on its own pages: clients, people, and when to change its keys.

PUT  /setup/realms/{realm}/clients/{client_id}   {"secret", "roles": [], "audience": [], "life_s": 300}
PUT  /setup/realms/{realm}/users/{username}      {"password", "roles": [], "name": "", "otp": ""}
POST /setup/realms/{realm}/rotation              {"drop_old": false}  ->  {"kid"}
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.failures import BadInput, NotFound
from sandbox.keycloak.realms import Party, Realms
from sandbox.web import Body, read

LIFE_S_MAX = 86_400

Word = Annotated[str, Field(pattern=r"^[^\s\x00]{1,200}$")]
Words = Annotated[list[Word], Field(max_length=50)]
Secret = Annotated[str, Field(min_length=1, max_length=200)]


class ClientBody(Body):
    secret: Secret
    roles: Words = Field(default_factory=list)
    audience: Words = Field(default_factory=list)
    life_s: Annotated[int, Field(ge=1, le=LIFE_S_MAX)] = 300


class UserBody(Body):
    password: Secret
    roles: Words = Field(default_factory=list)
    name: Annotated[str, Field(max_length=200)] = ""
    otp: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""


class RotationBody(Body):
    drop_old: bool = False


class Setup:
    """Changes what the realms know."""

    def __init__(self, realms: Realms) -> None:
        self._realms = realms

    async def client(self, request: Request) -> Response:
        body, name = await read(request, ClientBody), _name(request.path_params["client_id"])
        party = Party(name, body.secret, tuple(body.roles), tuple(body.audience), body.life_s)
        return self._put(request, "client", party)

    async def user(self, request: Request) -> Response:
        body, name = await read(request, UserBody), _name(request.path_params["username"])
        party = Party(name, body.password, tuple(body.roles), full_name=body.name, otp=body.otp)
        return self._put(request, "user", party)

    async def rotation(self, request: Request) -> Response:
        body, realm = await read(request, RotationBody), request.path_params["realm"]
        if not self._realms.keys(realm):
            raise NotFound(f"There is no realm '{realm}'; it comes with its first client or user.")
        return JSONResponse({"kid": self._realms.rotate(realm, body.drop_old).kid})

    def _put(self, request: Request, kind: str, party: Party) -> Response:
        self._realms.put(_name(request.path_params["realm"]), kind, party)
        shown: dict[str, str | Sequence[str]] = {"name": party.name, "roles": list(party.roles)}
        return JSONResponse(shown)


def _name(text: str) -> str:
    if not text.isprintable() or " " in text or len(text) > 200:
        raise BadInput("A realm, client or user has a name of up to 200 letters without spaces.")
    return text

"""The protocol of a realm: tokens, certificates, who somebody is, whether a token is good, signing out."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.keycloak import refusals, tokens
from sandbox.keycloak.forms import Form, bearer, client_of, form
from sandbox.keycloak.keys import ALGORITHM, SigningKey
from sandbox.keycloak.realms import Party, Realms
from sandbox.keycloak.refusals import No
from sandbox.keycloak.tokens import REFRESH_S, Claims, Grant

PROTOCOL = "/protocol/openid-connect"
GRANTS = ("client_credentials", "password", "refresh_token")


class OpenId:
    """All realms at `root`. ``now`` gives seconds since 1970. Every method raises refusals.No."""

    def __init__(self, realms: Realms, root: str, now: Callable[[], int]) -> None:
        self._realms = realms
        self._root = root
        self._now = now

    async def realm(self, request: Request) -> Response:
        realm, keys = self._found(request)
        about = {
            "realm": realm,
            "public_key": keys[0].public,
            "token-service": f"{self._issuer(realm)}{PROTOCOL}",
            "account-service": f"{self._issuer(realm)}/account",
            "tokens-not-before": 0,
        }
        return JSONResponse(about)

    async def configuration(self, request: Request) -> Response:
        issuer = self._issuer(self._found(request)[0])
        at = f"{issuer}{PROTOCOL}"
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{at}/auth",
                "token_endpoint": f"{at}/token",
                "introspection_endpoint": f"{at}/token/introspect",
                "userinfo_endpoint": f"{at}/userinfo",
                "end_session_endpoint": f"{at}/logout",
                "jwks_uri": f"{at}/certs",
                "grant_types_supported": list(GRANTS),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "scopes_supported": ["openid", "profile", "email"],
            }
        )

    async def certs(self, request: Request) -> Response:
        return JSONResponse({"keys": [key.jwk for key in self._found(request)[1]]})

    async def token(self, request: Request) -> Response:
        realm, keys = self._found(request)
        sent = await form(request)
        if "grant_type" not in sent:
            raise refusals.bad_request("Missing form parameter: grant_type")
        client = client_of(request, sent, self._realms, realm)
        return JSONResponse(self._issued(self._granted(realm, keys, client, sent), keys[0]))

    async def userinfo(self, request: Request) -> Response:
        realm, keys = self._found(request)
        claims = self._good(realm, keys, bearer(request))
        if claims is None or claims["typ"] != "Bearer":
            raise refusals.bad_token()
        if "openid" not in str(claims["scope"]).split():
            raise No(HTTPStatus.FORBIDDEN, "insufficient_scope", "Missing openid scope", refusals.BEARER)
        return JSONResponse({name: claims[name] for name in ("sub", "preferred_username", "name") if name in claims})

    async def introspect(self, request: Request) -> Response:
        realm, keys = self._found(request)
        sent = await form(request)
        client_of(request, sent, self._realms, realm)
        claims = self._good(realm, keys, sent.get("token", ""))
        if claims is None:
            return JSONResponse({"active": False})
        return JSONResponse({**claims, "client_id": claims["azp"], "active": True})

    async def logout(self, request: Request) -> Response:
        realm, keys = self._found(request)
        sent = await form(request)
        client = client_of(request, sent, self._realms, realm)
        claims = self._refreshing(realm, keys, client, sent)
        self._realms.end_session(realm, str(claims["sid"]))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def _granted(self, realm: str, keys: list[SigningKey], client: Party, sent: Form) -> Grant:
        issuer, scope = self._issuer(realm), sent.get("scope", "") or "profile email"
        match sent["grant_type"]:
            case "client_credentials":
                return Grant(issuer, client, client, scope)
            case "password":
                user = self._realms.user(realm, sent.get("username", ""))
                if user is None or not (user.knows(sent.get("password", "")) and user.shows(sent.get("totp", ""))):
                    raise No(HTTPStatus.UNAUTHORIZED, "invalid_grant", "Invalid user credentials")
                return Grant(issuer, client, user, scope, self._realms.open_session(realm, client.name, user.name))
            case "refresh_token":
                claims = self._refreshing(realm, keys, client, sent)
                session = self._realms.session(realm, str(claims["sid"]))
                again = self._realms.user(realm, session.user) if session else None
                if session is None or again is None:
                    raise No(HTTPStatus.BAD_REQUEST, "invalid_grant", "Session not active")
                return Grant(issuer, client, again, str(claims["scope"]), session)
        raise No(HTTPStatus.BAD_REQUEST, "unsupported_grant_type", "Unsupported grant_type")

    def _issued(self, grant: Grant, key: SigningKey) -> dict[str, object]:
        now = self._now()
        answer: dict[str, object] = {
            "access_token": tokens.signed(grant.access(now), key),
            "expires_in": grant.client.life_s,
            "refresh_expires_in": REFRESH_S if grant.session else 0,
            "token_type": "Bearer",
            "not-before-policy": 0,
            "scope": grant.scope,
        }
        if grant.session:
            answer |= {
                "refresh_token": tokens.signed(grant.refresh(now), key),
                "session_state": grant.session.sid,
            }
        if grant.session and "openid" in grant.scope.split():
            answer["id_token"] = tokens.signed(grant.identity(now), key)
        return answer

    def _refreshing(self, realm: str, keys: list[SigningKey], client: Party, sent: Form) -> Claims:
        claims = self._good(realm, keys, sent.get("refresh_token", ""))
        if claims is None or claims["typ"] != "Refresh" or claims["azp"] != client.name:
            raise No(HTTPStatus.BAD_REQUEST, "invalid_grant", "Invalid refresh token")
        return claims

    def _good(self, realm: str, keys: list[SigningKey], token: str) -> Claims | None:
        """The claims of a token of this realm whose session, if it has one, has not ended."""
        claims = tokens.read(token, keys, self._issuer(realm), self._now())
        if claims is None or ("sid" in claims and self._realms.session(realm, str(claims["sid"])) is None):
            return None
        return claims

    def _found(self, request: Request) -> tuple[str, list[SigningKey]]:
        realm = request.path_params["realm"]
        keys = self._realms.keys(realm)
        if not keys:
            raise refusals.no_realm()
        return realm, keys

    def _issuer(self, realm: str) -> str:
        return f"{self._root}/realms/{realm}"

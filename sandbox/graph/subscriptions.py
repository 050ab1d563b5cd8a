"""An app's own edges: where its news goes, and the token it acts with.

POST   /v{N}.0/{app}/subscriptions   object, callback_url, verify_token, fields; the callback must answer a handshake
GET    /v{N}.0/{app}/subscriptions   -> {"data": [{"object","callback_url","active","fields":[{"name","version"}]}]}
DELETE /v{N}.0/{app}/subscriptions   object?
GET    /v{N}.0/oauth/access_token    client_id, client_secret, grant_type=client_credentials -> {"access_token"}
All but the last need the token `app_id|app_secret`.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from sandbox.graph.apps import Apps, Subscription
from sandbox.graph.arguments import Arguments
from sandbox.graph.failures import GraphRefused, invalid_parameter
from sandbox.graph.tokens import AppToken, app_token

VERIFY_TOKEN_NEEDED = "If param callback_url is specified, param verify_token must be a non-empty string."  # noqa: S105 words, not a secret


@dataclass(frozen=True, slots=True)
class Edges:
    """`objects` says which kinds of object this platform tells of, and which fields each has."""

    apps: Apps
    objects: Mapping[str, frozenset[str]]
    client: Callable[[], httpx.AsyncClient]
    changed: Callable[[str], None]

    def on(self, verb: str) -> Callable[[str, str, Arguments], Awaitable[dict[str, Any]]]:
        return {"POST": self.subscribe, "GET": self.list, "DELETE": self.unsubscribe}[verb]

    async def subscribe(self, app: str, token: str, arguments: Arguments) -> dict[str, Any]:
        owner = _owner(app, token)
        wanted = self._wanted(owner, arguments)
        await _shake_hands(self.client(), wanted)
        self.apps.save(wanted)
        self.changed(app)
        return {"success": True}

    async def list(self, app: str, token: str, _: Arguments) -> dict[str, Any]:
        _owner(app, token)
        version = {"version": "v25.0"}
        return {
            "data": [
                {
                    "object": each.object,
                    "callback_url": each.callback_url,
                    "active": True,
                    "fields": [{"name": name} | version for name in each.fields],
                }
                for each in self.apps.all()
                if each.app == app
            ]
        }

    async def unsubscribe(self, app: str, token: str, arguments: Arguments) -> dict[str, Any]:
        _owner(app, token)
        self.apps.remove(app, arguments.text("object"))
        self.changed(app)
        return {"success": True}

    def _wanted(self, owner: AppToken, arguments: Arguments) -> Subscription:
        """Raises GraphRefused #100."""
        object_, url = arguments.text("object"), arguments.text("callback_url")
        if object_ not in self.objects:
            raise invalid_parameter(f"Param object must be one of {{{', '.join(sorted(self.objects)).upper()}}}")
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise invalid_parameter("Param callback_url must be a URL")
        verify_token = arguments.text("verify_token")
        if not verify_token:
            raise invalid_parameter(VERIFY_TOKEN_NEEDED)
        known = self.apps.find(owner.app, object_)
        fields = arguments.names("fields") or (known.fields if known else ())
        if unknown := sorted(set(fields) - self.objects[object_]):
            raise invalid_parameter(f"Param fields has unknown values: {', '.join(unknown)}")
        return Subscription(owner.app, object_, url, fields, owner.secret, verify_token)


def access_token(arguments: Arguments) -> dict[str, Any]:
    """Raises GraphRefused for what is no pair of id and secret."""
    app, secret = arguments.text("client_id"), arguments.text("client_secret")
    token = f"{app}|{secret}"
    if not secret or app_token(token) is None:
        raise GraphRefused(400, 101, "Error validating application. Cannot get application info")
    return {"access_token": token, "token_type": "bearer"}


def _owner(app: str, token: str) -> AppToken:
    owner = app_token(token)
    if owner is None or owner.app != app:
        raise GraphRefused(400, 15, "This method must be called with an app access_token.")
    return owner


async def _shake_hands(client: httpx.AsyncClient, wanted: Subscription) -> None:
    """The callback must give the challenge back, and nothing else. Raises GraphRefused #2200."""
    challenge = str(secrets.randbelow(2**31))
    asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": wanted.verify_token}
    try:
        answer = await client.get(httpx.URL(wanted.callback_url).copy_merge_params(asked))
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise _not_validated(f"Connection failed: {type(error).__name__}") from None
    if answer.status_code != httpx.codes.OK:
        raise _not_validated(f"HTTP Status Code = {answer.status_code}; HTTP Message = {answer.reason_phrase}")
    if answer.text != challenge:
        received = answer.text[:40]
        raise _not_validated(f"Response does not match challenge, expected value='{challenge}', received='{received}'")


def _not_validated(words: str) -> GraphRefused:
    return GraphRefused(400, 2200, f"Callback verification failed with the following errors: {words}")

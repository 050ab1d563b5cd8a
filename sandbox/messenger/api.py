"""What bots call, under `/v{N}.0`; `me` is the Page that the token has called for before.

POST   /{page}/messages                 the Send API: sending.py
POST   /{page}/message_attachments      {"message": {"attachment"}} or a form with `filedata` -> {"attachment_id"}
POST   /{page}/messenger_profile        properties: profile.py -> {"result": "success"}; GET ?fields=; DELETE {"fields"}
POST   /{page}/subscribed_apps          {"subscribed_fields"} -> {"success": true}; GET; DELETE
POST   /{page}/message_templates        templates.py -> {"id","status","category"}; GET ?name=; DELETE ?name=
GET    /{page}                          -> {"name","id"};  GET /{psid} -> {"first_name","last_name","id"}
/{app}/subscriptions is the Graph's own. Files of messages lie, without a version, at /files/{id}.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.graph.failures import no_object
from sandbox.graph.platform import Call, Endpoint
from sandbox.graph.tokens import app_token
from sandbox.messenger import failures, given, profile, sending
from sandbox.messenger.limits import ATTACHMENT_MAX_BYTES, WEBHOOK_FIELDS
from sandbox.messenger.pages import Page
from sandbox.messenger.platform import Platform
from sandbox.phones.files import answer
from sandbox.phones.wire import Problem

# JavaScript, which shows the Pages, counts exactly up to 9 007 199 254 740 991; ids of people are longer.
PAGE_ID = re.compile(r"[1-9][0-9]{0,14}|[1-8][0-9]{15}")
FORM_MAX_BYTES = ATTACHMENT_MAX_BYTES + 1024 * 1024

PageEndpoint = Callable[[Platform, Page, Call], Awaitable[dict[str, Any]]]


class PageApi:
    """Serves bots."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._pages_of_tokens: dict[bytes, int] = {}

    def routes(self) -> list[BaseRoute]:
        route = self._platform.graph.route
        on_page = [
            route(f"/{{id}}/{edge}", self._on_page(endpoint), verb, FORM_MAX_BYTES) for edge, verb, endpoint in EDGES
        ]
        return [
            Route("/files/{file}", self.file),
            *on_page,
            route("/{id}", self.node, "GET"),
            *self._platform.graph.routes(),
        ]

    async def file(self, request: Request) -> Response:
        """Open to whoever has the address, as on the platform's content network."""
        file = self._platform.files.find(request.path_params["file"])
        if file is None:
            raise Problem(404, "URL signature mismatch")
        return answer(file.name, file.mime, file.data)

    async def node(self, call: Call) -> dict[str, Any]:
        """Facts of a Page or of somebody who has written to it."""
        if not PAGE_ID.fullmatch(call.id) and call.id != "me":
            return self._person(call)
        page = self._page(call)
        return {"name": page.name, "id": str(page.id)}

    def _person(self, call: Call) -> dict[str, Any]:
        for page in self._platform.pages.all():
            chat = self._platform.chats.by_psid(page.id, call.id)
            person = self._platform.people.find(chat.person) if chat else None
            if person:
                return {"first_name": person.first_name, "last_name": person.last_name, "id": call.id}
        raise no_object("get", call.id)

    def _on_page(self, endpoint: PageEndpoint) -> Endpoint:
        async def on_page(call: Call) -> dict[str, Any]:
            return await endpoint(self._platform, self._page(call), call)

        return on_page

    def _page(self, call: Call) -> Page:
        """Raises GraphRefused for what cannot be a Page, and for a token that is no Page's."""
        if app_token(call.token):
            raise failures.bad("This endpoint requires a Page access token")
        page_id = self._me(call) if call.id == "me" else call.id
        if not PAGE_ID.fullmatch(page_id):
            raise no_object(call.verb, call.id)
        self._pages_of_tokens[_digest(call.token)] = int(page_id)
        return self._platform.page_of(int(page_id), _root(call.request))

    def _me(self, call: Call) -> str:
        """The Page whose token this is; a token that never named one belongs to the only Page there is."""
        known = self._pages_of_tokens.get(_digest(call.token))
        pages = self._platform.pages.all()
        if known is None and len(pages) == 1:
            known = pages[0].id
        return str(known or "")


def _root(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def _digest(token: str) -> bytes:
    return hashlib.blake2b(token.encode(), digest_size=16).digest()


async def _send(platform: Platform, page: Page, call: Call) -> dict[str, Any]:
    return await sending.send(platform, page, call.arguments)


async def _upload(platform: Platform, page: Page, call: Call) -> dict[str, Any]:
    return await sending.upload(platform, page, call.arguments)


async def _set_profile(platform: Platform, page: Page, call: Call) -> dict[str, Any]:
    properties = {name: _structure(call, name) for name in profile.CHECKS if name in call.arguments.values}
    platform.change_page(page, profile=profile.changed(page.profile, properties))
    return {"result": "success"}


def _structure(call: Call, name: str) -> Any:
    """An empty object is one, and not nothing."""
    value = call.arguments.values[name]
    return call.arguments.structure(name) if isinstance(value, str) else value


async def _get_profile(_: Platform, page: Page, call: Call) -> dict[str, Any]:
    return profile.read(page.profile, call.arguments.names("fields"))


async def _delete_profile(platform: Platform, page: Page, call: Call) -> dict[str, Any]:
    platform.change_page(page, profile=profile.without(page.profile, call.arguments.names("fields")))
    return {"result": "success"}


async def _subscribe(platform: Platform, page: Page, call: Call) -> dict[str, Any]:
    fields = call.arguments.names("subscribed_fields")
    if not fields:
        raise failures.bad("The parameter subscribed_fields is required")
    for index, name in enumerate(fields):
        given.one_of(name, f"subscribed_fields[{index}]", WEBHOOK_FIELDS)
    platform.pages.change(page.id, subscribed=fields)
    return {"success": True}


async def _subscribed(platform: Platform, page: Page, _: Call) -> dict[str, Any]:
    apps = {each.app for each in platform.graph.apps.all()} if page.subscribed else set[str]()
    return {"data": [{"id": app, "subscribed_fields": list(page.subscribed)} for app in sorted(apps)]}


async def _unsubscribe(platform: Platform, page: Page, _: Call) -> dict[str, Any]:
    platform.pages.change(page.id, subscribed=())
    return {"success": True}


async def _add_template(platform: Platform, page: Page, call: Call) -> dict[str, Any]:
    asked = call.arguments.values | {"components": call.arguments.structure("components")}
    template = platform.templates.add(page.id, asked)
    return {"id": template.id, "status": "APPROVED", "category": "UTILITY"}


async def _list_templates(platform: Platform, page: Page, call: Call) -> dict[str, Any]:
    return {"data": [each.as_json() for each in platform.templates.all(page.id, call.arguments.text("name"))]}


async def _remove_template(platform: Platform, page: Page, call: Call) -> dict[str, Any]:
    if not platform.templates.remove(page.id, call.arguments.text("name")):
        raise failures.bad("Message template not found")
    return {"success": True}


EDGES: tuple[tuple[str, str, PageEndpoint], ...] = (
    ("messages", "POST", _send),
    ("message_attachments", "POST", _upload),
    ("messenger_profile", "POST", _set_profile),
    ("messenger_profile", "GET", _get_profile),
    ("messenger_profile", "DELETE", _delete_profile),
    ("subscribed_apps", "POST", _subscribe),
    ("subscribed_apps", "GET", _subscribed),
    ("subscribed_apps", "DELETE", _unsubscribe),
    ("message_templates", "POST", _add_template),
    ("message_templates", "GET", _list_templates),
    ("message_templates", "DELETE", _remove_template),
)

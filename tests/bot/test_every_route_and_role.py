"""Every route of `/api/v1` with every kind of caller, in the whole of Teller: exactly what the table of roles says."""

import asyncio
import base64
import json
import re
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from bot.compose import process
from bot.routing import ByPrefix
from bot.settings import Settings
from bot.tokens import Tokens
from flows.roles import NOBODY, ROUTES, Entry

UNKNOWN = "00000000-0000-4000-8000-000000000000"
# What stands in a path's place; anything else there is an id that nothing has.
FILLED = {"partner": "club", "number": "1", "place": "0" * 64, "channel": "telegram", "purpose": "marketing"}
TRAINING_S = 300.0


@dataclass(frozen=True, slots=True)
class Whole:
    """Teller in this process: its descriptions, its other routes, and tokens and keys of every kind of caller."""

    api: httpx.AsyncClient
    apps: tuple[FastAPI, ...]
    beside: tuple[Route, ...]
    callers: Mapping[str, str]

    def routes(self) -> Iterator[str]:
        """As the descriptions name them."""
        for app in self.apps:
            for path, methods in app.openapi()["paths"].items():
                yield from (f"{method.upper()} {path}" for method in methods)

    def filled(self, route: str) -> tuple[str, str]:
        """Its method, and a path with something in each place."""
        method, _, path = route.partition(" ")
        return method, re.sub(r"\{(\w+)\}", lambda found: FILLED.get(found[1], UNKNOWN), path)

    async def call(self, route: str, caller: str) -> httpx.Response:
        method, filled = self.filled(route)
        token = self.callers[caller]
        headers = {"authorization": token} if token else {}
        return await self.api.request(method, filled, json={} if method != "GET" else None, headers=headers)


@pytest.fixture
async def whole(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    learnt = tmp_path_factory.getbasetemp() / "learnt"  # once for all tests of the file
    learnt.mkdir(exist_ok=True)
    (settings.data_dir / "nlu").symlink_to(learnt, target_is_directory=True)
    patient = settings.http.model_copy(update={"refusals_per_minute": 0})
    async with process(settings.model_copy(update={"http": patient})) as built:
        top = built.app
        while not isinstance(top, Starlette):  # below the ids of requests, the traces and the throttle
            top = top._app  # type: ignore[attr-defined]
        routed = next(r.app for r in top.routes if isinstance(r, Mount) and isinstance(r.app, ByPrefix))
        apps = tuple(dict.fromkeys(app for _, app in routed._apps if isinstance(app, FastAPI)))
        assert len(apps) == len({id(app) for _, app in routed._apps})
        tokens = Tokens([key.get_secret_value() for key in settings.jwt.keys])
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(built.app, raise_app_exceptions=False), base_url="http://teller"
        ) as api:
            yield Whole(api, apps, tuple(_flat(top.routes)), await _callers(api, tokens))
        async with asyncio.timeout(TRAINING_S):
            while not [*(settings.data_dir / "nlu").glob("*.npz")]:  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.1)


def _flat(routes: list[BaseRoute], prefix: str = "") -> Iterator[Route]:
    """All routes that are no part of a described API, with their whole paths."""
    for route in routes:
        if isinstance(route, Route):
            yield Route(f"{prefix}{route.path}", route.endpoint, methods=[*(route.methods or ())])
        elif isinstance(route, Mount) and isinstance(route.app, Starlette):
            yield from _flat(route.app.routes, f"{prefix}{route.path}")


async def _callers(api: httpx.AsyncClient, tokens: Tokens) -> dict[str, str]:
    """What each kind of caller sends; the partner `club` has a login and a key for each scope."""
    staff = {"authorization": f"Bearer {tokens.issue('staff', 'olena')}"}
    body = {"name": "Club", "login": "club-login"}
    (await api.put("/api/v1/partners/club", json=body, headers=staff)).raise_for_status()
    keys = {}
    for scope in ("deliveries:read", "deliveries:replay"):
        made = await api.post("/api/v1/partners/club/keys", json={"scopes": [scope]}, headers=staff)
        keys[f"key {scope}"] = f"Bearer {made.raise_for_status().json()['key']}"
    strange = Tokens([base64.b64encode(secrets.token_bytes(32)).decode()])
    good = tokens.issue("staff", "olena")
    return keys | {
        "nobody": "",
        "no token": "Bearer ",
        "by password": "Basic " + base64.b64encode(b"olena:staff").decode(),
        "nonsense": "Bearer nonsense",
        "a changed token": f"Bearer {good[:-6]}AAAAAA",
        "alg none": f"Bearer {_unsigned(good)}",
        "of another estate": f"Bearer {strange.issue('staff', 'mallory')}",
        "a key that is none": f"Bearer {made.json()['key'][:-6]}AAAAAA",
        "partner": f"Bearer {tokens.issue('partner', 'club-login')}",
        "a stranger with the role partner": f"Bearer {tokens.issue('partner', 'nobody')}",
        "service": f"Bearer {tokens.issue('service', 'bot')}",
        "staff": f"Bearer {good}",
    }


def _unsigned(token: str) -> str:
    claims = token.split(".")[1]
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    return f"{header}.{claims}."


BROKEN = ("nobody", "no token", "by password", "nonsense", "a changed token", "alg none", "of another estate")


def expected(entry: Entry, caller: str) -> int:
    """401, 403, or 200 for whoever is let in."""
    if caller in BROKEN or caller == "a key that is none":
        return 401
    if caller.startswith("key "):
        if entry.scope is None:
            return 401
        return 200 if caller == f"key {entry.scope}" else 403
    if caller == "a stranger with the role partner":
        return 403
    return 200 if caller in entry.roles else 403


def seen(answer: httpx.Response) -> int:
    """The same of an answer: once somebody is let in, the rest is not asked here, but nothing may break."""
    assert answer.status_code < 500, answer.text
    return answer.status_code if answer.status_code in (401, 403) else 200


async def test_every_route_lets_in_exactly_whom_the_table_names(whole: Whole) -> None:
    wrong = []
    for route, entry in ROUTES.items():
        for caller in whole.callers:
            answer = await whole.call(route, caller)
            if seen(answer) != expected(entry, caller):
                wrong.append(f"{caller} at {route}: {answer.status_code} {answer.text[:80]}")
            if answer.status_code == 401 and answer.headers.get("www-authenticate") != "Bearer":
                wrong.append(f"{caller} at {route}: not told how to come in")
            sent = whole.callers[caller].rpartition(" ")[2]
            if sent and sent in answer.text:
                wrong.append(f"{caller} at {route}: the token is repeated")
    assert wrong == []


async def test_no_route_is_missing_in_the_table_and_none_of_the_table_in_the_app(whole: Whole) -> None:
    found = [*whole.routes()]
    assert len(found) == len({*found})
    assert {*found} == {*ROUTES}
    assert [route.path for route in whole.beside if route.path.startswith("/api/")] == []
    assert all(entry.roles for entry in ROUTES.values())


async def test_every_description_says_that_a_bearer_token_is_needed(whole: Whole) -> None:
    bare = []
    for app in whole.apps:
        for path, methods in app.openapi()["paths"].items():
            bare += [path for said in methods.values() if said.get("security") != [{"HTTPBearer": []}]]
    assert bare == []


async def test_no_body_takes_a_property_that_is_not_its_own(whole: Whole) -> None:
    """A state, a fee or whose it is cannot be slipped into a request: whatever is not named is refused."""
    open_bodies, taken = [], []
    for app in whole.apps:
        described = app.openapi()
        for path, methods in described["paths"].items():
            for method, said in methods.items():
                body = said.get("requestBody", {}).get("content", {}).get("application/json")
                if body is None:
                    continue
                open_bodies += [f"{method} {path}: {name}" for name in _open(body["schema"], described)]
                answer = await _slipped_in(whole, f"{method.upper()} {path}")
                if answer.status_code != 422 or "POSTED" in answer.text:
                    taken.append(f"{method} {path}: {answer.status_code} {answer.text[:80]}")
    assert open_bodies == []
    assert taken == []


async def _slipped_in(whole: Whole, route: str) -> httpx.Response:
    """The body with three properties that are nobody's to send there."""
    caller = "service" if "service" in ROUTES[route].roles else "staff"
    body = {"state": "POSTED", "fee": "0.00", "owner": "mallory"}
    method, path = whole.filled(route)
    return await whole.api.request(method, path, json=body, headers={"authorization": whole.callers[caller]})


def _open(schema: Mapping[str, Any], described: Mapping[str, Any]) -> Iterator[str]:
    """The objects of a body's outermost shape, or of its kinds, that would take any property."""
    named = schema.get("$ref", "").rpartition("/")[2]
    shape = described["components"]["schemas"][named] if named else schema
    kinds = [*shape.get("oneOf", ()), *shape.get("anyOf", ())]
    if kinds:
        for kind in kinds:
            yield from _open(kind, described)
    elif shape.get("additionalProperties") is not False:
        yield named or str(shape)


async def test_no_page_of_another_site_may_call_and_no_answer_shows_a_stack(whole: Whole) -> None:
    asking = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    staff = {"authorization": whole.callers["staff"]}
    told = []
    for route in ROUTES:
        _, path = whole.filled(route)
        for answer in (
            await whole.api.options(path, headers=asking),
            await whole.api.get(path, headers=asking | staff),
            await whole.api.post(path, content=b"{", headers=staff | {"content-type": "application/json"}),
        ):
            if any(name.startswith("access-control-") for name in answer.headers):
                told.append(f"{path}: CORS")
            if "Traceback" in answer.text or 'File "' in answer.text or ".py" in answer.text:
                told.append(f"{path}: {answer.text[:100]}")
    assert told == []


async def test_nothing_describes_itself_in_production(whole: Whole) -> None:
    names = [app.openapi_url for app in whole.apps if app.openapi_url and app.openapi_url.startswith("/api/")]
    assert len(names) >= 6
    quiet = ByPrefix({prefix: app for app in whole.apps for prefix in ("/api/v1",)}, described=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(quiet), base_url="http://teller") as api:
        for path in (*names, "/docs", "/redoc", "/openapi.json"):
            assert (await api.get(path)).status_code == 404
    for path in names:
        assert (await whole.api.get(path)).status_code == 200
    for path in ("/docs", "/redoc", "/openapi.json", "/api/v1/docs"):
        assert (await whole.api.get(path)).status_code == 404


async def test_a_route_that_the_table_forgot_lets_nobody_in(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    without: dict[str, Any] = {route: entry for route, entry in ROUTES.items() if "handoffs" not in route}
    monkeypatch.setattr("flows.roles.ROUTES", without)
    for caller in whole.callers:
        assert seen(await whole.call("GET /api/v1/handoffs", caller)) in (401, 403)
    assert NOBODY.roles == frozenset()

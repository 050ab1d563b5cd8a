"""Requests that nobody would write, at every route of CustomerAPI and at the door of partners' webhooks."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx
import pytest
import schemathesis
from customer_world import Chat, Clock
from fastapi import FastAPI
from fuzzed import everywhere, serving
from schemathesis import Case
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from standardwebhooks import Webhook
from starlette.applications import Starlette

from bot.keyring import Keyring
from bot.partner_webhooks import partner_route
from customer_api.partners.door import Door
from customer_api.seals import Seals

ALL = ("/api/v1/customers", "/api/v1/partners", "/api/v1/referrals")
VERBS = ("consents.any", "consents.given", "offers.any", "offers.active", "offers.read", "referrals.overview")
PARTNER, OFFER = "books", "books-ten"
ENDS = frozenset({204, 400, 401, 404, 409, 413, 422, 429})  # as docs/partners.md tells partners
TYPES = ("referral.sent", "referral.bought", "promo.used", "offer.redeemed", "moon.landed")


@dataclass
class There:
    """What is really there: a customer with a chat, a partner with a key and a secret, and who may call."""

    customer_id: str
    binding_id: str
    key_id: str
    secret_id: str
    secret: str
    marks: tuple[str, ...]

    def at(self, name: str) -> str | None:
        """What may stand in a path under this name."""
        known = {"customer_id": self.customer_id, "binding_id": self.binding_id, "key_id": self.key_id,
                 "secret_id": self.secret_id, "partner": PARTNER, "offer": OFFER}  # fmt: skip
        return known.get(name)


@pytest.fixture
async def there(api: httpx.AsyncClient, chat: Chat, caller: Callable[[str], httpx.AsyncClient]) -> There:
    customer_id = str((await chat.prove())["customer_id"])
    bindings = (await api.get(f"/api/v1/customers/{customer_id}/bindings")).json()
    await api.put(f"/api/v1/partners/{PARTNER}", json={"name": "Books"})
    key = (await api.post(f"/api/v1/partners/{PARTNER}/keys", json={"scopes": ["deliveries:read"]})).json()
    secret = (await api.post(f"/api/v1/partners/{PARTNER}/secrets", json={"direction": "in"})).json()
    roles = tuple(caller(role).headers["authorization"] for role in ("service", "staff", "partner"))
    return There(
        customer_id, bindings[0]["binding_id"], key["key_id"], secret["secret_id"], secret["secret"],
        (*roles, f"Bearer {key['key']}"),
    )  # fmt: skip


@pytest.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    async with serving(app) as address:
        yield address


def fuzz(url: str, there: There) -> tuple[set[str], set[int]]:
    """With the tokens of a service, of staff and of a partner, and a partner's key."""
    dice = random.Random(20261129)

    def known(case: Case) -> None:
        for name in case.path_parameters or {}:
            value = dice.choice(VERBS) if name == "verb" else there.at(name)
            if value is not None and dice.random() < 0.6:
                case.path_parameters[name] = value
        if isinstance(case.body, dict) and "customer_id" in case.body and dice.random() < 0.6:
            case.body["customer_id"] = there.customer_id

    def as_somebody(_: Case) -> dict[str, str]:
        return {"Authorization": dice.choice(there.marks)}

    return everywhere(schemathesis.openapi.from_url(f"{url}/api/v1/customers/openapi.json"), known, as_somebody)


async def test_no_request_makes_a_server_error_or_an_answer_that_is_not_described(url: str, there: There) -> None:
    met, statuses = await asyncio.to_thread(fuzz, url, there)
    assert all(any(path.startswith(prefix) for path in met) for prefix in ALL)
    assert statuses >= {200, 201, 403, 404, 422}


NAME = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
DATA = {"type": ["object", "null"], "properties": {"code": NAME, "claim": NAME}, "required": ["code", "claim"]}
DOOR = {
    "openapi": "3.1.0",
    "info": {"title": "The door of partners' webhooks", "version": "1"},
    "paths": {
        "/webhooks/partners/{partner}": {
            "post": {
                "parameters": [
                    {"name": "partner", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}},
                    *(
                        {"name": f"webhook-{name}", "in": "header", "schema": {"type": "string"}}
                        for name in ("id", "timestamp", "signature")
                    ),
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["type"],
                                "properties": {"type": {"enum": [*TYPES]}, "data": DATA},
                            }
                        }
                    }
                },
                "responses": {str(status): {"description": ""} for status in ENDS},
            }
        }
    },
}


@pytest.fixture
async def door_url(engine: AsyncEngine, keyring: Keyring, clock: Clock) -> AsyncIterator[str]:
    door = Door(async_sessionmaker(engine, expire_on_commit=False), Seals(keyring), clock, fresh_s=0)
    async with serving(Starlette(routes=[partner_route(door)])) as address:
        yield address


def knock(url: str, there: There, clock: Clock) -> tuple[set[str], set[int]]:
    """Most are signed as the partner signs, so that what is in them is read."""
    dice = random.Random(20261129)

    def known(case: Case) -> None:
        if dice.random() < 0.9:
            case.path_parameters["partner"] = PARTNER

    def signed(case: Case) -> dict[str, str]:
        if not isinstance(case.body, dict | list | str | int) or dice.random() < 0.2:
            return {}
        body = json.dumps(case.body)
        event_id = f"msg_{dice.randrange(4)}"
        return {
            "webhook-id": event_id,
            "webhook-timestamp": str(int(clock.now.timestamp())),
            "webhook-signature": Webhook(there.secret).sign(event_id, clock.now, body),
        }

    schema = schemathesis.openapi.from_dict(DOOR)
    schema.config.update(base_url=url)
    return everywhere(schema, known, signed)


async def test_the_door_of_partners_answers_as_its_guide_says(door_url: str, there: There, clock: Clock) -> None:
    _, statuses = await asyncio.to_thread(knock, door_url, there, clock)
    assert statuses >= {204, 401}

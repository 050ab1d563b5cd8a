"""Card numbers, CVVs, PINs, passports and tokens go in by every door; then every place where something lies is read.

The doors: the webhooks of the four messengers, proved and forged, those of the core and of partners, every API with a
body, one-time pages and pages of links, addresses and headers. The places: all tables of all schemas, the log, the
metrics, the traces, what Redis was ever told, what was answered to us, and what the platforms received.
"""

import asyncio
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import platform_posts as posts
import pytest
from bank_in_front import Bank
from four_platforms import until
from PIL import Image
from pydantic import BaseModel, SecretStr
from test_nothing_secret_stays import everything_in

from bench.canaries import CVV, NUMBER, PASSPORT, PIN, WRITINGS, in_clear
from bot.settings import Settings, load_settings
from customer_api.partners.signatures import signed
from tests.bot.redis_server import RedisServer
from tests.collector import Collector

SAYINGS = ("send 56 to {}", "{}", "моя картка {} а що", "is {} a good card?")
OTHERS = (f"my PIN is {PIN} and cvv {CVV}", f"cvc2={CVV}", f"мій пін: {PIN}", f"паспорт {PASSPORT}", f"{PIN} - мій пін")
FORGED_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5LWNhbmFyeS1jYW5hcnk"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
OPEN = ("/secure/{}", "/pay/{}", "/receipts/{}", "/i/{}", "/media/{}", "/webhooks/{}", "/api/v1/customers/{}", "/{}")


@pytest.fixture
def service(bank: Bank) -> Iterator[httpx.Client]:
    """A client with a token of a service."""
    command = [sys.executable, "-m", "bot.cli", "token", "--role", "service"]
    token = subprocess.run(command, env=bank.running.environment, check=True, capture_output=True, text=True).stdout
    with httpx.Client(base_url=bank.running.url, headers={"authorization": f"Bearer {token.strip()}"}) as client:
        yield client


@pytest.fixture
def settings_of_the_bank(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of the running installation, with what it made up for itself."""
    for name, value in bank.running.environment.items():
        if name.startswith("TELLER_"):
            monkeypatch.setenv(name, value)
    return load_settings(env_file=None)


def own_secrets(settings: Settings) -> list[str]:
    """Every secret that the installation was given or has made."""
    groups = [value for _, value in settings]
    values = [
        value for group in groups for value in ([v for _, v in group] if isinstance(group, BaseModel) else [group])
    ]
    flat = [one for value in values for one in (value if isinstance(value, tuple) else [value])]
    found = [one.get_secret_value() for one in flat if isinstance(one, SecretStr) and one is not settings.database_url]
    assert len(found) > 10
    return [one for one in found if len(one) > 8]


def say_all(bank: Bank) -> dict[str, str]:
    """Everything that a customer may write, on every messenger; the last of it is answered. Who wrote where."""
    users = {channel: bank.greeted(channel) for channel in posts.CHANNELS}
    for channel, user in users.items():
        for number, writing in enumerate(WRITINGS):
            bank.hear(channel, posts.text(channel, user, SAYINGS[number % len(SAYINGS)].format(writing)))
        for words in OTHERS:
            bank.hear(channel, posts.text(channel, user, words))
    telegram, viber, whatsapp, messenger = (users[channel] for channel in posts.CHANNELS)
    file = {"file_id": "AgAC", "file_unique_id": "u", "file_name": f"{NUMBER}.pdf", "mime_type": "application/pdf"}
    bank.hear("telegram", posts.telegram(telegram, document=file, caption=f"card {WRITINGS[1]} pin {PIN}"))
    bank.hear("telegram", posts.telegram(telegram, text=f"/start {NUMBER}"))
    bank.hear("telegram", posts.telegram(telegram, contact={"phone_number": "+380501234567", "first_name": NUMBER}))
    named = {"id": viber, "name": f"Anna {WRITINGS[2]}", "language": "uk", "country": "UA", "api_version": 10}
    bank.hear("viber", posts.viber(viber, message={"type": "text", "text": "hi"}, sender=named))
    place = {"latitude": 50.4, "longitude": 30.5, "name": WRITINGS[3], "address": WRITINGS[1]}
    bank.hear("whatsapp", posts.whatsapp(posts.wa_message(whatsapp, "location", location=place)))
    opened = {"ref": NUMBER, "source": "SHORTLINK", "type": "OPEN_THREAD"}
    bank.hear("messenger", posts.messenger(posts.fb_item(messenger, referral=opened)))
    return users


def forge_all(bank: Bank) -> list[httpx.Response]:
    """Webhooks that prove nothing, and addresses, headers and pages with what nobody may keep."""
    body = json.dumps({"text": [*WRITINGS, *OTHERS], "token": FORGED_TOKEN}).encode()
    wrong = {"x-telegram-bot-api-secret-token": FORGED_TOKEN, "webhook-id": NUMBER, "x-request-id": NUMBER}
    answers = [bank.hook(channel, body, wrong) for channel in (*posts.CHANNELS, "core/sandbox", "partners/book-corner")]
    answers += [bank.hook(channel, b'{"broken ' + body) for channel in posts.CHANNELS]
    for place in OPEN:
        for what in (NUMBER, FORGED_TOKEN, PIN):
            address = f"{bank.running.url}{place.format(what)}"
            answers.append(
                httpx.get(address, params={"q": NUMBER}, headers={"authorization": f"Bearer {FORGED_TOKEN}"})
            )
            answers.append(httpx.post(address, data={"number": NUMBER, "pin": PIN, "password": PIN}))
    return answers


def ask_all(bank: Bank, service: httpx.Client, writing: str) -> list[httpx.Response]:
    """Every API that takes words, with a card number among them."""
    told = f"see {writing} please"
    operation = {
        "op_id": UNKNOWN, "action": "transfers.execute", "inputs": {"amount": told, "from": NUMBER},
        "customer_id": told,
        "channel": "telegram", "conversation": UNKNOWN, "cards": {"to": {"token": NUMBER, "last4": NUMBER}},
    }  # fmt: skip
    message = {"idempotency_key": "canary", "to": {"channel": "telegram", "address": "1"}, "content": {"type": "text"}}
    question = {"inputs": {"account": NUMBER, "cvv": CVV}, "customer_id": told, "pin": PIN}
    face = {"holder": told, "last4": NUMBER, "scheme": "VISA", "expires": told}
    posts_ = {
        "/api/v1/operations": operation,
        "/api/v1/customers/operations": operation,
        "/api/v1/core/balance": question,
        "/api/v1/external/billers/find": question,
        "/api/v1/customers/questions/context": question,
        "/api/v1/customers/found": {"kind": "phone", "value": told},
        "/api/v1/messages": message | {"content": {"type": "text", "text": told}},
        "/api/v1/broadcasts": message | {"to": [], "content": {"type": "text", "text": told}},
        "/api/v1/images/card_front": {"brand": "sandbox", "values": face},
        "/api/v1/documents/receipt": {"brand": "sandbox", "values": face},
        f"/api/v1/pages/{UNKNOWN}/typed": {"letter": told},
        "/api/v1/referrals/uses": {"customer_id": told},
    }
    answers = [client.post(path, json=body) for path, body in posts_.items() for client in (service, bank.http)]
    stop: dict[str, Any] = {"stopped": False, "why": told}
    puts: dict[str, Any] = {
        "/api/v1/operations/switches/sandbox": stop,
        "/api/v1/channels/telegram": {"sending": "on", "reason": told},
        "/api/v1/partners/canary": {"name": told, "login": told},
        "/api/v1/partners/offers/canary": {"partner": told, "name": told},
    }
    answers += [bank.http.put(path, json=body) for path, body in puts.items()]
    answers.append(bank.http.post("/api/v1/flows/versions", json={"files": {}, "why": told}))
    answers.append(bank.http.post(f"/api/v1/operations/{UNKNOWN}/resolution", json={"outcome": "posted", "note": told}))
    assert {answer.status_code for answer in answers} & {401, 500, 502} == set()
    assert bank.http.get(f"/api/v1/operations/switches?why={told}").is_success
    return answers


def tell_as_a_partner(bank: Bank) -> list[httpx.Response]:
    """A partner that proves who it is, and names a card where a code belongs."""
    bank.http.put("/api/v1/partners/canary", json={"name": "Canary"}).raise_for_status()
    made = bank.http.post("/api/v1/partners/canary/secrets", json={"direction": "in"}).raise_for_status().json()
    answers = []
    until(lambda: _told(bank, made["secret"], {"type": "canary.sings", "data": {}}).is_success)
    for event in ({"type": "promo.used", "data": {"code": NUMBER}}, {"type": f"a{NUMBER}", "data": {"pin": PIN}}):
        answers.append(_told(bank, made["secret"], event))
    assert [answer.status_code for answer in answers] == [422, 422]
    return answers


def _told(bank: Bank, secret: str, event: dict[str, Any]) -> httpx.Response:
    body = json.dumps(event).encode()
    headers = signed([secret], f"evt-{posts.number()}", datetime.now(UTC), body)
    return httpx.post(f"{bank.running.url}/webhooks/partners/canary", content=body, headers=headers)


def test_what_goes_in_by_every_door_lies_in_no_place(
    bank: Bank, service: httpx.Client, settings_of_the_bank: Settings, redis: RedisServer | None, traces: Collector
) -> None:
    users = say_all(bank)
    answers = forge_all(bank) + tell_as_a_partner(bank)
    for number in range(0, len(WRITINGS), 3):
        answers += ask_all(bank, service, WRITINGS[number])
    began = time.time_ns()
    for channel, user in users.items():  # the last word of each, when it is answered, has all before it answered
        before = len(bank.platforms.to(channel, user))
        bank.hear(channel, posts.text(channel, user, "/help"))
        until(lambda channel=channel, user=user, before=before: len(bank.platforms.to(channel, user)) > before)
    until(lambda: {"turn", "send"} <= {one.name for one in list(traces.spans) if one.start_time_unix_nano > began})

    secrets = own_secrets(settings_of_the_bank)
    tokens = [service.headers["authorization"].split()[1], str(bank.http.headers["authorization"]).split()[1]]
    kept = [*secrets, *tokens, FORGED_TOKEN]
    places = asyncio.run(everything_in(bank.database))
    assert {"bot.inbox", "bot.outbox", "money.audit", "customers.partner_event"} <= places.keys()
    places["the log"] = bank.running.log.read_bytes()
    places |= {"the traces": traces.raw, "Redis": redis.noted() if redis else b""}
    places["the metrics"] = httpx.get(f"{bank.running.url}/metrics").content
    places |= {
        f"answer {n} of {a.request.url.path}": a.content + str(a.headers).encode() for n, a in enumerate(answers)
    }
    assert {name: found for name, content in places.items() if (found := in_clear(content, kept))} == {}
    sent = [call for channel, user in users.items() for call in bank.platforms.to(channel, user)]
    assert len(sent) > len(users)
    assert [call.raw for call in sent if in_clear(call.raw, kept)] == []


@pytest.mark.needs("redis")
def test_the_place_that_is_redis_is_one_where_something_lies(bank: Bank, redis: RedisServer) -> None:
    bank.delivers("telegram", bank.greeted("telegram"), "hello")
    assert b"teller:pace:telegram" in redis.noted()


def test_a_file_of_a_customer_lies_sealed_and_its_name_nowhere(bank: Bank, service: httpx.Client) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (64, 40), "white").save(drawn, "PNG", comment=NUMBER)
    id_ = bank.keep(drawn.getvalue(), f"{NUMBER}.png", "image/png")
    assert os.path.basename(id_) == id_
    places = asyncio.run(everything_in(bank.database))
    assert drawn.getvalue()[:40] not in places["bot.media"]
    assert in_clear(places["bot.media"]) == []

"""Who is let in: the proof of each webhook, and the handshakes before the first one."""

import hmac
import json
from hashlib import sha256

import httpx
import platform_posts as posts
import pytest
from bank_in_front import Bank

REFUSED = (401, 403)
GRAPH = ["whatsapp", "messenger"]


def handshake(bank: Bank, channel: str, **query: str) -> httpx.Response:
    named = {f"hub.{name}": value for name, value in query.items()}
    return httpx.get(f"{bank.running.url}/webhooks/{channel}", params=named)


@pytest.mark.parametrize("channel", GRAPH)
def test_a_right_handshake_gets_its_challenge_back_letter_by_letter(bank: Bank, channel: str) -> None:
    token = posts.VERIFY_TOKENS[channel]
    answer = handshake(bank, channel, mode="subscribe", verify_token=token, challenge="1158201444")
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("channel", GRAPH)
@pytest.mark.parametrize("wrong", ["token", "mode", "challenge"])
def test_a_wrong_handshake_is_refused_and_echoes_nothing(bank: Bank, channel: str, wrong: str) -> None:
    query = {"mode": "subscribe", "verify_token": posts.VERIFY_TOKENS[channel], "challenge": "1158201444"}
    query |= {"token": {"verify_token": "another"}, "mode": {"mode": "unsubscribe"}, "challenge": {"challenge": ""}}[
        wrong
    ]
    answer = handshake(bank, channel, **query)
    assert answer.status_code == 403
    assert b"1158201444" not in answer.content


@pytest.mark.parametrize("channel", posts.CHANNELS)
def test_a_proved_text_is_taken_once(bank: Bank, channel: str) -> None:
    user = posts.customer(channel)
    event = bank.heard(channel, posts.text(channel, user, "hello"), user)
    assert (event["type"], event["content"]["text"]) == ("message", "hello")


@pytest.mark.parametrize("channel", ["viber", *GRAPH])
@pytest.mark.parametrize("kind", ["missing", "zeros", "sha1", "upper", "reserialised", "other secret"])
def test_a_signature_that_proves_nothing_lets_nobody_in(bank: Bank, channel: str, kind: str) -> None:
    user, prefix = posts.customer(channel), "" if channel == "viber" else "sha256="
    document = posts.text(channel, user, "hello")
    body, again = posts.as_bytes(document), json.dumps(document, separators=(",", ":")).encode()
    header, right = posts.SIGNATURES[channel], posts.proof(channel, body)[posts.SIGNATURES[channel]]
    hex_ = right.removeprefix(prefix)
    headers: dict[str, dict[str, str]] = {
        "missing": {},
        "zeros": {header: prefix + "0" * 64},
        "sha1": {"x-hub-signature": "sha1=" + hex_[:40]},
        "upper": {header: prefix + hex_.upper()},
        "reserialised": {header: posts.proof(channel, again)[header]},
        "other secret": {header: prefix + hmac.new(b"another", body, sha256).hexdigest()},
    }
    answer = bank.hook(channel, body, headers[kind])
    assert answer.status_code in REFUSED
    assert bank.events(channel, user) == []
    assert bank.hook(channel, body).status_code == 200  # the very same body, proved
    assert len(bank.events(channel, user)) == 1


@pytest.mark.parametrize("given", [None, "wrong", posts.TELEGRAM_SECRET[:-1]], ids=["missing", "wrong", "shorter"])
def test_telegrams_secret_word_opens_and_no_other(bank: Bank, given: str | None) -> None:
    user, headers = posts.customer("telegram"), {} if given is None else {posts.SECRET_HEADER: given}
    assert bank.hook("telegram", posts.telegram(user, text="hello"), headers).status_code in REFUSED
    assert bank.events("telegram", user) == []


def test_vibers_trial_of_the_address_is_taken_and_is_nobodys_event(bank: Bank) -> None:
    registered = next(call for call in bank.platforms.calls if call.method == "set_webhook")
    assert registered.said["url"].endswith("/webhooks/viber")
    assert registered.headers["x-viber-auth-token"] == posts.VIBER_TOKEN
    before = bank.sql("select count(*) from bot.inbox where channel = 'viber'")
    bank.hear("viber", {"event": "webhook", "timestamp": posts.SAID_AT_S * 1000, "message_token": posts.number()})
    assert bank.sql("select count(*) from bot.inbox where channel = 'viber'") == before


@pytest.mark.parametrize(
    ("channel", "most"),
    [("telegram", 1_000_000), ("viber", 1_000_000), ("whatsapp", 4_000_000), ("messenger", 4_000_000)],
)
def test_a_body_over_the_channels_limit_is_refused_unread_whoever_proved_it(
    bank: Bank, channel: str, most: int
) -> None:
    for size, status in ((most, 400), (most + 1, 413)):
        body = b"[" + b" " * (size - 2) + b"]"
        answer = httpx.post(f"{bank.running.url}/webhooks/{channel}", content=body, headers=posts.proof(channel, body))
        assert (size, answer.status_code) == (size, status)
    assert bank.heard(channel, posts.text(channel, user := posts.customer(channel), "still here"), user)

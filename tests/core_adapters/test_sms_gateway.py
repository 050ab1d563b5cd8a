"""The SMS gateway is an adapter like any other: checked both ways, sent once, left alone while it is ill."""

import json
from uuid import uuid4

import pytest
from raw_http import answering, http

from core_adapters.breaker import ILL_MAX, CanRest, Resting
from core_adapters.external.sms import SmsGateway
from core_adapters.failures import Refused, TurnedAway, Unavailable, Unclear
from core_adapters.http import client

PHONE, TEXT = "+380501112233", "123456 is your code."


def taken(key: str, **changed: object) -> bytes:
    return http("202 Accepted", json.dumps({"key": key, "status": "accepted"} | changed).encode())


async def test_a_message_is_sent_once_under_its_key(bank, sms_token):
    key = uuid4().hex
    async with client() as http_client:
        gateway = SmsGateway.at(http_client, f"{bank.url}/sms", sms_token)
        for _ in range(2):
            await gateway.send(PHONE, TEXT, key)
    assert len((await bank.http.get(f"{bank.url}/api/sms", params={"phone": PHONE})).json()) == 1


@pytest.mark.parametrize(
    ("to", "text", "key"),
    [
        ("0501112233", TEXT, "k"),
        (PHONE + "\n", TEXT, "k"),
        (PHONE, "", "k"),
        (PHONE, "x" * 481, "k"),
        (PHONE, "a\x00b", "k"),
        (PHONE, TEXT, "k k"),
        (PHONE, TEXT, ""),
    ],
)
async def test_what_is_no_message_does_not_leave(to, text, key):
    async with answering(taken("k")) as (service, seen):
        with pytest.raises(Refused) as refused:
            await SmsGateway(service).send(to, text, key)
    assert seen == []
    assert TEXT not in str(refused.value)


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (taken("another"), Unclear),
        (taken("k", status="queued somewhere"), Unclear),
        (taken("k", status=None), Unclear),
        (http("200 OK", b"{}"), Unclear),
        (http("200 OK", b'{"error": "no credit"}'), Unclear),
        (http("200 OK", b"OK", label="text/plain"), Unclear),
        (http("503 Service Unavailable"), Unclear),
        (http("401 Unauthorized"), TurnedAway),
        (http("429 Too Many Requests"), TurnedAway),
    ],
)
async def test_only_the_gateways_own_word_is_a_message_taken(reply, failure):
    async with answering(reply) as (service, seen):
        with pytest.raises(failure):
            await SmsGateway(service).send(PHONE, TEXT, "k")
    assert len(seen) == 1


async def test_a_gateway_that_is_ill_is_left_alone():
    async with answering(http("503 Service Unavailable")) as (service, seen):
        gateway = SmsGateway(service)
        assert isinstance(gateway, CanRest)
        for number in range(ILL_MAX):
            with pytest.raises(Unclear):
                await gateway.send(PHONE, TEXT, f"k{number}")
        with pytest.raises(Resting):
            await gateway.send(PHONE, TEXT, "k")
        assert gateway.rest_s() > 0
    assert len(seen) == ILL_MAX


async def test_nobody_there_means_that_nothing_was_sent_and_the_token_shows_nowhere():
    async with client() as http_client:
        gateway = SmsGateway.at(http_client, "http://127.0.0.1:9/", "hush-hush")
        with pytest.raises(Unavailable) as failure:
            await gateway.send(PHONE, TEXT, "k")
    assert "hush" not in repr(gateway) + str(failure.value)


def test_it_says_how_far_it_can_be_trusted():
    assert SmsGateway.capability.may_resend
    assert not SmsGateway.capability.may_ask

"""Client credentials at the sandbox's Keycloak, and the token in the eyes of the verifier of our own APIs."""

import asyncio

import jwt
import pytest
from logins_world import SECRET, Core, Time, core_served, sandbox_served, service, told

from bot import certificates
from bot.certificates import Certificates
from bot.keycloak import CERTIFICATES, KeycloakTokens, issuer_of
from core_adapters.failures import Unavailable
from core_adapters.logins.client_credentials import ClientCredentials

CLIENT = {"secret": SECRET, "roles": ["service"], "audience": ["core"], "life_s": 100}
SETUP = "/setup/realms/bank"


@pytest.fixture
async def core():
    async with core_served() as made:
        yield made


@pytest.fixture
async def face(tmp_path):
    async with sandbox_served(tmp_path) as made:
        assert (await made.put(f"{SETUP}/clients/teller", json=CLIENT)).status_code == 200
        yield made


@pytest.fixture
def time():
    return Time()


def login_at(face, time, secret=SECRET, cache=None, client_id="teller"):
    return ClientCredentials(str(face.base_url), "bank", client_id, secret, clock=time, cache=cache)


async def fault(face, outcome, count=1):
    url = str(face.base_url).replace("/keycloak/", "/api/faults")
    body = {"core": "keycloak", "operation": "token", "outcome": outcome, "count": count}
    assert (await face.put(url, json=body)).status_code == 200


async def faults_left(face):
    rows = (await face.get(str(face.base_url).replace("/keycloak/", "/api/faults"))).json()
    return sum(row["count"] for row in rows)


async def test_the_core_gets_a_token_of_the_realm_that_a_verifier_accepts(face, core, time):
    async with service(core, login_at(face, time)) as bank:
        await bank.ask("/cards")
        await bank.order("POST", "/order", {})
    first, second = core.seen
    assert first == second
    issuer = issuer_of(str(face.base_url), "bank")
    async with certificates.client() as http:
        known = Certificates(f"{issuer}{CERTIFICATES}", http)
        await known.refresh()
        assert KeycloakTokens(issuer, "core", known, {}).verify(first).roles == {"service"}


async def test_two_hundred_requests_at_once_ask_keycloak_once(face, core, time):
    await fault(face, "ok", count=300)
    async with service(core, login_at(face, time)) as bank:
        await asyncio.gather(*(bank.ask("/cards") for _ in range(200)))
    assert await faults_left(face) == 299
    assert len(set(core.seen)) == 1


async def test_fifty_orders_at_once_ask_keycloak_once_and_are_each_sent_once(face, core, time):
    await fault(face, "ok", count=300)
    async with service(core, login_at(face, time)) as bank:
        await asyncio.gather(*(bank.order("POST", "/order", {}) for _ in range(50)))
    assert await faults_left(face) == 299
    assert core.orders == 50


async def test_a_new_token_is_signed_with_the_key_of_the_day(face, core, time):
    async with service(core, login_at(face, time)) as bank:
        await bank.ask("/cards")
        kid = (await face.post(f"{SETUP}/rotation", json={"drop_old": True})).json()["kid"]
        time.now += 5
        core.good = set()
        refused = asyncio.create_task(bank.ask("/cards"))
        await asyncio.gather(refused, return_exceptions=True)
    old, again, new = core.seen
    assert old == again
    assert jwt.get_unverified_header(old)["kid"] != kid
    assert jwt.get_unverified_header(new)["kid"] == kid


@pytest.mark.parametrize("outcome", ["down", "refuse", "garbage", "reset_after"])
async def test_a_keycloak_in_trouble_means_that_nothing_was_sent(face, core, time, outcome):
    await fault(face, outcome)
    async with service(core, login_at(face, time)) as bank:
        with pytest.raises(Unavailable) as raised:
            await bank.order("POST", "/order", {})
        assert core.seen == []
        assert SECRET not in told(raised.value)
        time.now += 2
        assert (await bank.order("POST", "/order", {})).status == 200


async def test_a_keycloak_that_is_silent_is_given_up(face, core, time, monkeypatch):
    monkeypatch.setattr("core_adapters.logins.fresh.ASK_S_MAX", 0.2)
    await fault(face, "timeout_before")
    async with service(core, login_at(face, time)) as bank:
        with pytest.raises(Unavailable, match="TimeoutError"):
            await bank.order("POST", "/order", {})
    assert core.seen == []


@pytest.mark.parametrize(("client_id", "secret"), [("teller", "wrong-wrong"), ("nobody", SECRET)])
async def test_wrong_credentials_are_told_without_them(face, core, time, client_id, secret):
    async with service(core, login_at(face, time, secret, client_id=client_id)) as bank:
        with pytest.raises(Unavailable, match="KeycloakAuthenticationError") as raised:
            await bank.ask("/cards")
    assert secret not in told(raised.value)
    assert secret not in repr(bank)


async def test_logins_with_one_cache_share_the_token_of_a_realm_and_client_and_of_no_other(face, core: Core, time):
    await face.put(f"{SETUP}/clients/other", json=CLIENT)
    cache = {}
    logins = [login_at(face, time, cache=cache) for _ in range(2)]
    logins.append(login_at(face, time, cache=cache, client_id="other"))
    for login in logins:
        async with service(core, login) as bank:
            await bank.ask("/cards")
    assert core.seen[0] == core.seen[1] != core.seen[2]
    assert SECRET not in repr(cache)

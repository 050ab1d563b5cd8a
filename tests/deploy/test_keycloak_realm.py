"""The realm that Keycloak imports knows our roles and lets tokens be meant for us; no person and no secret is in it."""

import json
import re
from typing import Any

from bot.settings import PROJECT
from bot.settings.shape import Keycloak
from flows.roles import ROLES

REALM: dict[str, Any] = json.loads((PROJECT / "deploy/keycloak/realm.json").read_text())
CLIENTS = {client["clientId"]: client for client in REALM["clients"]}


def test_its_roles_are_those_that_our_routes_ask_for() -> None:
    assert {role["name"] for role in REALM["roles"]["realm"]} == set(ROLES)


def test_staffs_tokens_are_meant_for_us_and_tell_of_the_second_factor() -> None:
    mappers = {mapper["protocolMapper"]: mapper["config"] for mapper in CLIENTS["teller"]["protocolMappers"]}
    assert mappers["oidc-audience-mapper"]["included.client.audience"] == "teller"
    assert mappers["oidc-amr-mapper"]["access.token.claim"] == "true"
    assert "otp" in Keycloak().staff_amr


def test_nobody_logs_in_with_a_password_past_keycloaks_page() -> None:
    assert CLIENTS["teller"]["publicClient"] is True
    assert CLIENTS["teller"]["attributes"] == {"pkce.code.challenge.method": "S256"}
    assert not any(
        client["directAccessGrantsEnabled"] or client.get("implicitFlowEnabled") for client in CLIENTS.values()
    )
    assert CLIENTS["teller-core"]["serviceAccountsEnabled"] is True
    assert REALM["bruteForceProtected"] is True
    assert REALM["registrationAllowed"] is False


def test_there_is_nobody_and_no_secret_in_it() -> None:
    text = json.dumps(REALM)
    assert "users" not in REALM
    assert not re.search(r'"(secret|credentials|privateKey|certificate)"', text)


def test_the_image_is_given_the_realm_and_runs_as_its_own_user() -> None:
    image = (PROJECT / "deploy/keycloak/Dockerfile").read_text()
    assert "COPY realm.json /opt/keycloak/data/import/" in image
    versions = set(re.findall(r"^FROM (\S+)", image, re.MULTILINE))
    assert len(versions) == 1

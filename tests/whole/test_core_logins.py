"""A whole installation whose bank wants tokens: from Keycloak, from the bank's own endpoint, or signed by us."""

import json
from pathlib import Path

import httpx
import pytest
from installation import installed
from phone_in_hand import Phone, pays_somebody_new, with_a_card

SECRETS = ("core.token", "core.client_secret", "core.key")


@pytest.mark.parametrize("login", ["keycloak", "token_endpoint", "own_jwt"])
def test_a_card_and_a_transfer_behind_each_login_and_no_secret_in_the_log(
    server: str, tmp_path: Path, login: str
) -> None:
    with installed(server, tmp_path, TELLER_CORE__LOGIN=login, TELLER_LOG__LEVEL="debug") as teller:
        taras = with_a_card(Phone(teller.url, "+380501110091", name="Taras"))
        taras.say("send 58 to 4111 1111 1111 1111")
        taras.wait_for("Send 58.00")
        pays_somebody_new(taras)
        taras.wait_for("Done. 58.00")
        taras.http.close()
        assert len(teller.transfers(5_800)) == 1
        nobody = httpx.get(f"{teller.url}/sandbox/bank/v1/customers?phone=380501110091")
        assert nobody.status_code == httpx.codes.UNAUTHORIZED
        log = teller.log.read_text()
    made = json.loads((tmp_path / "secrets.json").read_text())
    assert [name for name in SECRETS for part in made[name].split("\n") if len(part) > 20 and part in log] == []
    assert "eyJ" not in log, "a token of three parts begins so"

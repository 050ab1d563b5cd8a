"""The samples of the partners' guide, run as a partner would run them."""

import json
import re
import runpy
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from customer_world import Clock
from partner_world import SENT, Books

from customer_api.partners.registry import new_secret
from customer_api.partners.signatures import signed

DOCS = Path(__file__).parents[3] / "docs"
SAMPLES = DOCS / "partner-samples"
BODY = json.dumps(SENT).encode()


@pytest.fixture
def clock() -> Clock:
    """The scripts have the clock of the world."""
    return Clock(datetime.now(UTC))


def verified(secret: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
    told = [headers[name] for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
    ran = subprocess.run(
        [sys.executable, str(SAMPLES / "verify.py"), secret, *told], input=body, capture_output=True, check=False
    )
    return ran.returncode, ran.stdout.decode()


def test_the_verify_script_knows_ours_from_a_changed_one(clock: Clock) -> None:
    secret, other = new_secret(), new_secret()
    headers = signed([other, secret], "msg_1", clock.now, BODY)
    assert verified(secret, headers, BODY) == (0, "right\n")
    assert verified(secret, headers, BODY + b" ") == (1, "wrong: no signature is right\n")
    assert verified(new_secret(), headers, BODY)[0] == 1
    old = signed([secret], "msg_1", datetime.fromtimestamp(clock.now.timestamp() - 301, UTC), BODY)
    assert verified(secret, old, BODY)[1].startswith("wrong: the timestamp")


async def test_what_the_sending_script_signs_is_taken(books: Books) -> None:
    sample = runpy.run_path(str(SAMPLES / "send.py"))
    headers = sample["headers"](books.secret, "msg_py", int(books.clock.now.timestamp()), BODY)
    answer: httpx.Response = await books.post(BODY, headers)
    assert answer.status_code == 204


def said_by_the_guides_lines(secret: str) -> list[str]:
    """The id, the time, the signature and the body that the shell lines of the guide make."""
    shell, openssl = shutil.which("sh"), shutil.which("openssl")
    assert shell is not None
    assert openssl is not None
    lines = re.search(r"    body=.*?-binary \| openssl base64 -A\)\n", (DOCS / "partners.md").read_text(), re.S)
    assert lines is not None
    script = lines[0] + '\nprintf \'%s\\n\' "$id" "$at" "$mark" "$body"'
    known = {"SECRET": secret, "PATH": "/usr/bin:/bin"}
    ran = subprocess.run([shell, "-c", script], env=known, capture_output=True, check=True, text=True)
    return ran.stdout.strip().split("\n")


async def test_what_the_lines_with_openssl_sign_is_taken(books: Books) -> None:
    event_id, at, mark, body = said_by_the_guides_lines(books.secret)
    headers = {"webhook-id": event_id, "webhook-timestamp": at, "webhook-signature": f"v1,{mark}"}
    assert (await books.post(body.encode(), headers)).status_code == 204

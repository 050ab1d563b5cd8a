"""No key, token or password of anybody lies in the repository: the files are read as a thief's tool would read them."""

import math
import re
import secrets
import subprocess
from base64 import b64encode
from collections import Counter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SHAPES = {
    "a key of a cloud": r"AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]",
    "a bot's token": r"(?<!\d)\d{8,10}:[A-Za-z0-9_-]{35}",
    "a Viber token": r"\b[a-f0-9]{16}-[a-f0-9]{16}-[a-f0-9]{16}\b",
    "a token of Meta's": r"\bEAA[A-Za-z0-9]{30,}",
    "a signed token": r"\beyJ[\w-]{10,}\.[\w-]{10,}\.",
    "a code host's token": r"\bgh[pousr]_[A-Za-z0-9]{36}",
    "a key of a payment service": r"\b[rs]k_live_[A-Za-z0-9]{16,}",
    "a webhook's secret": r"\bwhsec_[A-Za-z0-9+/=]{20,}",
    "a password in an address": r"://[^/\s:@\"'{}$<>]+:(?!\.\.\.)[^/\s@\"'{}$<>]{3,}@",
}
PATTERNS = {what: re.compile(shape) for what, shape in SHAPES.items()}
NAMED = re.compile(
    r"""(?i)(?:secret|token|passw(?:or)?d|api_?key|private_?key)["']?\s*[:=]\s*["']([\w+/=.-]{20,})["']"""
)
WORDS_BITS_MAX = 4.0  # of a character: words and paths have fewer, what chance has made has more
NO_TEXT = (".png", ".jpg", ".pdf", ".ttf", "uv.lock")  # the lock is hashes, and is looked at in test_set_up.py
# What is made up for a test or an example, by file: as many finds and no more.
MADE_UP = {
    ".env.example": 1, "bench/soak.py": 1, "tests/channels/telegram/telegram_platform.py": 1,
    "tests/core_adapters/test_breaker.py": 1, "tests/ground/test_doctor.py": 1, "tests/ground/test_logs.py": 4,
    "tests/platforms/platform_posts.py": 2, "tests/platforms/test_canaries.py": 2,
    "tests/sandbox/acquirer/conftest.py": 1,
    "tests/sandbox/bank/bank_world.py": 2, "tests/sandbox/viber/viber_world.py": 2,
}  # fmt: skip


def found_in(text: str) -> list[str]:
    """What looks like a secret in a text, by its kind; never the secret."""
    found = [what for what, pattern in PATTERNS.items() for _ in pattern.finditer(text)]
    return found + ["chance under a secret's name" for name in NAMED.finditer(text) if bits(name[1]) > WORDS_BITS_MAX]


def bits(text: str) -> float:
    """How much chance is in a character of the text."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def test_nothing_in_the_repository_looks_like_a_secret_but_what_is_made_up() -> None:
    named = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True).stdout.decode()
    files = [name for name in named.split("\0") if (PROJECT / name).is_file() and not name.endswith(NO_TEXT)]
    assert len(files) > 1000
    finds = {name: found_in((PROJECT / name).read_text(encoding="utf-8", errors="ignore")) for name in files}
    assert {name: len(what) for name, what in finds.items() if what} == MADE_UP, finds


@pytest.mark.parametrize(
    "planted",
    [
        "AKIA" + "Q7" * 8,
        "-----BEGIN EC PRIVATE " + "KEY-----\nMHcCAQEE",
        f"7123456789:{secrets.token_urlsafe(26)[:35]}",
        "-".join(secrets.token_hex(8) for _ in range(3)),
        "EAA" + secrets.token_hex(20),
        f"eyJ{secrets.token_hex(8)}.{secrets.token_hex(8)}.x",
        "ghp_" + secrets.token_hex(18),
        "sk_live_" + secrets.token_hex(12),
        "whsec_" + b64encode(secrets.token_bytes(24)).decode(),
        f"postgresql://teller:{secrets.token_hex(8)}@db/teller",
        f'password = "{b64encode(secrets.token_bytes(30)).decode()}"',
    ],
    ids=range(11),
)
def test_one_that_is_planted_is_found(planted: str) -> None:
    assert len(found_in(f"first line\n{planted}\nlast line")) == 1

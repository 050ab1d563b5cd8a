"""Sixty changed proofs of a webhook, for every messenger: none opens, and each is compared in constant time."""

import ast
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from adapter_contract import PlatformRecorder, names, platform, recording

import channels
from channels.errors import Unauthentic
from flows.ports import Channel

FORGERIES = 60
COMPARED = {"channels/telegram/channel.py", "channels/viber/channel.py", "channels/graph/webhook.py"}


@pytest.fixture(params=names())
async def side(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Channel, PlatformRecorder]]:
    async with recording(platform(request.param)) as far:
        channel = far.platform.channel(far.url)
        yield channel, far
        await channel.close()


def forgeries(proof: str, chance: random.Random) -> list[str]:
    """One character changed, dropped, doubled, moved or in another case, and what is no proof at all."""
    changed = ["", " ", proof + " ", " " + proof, proof * 2, proof[::-1], proof[:-1], proof[1:], proof + "0", "é" * 8]
    changed += [
        "\x00" + proof,
        f'"{proof}"',
        f"sha1={proof[-40:]}",
        "sha256=",
        "0" * len(proof),
        proof[: len(proof) // 2],
    ]
    while len(set(changed)) < FORGERIES:
        at = chance.randrange(len(proof))
        other = chance.choice("0123456789abcdefABCDEF_-")
        way = chance.choice(("change", "drop", "double", "swap"))
        tail = {"change": other + proof[at + 1 :], "drop": proof[at + 1 :], "double": proof[at] + proof[at:]}
        changed.append(proof[:at] + tail.get(way, proof[at + 1 : at + 2] + proof[at] + proof[at + 2 :]))
        changed = [one for one in dict.fromkeys(changed) if one != proof]
    return changed


async def test_none_of_sixty_changed_proofs_opens(side: tuple[Channel, PlatformRecorder]) -> None:
    channel, far = side
    body = far.platform.text("1", "5500001", "hi")
    ((header, proof),) = far.platform.headers(body).items()
    channel.verify({header: proof}, body)
    tried = forgeries(proof, random.Random(60))
    assert len(tried) == FORGERIES
    for forged in tried:
        with pytest.raises(Unauthentic):
            channel.verify({header: forged}, body)


async def test_none_of_sixty_changed_bodies_goes_with_a_proof_of_another(
    side: tuple[Channel, PlatformRecorder],
) -> None:
    """Where the proof is over the bytes; Telegram's is a word that says who calls and nothing of the body."""
    channel, far = side
    body = far.platform.text("1", "5500001", "hi")
    headers = far.platform.headers(body)
    if far.platform.headers(b"another body") == headers:
        assert Path(channels.__file__).with_name("telegram").name in type(channel).__module__
        return
    for at in range(0, len(body), max(1, len(body) // FORGERIES)):
        with pytest.raises(Unauthentic):
            channel.verify(headers, body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])


def test_proofs_are_compared_in_constant_time() -> None:
    """Whoever verifies calls compare_digest, tries every secret, and has nothing given beside == or in."""
    root = Path(channels.__file__).parents[1]
    for file in COMPARED:
        tree = ast.parse((root / file).read_text(encoding="utf-8"))
        (verify,) = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "verify"]
        assert "hmac.compare_digest" in {ast.unparse(n.func) for n in ast.walk(verify) if isinstance(n, ast.Call)}
        assert [ast.unparse(n) for n in ast.walk(verify) if isinstance(n, ast.Compare)] == []
        lists = [n for n in ast.walk(verify) if isinstance(n, ast.ListComp)]
        assert lists, f"{file} stops at the first secret that fits"

"""``python -m bench canaries``: card numbers, CVVs and PINs in 100,000 messages, and what is left of them.

Each message goes through the door that all messengers share, and what comes out is looked at as a whole: the text, the
name, the caption. A second look is at what the log's own mask leaves of the same message, had a library put it there.
Then as many order numbers, IBANs, phones, ids and amounts, none of which may be taken for a card. Also what the tests
that look into a running installation plant there and look for; bench/out/canaries.json.
"""

import argparse
import asyncio
import json
import random
import re
import sys
import time
import unicodedata
import uuid
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from schwifty import IBAN

from bot.door import Door, mask
from bot.redaction import redacted
from flows.cards import CardNumber
from flows.messages import Attachment, EventType, InboundEvent, Sender, Text

NUMBER = "4556737586899855"
CVV, PIN = "4826", "739164"
PASSPORT = "КХ 918273"
WIDE, ARABIC = (str.maketrans("0123456789", digits) for digits in ("０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩"))
SEPARATED = {"spaces": " ", "dashes": "-", "dots": ".", "no-break": "\u00a0", "thin": "\u2009", "invisible": "\u200b"}
SENTENCES = (
    "{}", "send 50 to {}", "переказ 120 грн на {}", "моя картка {} а що", "is {} a good card?", "{} exp 11/29",
    "Привіт! {} — це куди?", "pay from {} please, asap", "на карту {} 300", "card: {}",
)  # fmt: skip
ORDERS = ("order", "замовлення №", "ORD-", "ТТН", "invoice")
SECRETS = ("my PIN is {}", "пін {}", "cvv {}", "cvc2={}", "{} is my cvv", "код безпеки {}", "мій пін-код: {}")
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)  # no year of the event itself is taken for a CVV that was left
OUT = Path(__file__).parent / "out" / "canaries.json"
SCHEMES = (("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("9804", 16), ("6759", 16))


def written(number: str) -> dict[str, str]:
    """A card's number in twelve writings."""
    sizes = (4, 6, 5) if len(number) == 15 else (4, 4, 4, 4)
    ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
    groups = [number[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    return {"plain": number} | {how: sign.join(groups) for how, sign in SEPARATED.items()} | {
        "lines": "\n".join(groups),
        "one by one": " ".join(number),
        "glued": f"card{number}ok",
        "wide": number.translate(WIDE),
        "arabic": number.translate(ARABIC),
    }  # fmt: skip


WRITINGS = tuple(written(NUMBER).values())


def by_itself(secret: str) -> re.Pattern[str]:
    """Not as a part of a longer word or number, where any digits may stand by chance."""
    return re.compile(rf"(?<![0-9a-zA-Z+/=_.:-]){re.escape(secret)}(?![0-9a-zA-Z+/=_-])")


def folded(content: bytes) -> str:
    """As text, with digits of every script as ASCII and without what is invisible."""
    text = unicodedata.normalize("NFKC", content.decode("utf-8", "ignore"))
    if not text.isascii():
        digits = {ord(c): str(unicodedata.digit(c)) for c in set(text) if unicodedata.digit(c, None) is not None}
        text = text.translate(digits | {ord(c): None for c in set(text) if unicodedata.category(c) == "Cf"})
    return text


def number_in(text: str, number: str = NUMBER) -> bool:
    """Whether a folded text has the number: its first ten digits, for six stand by chance in a platform's long ids."""
    spread = r"[^0-9a-zA-Z]{0,3}".join(number[:10])
    encoded = (b64encode(number.encode()).decode()[:16], number.encode().hex())
    return re.search(spread, text) is not None or any(code in text for code in encoded)


def in_clear(content: bytes, secrets: Iterable[str] = ()) -> list[str]:
    """The kinds of what stands in a content; ``secrets`` are further words that may not."""
    text = folded(content)
    found = ["a card number"] if number_in(text) else []
    found += [name for name, secret in (("a CVV", CVV), ("a PIN", PIN)) if by_itself(secret).search(text)]
    found += ["a passport"] if PASSPORT in text or json.dumps(PASSPORT)[1:-1] in text else []
    return found + [f"secret {number}" for number, secret in enumerate(secrets) if secret in text]


class _Vault:
    async def tokenise(self, numbers: Sequence[str]) -> list[CardNumber]:
        return [CardNumber(f"card_{at}", number[-4:], "visa", True, "") for at, number in enumerate(numbers)]


def drawn(chance: random.Random) -> str:
    """A number that a scheme could have issued."""
    prefix, length = chance.choice(SCHEMES)
    body = prefix + "".join(chance.choice("0123456789") for _ in range(length - len(prefix) - 1))
    doubled = [int(d) * 2 if at % 2 == 0 else int(d) for at, d in enumerate(reversed(body))]
    total = sum(d - 9 if d > 9 else d for d in doubled)
    return body + str(-total % 10)


async def planted(messages: int, chance: random.Random) -> dict[str, dict[str, int]]:
    """How many messages of each writing there were, and in how many something was left, by the door and by the log."""
    door = Door({}, _Vault())
    seen, by_door, by_log = Counter[str](), Counter[str](), Counter[str]()
    for at in range(messages):
        if at % 8 == 7:  # a PIN or a CVV
            secret = "".join(chance.choice("0123456789") for _ in range(chance.choice((3, 4, 6))))
            how, text = "a PIN or CVV", chance.choice(SECRETS).format(secret)
            left = by_itself(secret).search(await _through(door, text)) is not None
        else:
            number = drawn(chance)
            how, writing = chance.choice(list(written(number).items()))
            text = chance.choice(SENTENCES).format(writing)
            left = number_in(await _through(door, text), number)
            by_log[how] += number_in(folded(redacted(text).encode()), number)
        seen[how] += 1
        by_door[how] += left
    return {"messages": dict(seen), "left by the door": dict(+by_door), "left by the log": dict(+by_log)}


async def _through(door: Door, text: str) -> str:
    """A message as it may be stored, in all of its parts, folded."""
    sender = Sender("1", display_name=text)
    chat, now = uuid.uuid4(), LONG_AGO
    said = InboundEvent(
        chat, "telegram", "bot", "1", EventType.MESSAGE, chat, "1", sender, now, now, content=Text(text)
    )
    photo = Attachment("image", "AgAC", "image/png", 10, caption=text, file_name=f"{text}.png")
    masked = [await door.masked(one) for one in (said, replace(said, content=photo))]
    return folded(repr(masked).encode())


def innocent(chance: random.Random) -> dict[str, str]:
    """One of each kind of what is no card."""
    digits = lambda count: "".join(chance.choice("0123456789") for _ in range(count))  # noqa: E731 - a word for a pattern
    phone = "0" + chance.choice(["50", "67", "93", "63", "95"]) + digits(7)
    iban = IBAN.random(country_code=chance.choice(("UA", "DE", "PL", "FR", "BE", "NO")), random=chance)
    return {
        "an order": f"{chance.choice(ORDERS)} {digits(chance.randint(6, 20))}",
        "a phone": chance.choice((phone, "+38" + phone, f"{phone[:3]} {phone[3:6]} {phone[6:8]} {phone[8:]}")),
        "an IBAN": chance.choice((iban.compact, iban.formatted)),
        "an id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "an amount": f"{chance.randint(1, 99_999_999):,}".replace(",", chance.choice((" ", "\u00a0", ","))) + " грн",
    }


def alarms(each: int, chance: random.Random) -> dict[str, list[int]]:
    """Of each kind: how many there were, and how many the door has taken for a card."""
    counted: dict[str, list[int]] = {}
    for _ in range(each):
        for kind, text in innocent(chance).items():
            of_kind = counted.setdefault(kind, [0, 0])
            of_kind[0] += 1
            of_kind[1] += mask(text)[0] != text
    return counted


def main() -> None:
    """Count, print and keep."""
    asked = argparse.ArgumentParser(prog="python -m bench canaries")
    asked.add_argument("--messages", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=15)
    given = asked.parse_args(sys.argv[2:])
    chance, began = random.Random(given.seed), time.process_time()
    result = {"seed": given.seed} | asyncio.run(planted(given.messages, chance))
    result["taken for a card"] = alarms(given.messages // 5, chance)
    result["cpu_s"] = round(time.process_time() - began, 1)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=2, ensure_ascii=False))
    print(json.dumps(result, indent=2, ensure_ascii=False))

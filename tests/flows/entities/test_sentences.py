"""The bank's own set of sentences: every value that stands in them, exact, and nothing else."""

from datetime import date
from pathlib import Path

import yaml

from flows.entities import every

SENTENCES = yaml.safe_load((Path(__file__).parent / "sentences.yml").read_text("utf-8"))["sentences"]
EXACT_MIN = 0.99
SENTENCES_MIN = 150
KNOWN = every.Known(
    date(2026, 11, 29),
    "UAH",
    "UA",
    own_cards={"salary": ["Salary", "Зарплатна"]},
    payees={"gym": ["Gym Bro"]},
    providers={
        "teplo": ["Teplo Misto"],
        "svitlo": ["Svitlo Energo"],
        "volnet": ["Volnet"],
        "merezha": ["Тепломережа"],
    },
)


def _found(text):
    return [[one["entity"], text[one["start"] : one["end"]], one["value"]] for one in every.find(text, KNOWN)]


def test_nearly_every_value_is_exact_and_nothing_else_is_taken():
    wrong, asked = [], 0
    for text, expected in SENTENCES.items():
        found = _found(text)
        asked += max(len(expected), len(found))
        wrong += [(text, one) for one in expected if one not in found]
        wrong += [(text, "taken", one) for one in found if one not in expected]
    assert len(SENTENCES) >= SENTENCES_MIN
    assert 1 - len(wrong) / asked >= EXACT_MIN, "\n".join(map(str, wrong))


def test_each_kind_has_sentences_in_both_languages():
    kinds = {}
    for text, expected in SENTENCES.items():
        ukrainian = any("а" <= letter <= "я" for letter in text.lower())
        for entity, _, _ in expected:
            kinds.setdefault(entity, set()).add(ukrainian)
    assert set(kinds) == {
        "money", "card_number", "phone", "iban", "date", "period", "percentage", "own_card", "payee", "provider",
    }  # fmt: skip
    assert all(languages == {True, False} for languages in kinds.values())


def test_a_card_number_is_never_shown_whole():
    assert every.find("4111 1111 1111 1111", KNOWN)[0]["value"] == "•1111"

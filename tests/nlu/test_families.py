"""Words that mean the same: which word is of which family, what a wrong file is told, and that it serves."""

import re

import pytest
import yaml

from nlu.families import NONE, Families, read
from nlu.rasa_project import exported
from nlu.training import train
from nlu.training_data import PROJECT, TrainingDataError

OURS = Families(
    {
        "send": ("send*", "wire", "переказ*", "перекаж*"),
        "money": ("money", "грош*", "cash"),
        "withdraw": ("cash",),
        "goods": ("sender*",),
        "account": ("рахун*",),
    }
)


@pytest.mark.parametrize(
    ("word", "families"),
    [
        ("wire", ("send",)),
        ("wires", ()),
        ("sending", ("send",)),
        ("senders", ("goods",)),  # the longest beginning
        ("cash", ("money", "withdraw")),
        ("перекажіть", ("send",)),
        ("perekazhit", ("send",)),  # the same in Latin letters
        ("hroshi", ("money",)),
        ("groshi", ("money",)),
        ("rahunok", ("account",)),
        ("пере", ()),
        ("перкеажіть", ("send",)),  # a typo
        ("seder", ("goods",)),
        ("snder", ("goods",)),
        ("zender", ()),  # the first letter is seldom the wrong one
        ("wirr", ()),  # too short to tell a typo from a word
        ("", ()),
    ],
)
def test_a_word_is_of_the_families_of_its_longest_beginning(word, families):
    assert OURS.of(word) == families


def test_a_sentence_has_its_families_once_and_each_two_together():
    assert list(OURS.grams("wire or send cash")) == [
        "money", "send", "withdraw", "money+send", "money+withdraw", "send+withdraw",
    ]  # fmt: skip
    assert list(OURS.grams("nothing of it")) == list(NONE.grams("wire cash")) == []


def test_a_long_story_costs_no_more_than_a_bounded_number_of_pairs():
    story = " ".join(word.rstrip("*") for words in read(PROJECT).words.values() for word in words)
    assert len(list(read(PROJECT).grams(story))) == 16 + 16 * 15 / 2


def test_a_wish_is_understood_in_words_that_no_example_has():
    examples = {
        "send": ["send money", "send them money", "sending money to mum", "send some money today"],
        "hours": ["when is it open", "until when is it open", "hours of today", "open in the morning"],
    }
    asked = "перекажіть гроші"
    told, untold = train(examples, None, OURS), train(examples, None, NONE)
    assert told.vectoriser.read(asked).rows.size == 3  # send, money, and both together
    assert told.intents[int(told.scores(asked).argmax())] == "send"
    assert untold.vectoriser.read(asked).rows.size == 0


def _project(tmp_path, name, text):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_text(text, "utf-8")
    return tmp_path


def _synonym(word, name="send"):
    return f"nlu:\n  - synonym: {name}\n    examples: |\n      - {word}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nlu: [", "cannot be read"),
        ("nlu: {}", "no 'nlu:' list"),
        ("nlu:\n  - synonym: send\n", "entry 1 of 'nlu:' needs 'synonym:'"),
        ("nlu:\n  - synonym: send\n    examples: |\n      wire\n", "write '- wire'"),
        (_synonym("wire", "Send it"), "'Send it' is no name"),
        (_synonym("Wire"), "'Wire' is no word"),
        (_synonym("two words"), "'two words' is no word"),
        (_synonym("a*"), "'a*' is no word"),
        (_synonym("*"), "'*' is no word"),
        (_synonym("w(i|o)re"), "is no word"),
    ],
)
def test_a_wrong_file_is_told_what_and_where(tmp_path, text, said):
    with pytest.raises(TrainingDataError, match=r"synonyms\.yml") as problem:
        read(_project(tmp_path, "synonyms.yml", text))
    assert said in str(problem.value)


def test_of_a_lookup_table_those_names_count_that_are_one_word(tmp_path):
    table = "nlu:\n  - lookup: town\n    examples: |\n      - Kyiv\n      - Ivano-Frankivsk\n"
    assert read(_project(tmp_path, "lookups.yml", table)).words == {"town": ["kyiv"]}


def test_a_project_without_the_files_has_no_families(tmp_path):
    assert read(tmp_path).words == {}


def test_no_word_stands_twice_in_a_family_or_under_a_beginning_of_it():
    for name, words in read(PROJECT).words.items():
        beginnings = [word[:-1] for word in words if word.endswith("*")]
        covered = [
            word
            for word in words
            for beginning in beginnings
            if word != f"{beginning}*" and word.removesuffix("*").startswith(beginning)
        ]
        assert (name, covered, len(words) - len(set(words))) == (name, [], 0)


def test_rasa_is_given_the_families_as_patterns():
    entries = yaml.safe_load(exported({"greet": ["hi"]}, OURS))["nlu"]
    patterns = {entry["regex"]: entry["examples"].strip().removeprefix("- ") for entry in entries if "regex" in entry}
    assert patterns.keys() == OURS.words.keys()
    assert [bool(re.search(patterns["send"], text)) for text in ("we wire it", "sending", "wires", "resend")] == [
        True, True, False, False,
    ]  # fmt: skip

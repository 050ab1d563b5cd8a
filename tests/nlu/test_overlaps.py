"""Two intents do not share examples: the same one is an error with both places, one nearly the same a warning."""

from pathlib import Path

from bot.cli.flow_content import CONTENT, library_of
from bot.cli.flow_overlap import shared
from flows.source import read
from nlu.overlaps import Example, examples_in, overlaps
from nlu.training_data import PROJECT
from nlu.training_data import read as read_examples

LOAN = Example("take a loan from the bank", "loan", "a.yml", 3)


def test_the_same_sentence_under_two_intents_is_found_whatever_its_case_and_marks():
    other = Example("Take a loan from the bank!", "credit", "b.yml", 9)
    (found,) = [each for each in overlaps([LOAN, other, Example("block my card", "block", "b.yml", 1)])]
    assert found.is_same
    assert {(found.one.file, found.one.line), (found.other.file, found.other.line)} == {("a.yml", 3), ("b.yml", 9)}


def test_amounts_and_cards_are_one_word_and_so_the_same():
    one, other = Example("send 50 to 4111 1111 1111 1111", "a", "a", 1), Example("send 70 to [card •2222]", "b", "b", 1)
    assert overlaps([one, other])[0].is_same


def test_nearly_the_same_is_told_and_other_words_are_not():
    near = Example("take a loan from a bank", "credit", "b.yml", 9)
    far = Example("where is the nearest cash machine", "branch", "b.yml", 10)
    found = overlaps([LOAN, near, far], near=0.6)
    assert [(each.one.intent, each.other.intent, each.is_same) for each in found] == [("loan", "credit", False)]
    assert overlaps([LOAN, Example(near.text, "loan", "b.yml", 9)], near=0.6) == [], "one intent may repeat itself"


def test_every_example_is_found_at_its_line():
    for example in examples_in(PROJECT):
        lines = (Path(PROJECT).parent / example.file).read_text("utf-8").splitlines()
        assert example.text in lines[example.line - 1] or "[" in lines[example.line - 1], example
    assert len(examples_in(PROJECT)) == sum(len(texts) for texts in read_examples(PROJECT).values())


def test_our_own_examples_share_no_sentence():
    library = library_of(CONTENT, "sandbox")
    trees = {flow.at.file: read((CONTENT / flow.at.file).read_bytes(), "")[0] for flow in library.flows.values()}
    found = list(shared(library, trees))
    assert [problem for problem in found if problem.code == "E520"] == []
    assert {problem.code for problem in found} <= {"W521"}
    assert len(found) <= 10, "near ones are looked at, not piled up"

"""Tests of flows publish another version in the middle of a chat: new steps wait, new words do not."""

import shutil
from pathlib import Path

import pytest

from flows.checks import check
from flows.loader import load_brand
from flows.problems import Problem
from flows.testing import Report, read_tests, run

PAGE = Path(__file__).parent / "page"
BRAND = Path(__file__).parents[3] / "core_adapters" / "internal" / "sandbox" / "brand.yml"
SEND = "transfer_money.flow.yml"
HEAD = """\
dsl: "1"
tests_for: transfer_money
fixtures:
  anna: {auth: verified, locale: en, cards: [{id: c1, name: Everyday, last4: "4242", balance: 1000 UAH}]}
stubs:
  transfers.quote:   {return: {fee: 0 UAH}}
  transfers.execute: {return: {transfer_id: T-1}}
tests:
  - test: one
    with: anna
    turns:
"""
WORDS = {"en: How much?": "en: What amount?"}
SUMMARY = {"Fee: {fee}.": "The fee is {fee}."}
HELLO = {"steps:\n  - id: ask_from\n": "steps:\n  - id: hello\n    say: nothing_sent\n\n  - id: ask_from\n"}
MIGRATE = {"when_published: finish_on_old": "when_published: migrate", "  - id: ask_amount\n": "  - id: how_much\n"}
MAPPED = MIGRATE | {"max_attempts: 3 ": "migrate: {ask_amount: how_much}\n  max_attempts: 3 "}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(PAGE, tmp_path / "content"))
    shutil.rmtree(folder / "tests")
    (folder / "tests").mkdir()
    return folder


def version(content: Path, name: str, changes: dict[str, str]) -> None:
    folder = content / "tests" / "versions" / name
    folder.mkdir(parents=True)
    text = (content / "flows" / SEND).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    (folder / SEND).write_text(text, encoding="utf-8")


def reading(content: Path, turns: str) -> tuple[list[Problem], Report]:
    found = check(content, load_brand(BRAND))
    assert found.library is not None, found.problems
    body = "".join(f"      {row}\n" for row in turns.strip().split("\n"))
    (content / "tests" / "t.test.yml").write_text(HEAD + body, encoding="utf-8")
    files, problems, _ = read_tests(content, found.library)
    return problems, run(found.library, files)


def played(content: Path, turns: str) -> list[str]:
    problems, report = reading(content, turns)
    assert problems == []
    return [failure.as_text() for failure in report.failures]


def test_a_transfer_under_way_finishes_on_the_old_steps_and_the_next_has_the_new_ones(content: Path) -> None:
    version(content, "greeting", HELLO)
    turns = """
- user: send 50
  expect: [{asks: to_card}]
- publish: greeting
  expect: [{no_message: true}]
- user: 4111 1111 1111 1111
  expect: [{bot: summary}, {not_asked: nothing_sent}]
- tap: yes
  expect: [{bot: sent}, {flow_completed: transfer_money}, {action: transfers.execute, times: 1}]
- user: send 60
  expect: [{bot: nothing_sent}, {asks: to_card}]
"""
    assert played(content, turns) == []


def test_new_words_reach_a_transfer_at_its_next_message_and_no_button_gets_stale(content: Path) -> None:
    version(content, "words", WORDS)
    turns = """
- user: /send
  expect: [{asks: to_card}]
- publish: words
- user: 4111 1111 1111 1111
  expect: [{bot_says: What amount?}]
- user: "50"
  expect: [{bot: summary}]
- publish: words
- tap: yes
  expect: [{bot: sent}, {action: transfers.execute, times: 1}]
"""
    assert played(content, turns) == []


def test_new_words_of_a_confirm_are_new_logic_and_wait(content: Path) -> None:
    version(content, "fee", SUMMARY)
    turns = """
- user: send 50
- publish: fee
- user: 4111 1111 1111 1111
  expect: [{bot_says: "Send 50.00 ₴ from Everyday •4242 to •1111? Fee: 0.00 ₴."}]
- tap: no
- user: send 50 to 4111 1111 1111 1111
  expect: [{bot_says: "Send 50.00 ₴ from Everyday •4242 to •1111? The fee is 0.00 ₴."}]
"""
    assert played(content, turns) == []


def test_a_flow_that_migrates_takes_its_transfers_along_by_its_map(content: Path) -> None:
    version(content, "moved", MAPPED | WORDS)
    turns = """
- user: /send
- user: 4111 1111 1111 1111
  expect: [{bot_says: How much?}]
- publish: moved
- user: "50"
  expect: [{bot: summary}, {slots: {amount: 50 UAH, to_card: "•1111"}}]
- tap: yes
  expect: [{bot: sent}, {action: transfers.execute, times: 1}]
"""
    assert played(content, turns) == []


def test_a_confirm_that_migrates_is_asked_again_before_anything_is_paid(content: Path) -> None:
    version(content, "moved", MAPPED | SUMMARY)
    turns = """
- user: send 50 to 4111 1111 1111 1111
  expect: [{bot: summary}]
- publish: moved
- tap: yes
  expect:
    - {action: transfers.execute, times: 0}
    - bot_says: "Send 50.00 ₴ from Everyday •4242 to •1111? The fee is 0.00 ₴."
- tap: yes
  expect: [{bot: sent}, {action: transfers.execute, times: 1}]
"""
    assert played(content, turns) == []


def test_a_version_with_errors_fails_the_test_with_its_problems(content: Path) -> None:
    version(content, "broken", {"say: nothing_sent": "say: nothing_snet"})
    version(content, "lost", MIGRATE)
    (failure,) = played(content, "- publish: broken\n  expect: [{no_message: true}]")
    assert "tests/t.test.yml:12: the version 'broken' cannot be published" in failure
    assert f"tests/versions/broken/{SEND}:" in failure
    assert "E220" in failure
    (failure,) = played(content, "- publish: lost\n  expect: [{no_message: true}]")
    assert "E501: 'migrate' does not say where a conversation in step 'ask_amount' goes" in failure


def test_a_file_that_no_version_has_is_not_passed_over(content: Path) -> None:
    version(content, "words", WORDS)
    (content / "tests" / "versions" / "words" / "notes.txt").write_text("a note", encoding="utf-8")
    (failure,) = played(content, "- publish: words\n  expect: [{no_message: true}]")
    assert "'notes.txt' is no slots.yml, system.yml or <id>.flow.yml" in failure


def test_a_version_that_is_not_there_is_a_problem_that_names_what_is(content: Path) -> None:
    version(content, "words", WORDS)
    (problem,), _ = reading(content, "- publish: word\n  expect: [{no_message: true}]")
    assert (problem.code, "no folder tests/versions/word" in problem.what) == ("E204", True)
    assert "words" in problem.fix
    (problem,), _ = reading(content, "- publish: words\n  deliver: twice\n  expect: [{no_message: true}]")
    assert (problem.code, problem.what) == ("E203", "'deliver' and 'publish' stand in one turn")


def test_what_only_the_new_version_does_does_not_count_as_tested(content: Path) -> None:
    version(content, "words", WORDS)
    turns = "- publish: words\n- user: send 50 to 4111 1111 1111 1111\n  expect: [{bot: summary}]"
    _, report = reading(content, turns)
    assert report.coverage is not None
    assert ("step", "transfer_money", "check") in report.coverage.missing()

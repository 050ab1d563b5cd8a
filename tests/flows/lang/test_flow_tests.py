"""The staff's tests are played in the real engine; what fails says where, and nothing passes that was not tested."""

import shutil
from pathlib import Path

import pytest

from flows.checks import check
from flows.loader import load_brand
from flows.model import Library
from flows.ports import ButtonLimits, Capabilities
from flows.problems import Problem
from flows.testing import Report, read_tests, run

PAGE = Path(__file__).parent / "page"
BRAND = Path(__file__).parents[3] / "core_adapters" / "internal" / "sandbox" / "brand.yml"
LAST4 = frozenset({"last4"})
OPEN = Capabilities(
    "open", 4096, "char", 1024, ButtonLimits(10, 3, 20, 64), may_take=frozenset({"card_number"}), may_show=LAST4
)
STRICT = Capabilities("strict", 4096, "char", 1024, ButtonLimits(10, 3, 20, 64), may_show=LAST4)

HEAD = """\
dsl: "1"
tests_for: transfer_money
fixtures:
  anna: {auth: verified, locale: en, cards: [{id: c1, name: Everyday, last4: "4242", balance: 1000 UAH}]}
  two:
    auth: verified
    cards: [{id: c1, name: One, number: "5555555555554444"}, {id: c2, name: Two, last4: "0002"}]
  guest: {auth: guest, locale: uk}
stubs:
  transfers.quote:   {return: {fee: 0 UAH}}
  transfers.execute: {return: {transfer_id: T-1}}
  identity.send_code: {return: {sent_to: "•67"}}
  identity.check_code: [{error: wrong_code}, {return: {}}]
  cards.apply: {return: {application_id: A-1}}
  sca.send_code: {return: {sent_to: "•67"}}
tests:
"""


@pytest.fixture(scope="module")
def library() -> Library:
    found = check(PAGE, load_brand(BRAND))
    assert found.library is not None, found.problems
    return found.library


def reading(tmp_path: Path, library: Library, tests: str) -> tuple[list[Problem], Report]:
    shutil.copytree(PAGE, tmp_path / "content")
    shutil.rmtree(tmp_path / "content" / "tests")
    (tmp_path / "content" / "tests").mkdir()
    (tmp_path / "content" / "tests" / "t.test.yml").write_text(HEAD + tests, encoding="utf-8")
    files, problems, _ = read_tests(tmp_path / "content", library)
    return problems, run(library, files)


def played(tmp_path: Path, library: Library, turns: str, person: str = "anna", stubs: str = "{}") -> Report:
    test = f"  - test: one\n    with: {person}\n    stubs: {stubs}\n    turns:\n"
    problems, report = reading(tmp_path, library, test + "".join(f"      {row}\n" for row in turns.strip().split("\n")))
    assert problems == []
    return report


def test_the_tests_of_the_page_pass_on_every_channel(library: Library) -> None:
    files, problems, _ = read_tests(PAGE, library)
    assert problems == []
    report = run(library, files, (OPEN, STRICT), every=True)
    assert (report.passed, report.failures) == (8, [])


def test_a_failure_shows_the_chat_and_both_lines(tmp_path: Path, library: Library) -> None:
    turns = """
- user: send 50 to 4111 1111 1111 1111
- tap: yes
  expect: [{bot: sent}]
"""
    report = played(tmp_path, library, turns, stubs="{transfers.execute: {error: insufficient_funds}}")
    (failure,) = report.failures
    shown = failure.as_text()
    assert shown.startswith("tests/t.test.yml:23: expected 'sent', got 'no_funds' (flows/transfer_money.flow.yml:77)")
    assert "> expected 'sent', got 'no_funds'" in shown
    assert "4111 1111 1111" not in shown


def test_a_whole_way_from_guest_to_card(tmp_path: Path, library: Library) -> None:
    turns = """
- user: хочу картку
  expect: [{bot: ask_contact}, {flow: card_issue}, {flow: identify}]
- send: contact
  expect: [{asks: code}]
- user: "000000"
  expect: [{bot: code_is_wrong}]
- user: "123456"
  expect: [{bot: ask_tariff}, {bot_says: "Яку картку бажаєте?"}]
- tap: gold
  expect: [{bot: terms}, {slots: {tariff: gold}}]
- tap: так
  expect: [{bot: issuing}, {action: cards.apply, times: 1, with: {tariff: gold}}]
- event: cards.issued
  return: {card_id: K-1}
  deliver: twice
  expect: [{bot: card_ready}, {flow: verify_me}]
"""
    assert played(tmp_path, library, turns, person="guest").failures == []


def test_time_only_passes_when_told(tmp_path: Path, library: Library) -> None:
    turns = """
- user: хочу картку
- send: contact
- user: "1"
- user: "111111"
- user: "111111"
- tap: digital
- tap: yes
  expect: [{bot: issuing}]
- wait: 29s
  expect: [{no_message: true}]
- wait: 1m
  expect: [{bot: will_notify}, {flow_completed: card_issue}]
"""
    assert played(tmp_path, library, turns, person="guest").failures == []


@pytest.mark.parametrize("crash", ["before_save", "after_save", "after_core"])
def test_a_crash_pays_once(tmp_path: Path, library: Library, crash: str) -> None:
    turns = f"""
- user: send 50 to 4111 1111 1111 1111
- tap: yes
  crash: {crash}
  expect: [{{action: transfers.execute, times: 1}}, {{bot: sent}}]
- tap: yes
  expect: [{{action: transfers.execute, times: 1}}, {{not_asked: summary}}]
"""
    assert played(tmp_path, library, turns).failures == []


def test_a_late_result_comes_with_the_next_turn(tmp_path: Path, library: Library) -> None:
    turns = """
- user: send 50 to 4111 1111 1111 1111
- tap: yes
  deliver: late
  expect: [{no_message: true}]
- wait: 10s
  expect: [{bot: sent}]
"""
    assert played(tmp_path, library, turns).failures == []


def test_an_unknown_result_is_told_later(tmp_path: Path, library: Library) -> None:
    turns = """
- user: send 50 to 4111 1111 1111 1111
- tap: yes
  expect: [{bot: transfer_pending}]
- event: transfers.execute
  return: {transfer_id: T-1}
  expect: [{bot: transfer_done_later}, {action: transfers.execute, times: 1}]
"""
    report = played(tmp_path, library, turns, stubs="{transfers.execute: {error: unknown_result}}")
    assert report.failures == []


def test_rejects_attempts_and_the_handoff(tmp_path: Path, library: Library) -> None:
    turns = """
- user: send 50
  expect: [{asks: from_card}]
- tap: One •4444
  expect: [{asks: to_card}]
- user: 5555 5555 5555 4444
  expect: [{bot: same_card}, {logs_have_no: pan}]
- user: 4111 1111 1111 1112
  expect: [{bot: bad_card_number}, {logs_have_no: pan}]
- user: 4111 1111 1111 1112
  expect: [{handoff: card_support}]
"""
    report = played(tmp_path, library, turns, person="two")
    assert report.failures == []
    assert report.coverage is not None
    reached = report.coverage.reached
    assert {
        ("reject", "transfer_money", "ask_to", "1", "true"),
        ("reject", "transfer_money", "ask_to", "2", "true"),
    } <= reached
    assert ("on_failure", "transfer_money", "ask_to", "handoff_card") in reached


def test_a_channel_that_may_not_take_cards_gives_the_page(library: Library, tmp_path: Path) -> None:
    turns = """
- user: send 50
  expect: [{bot: secure_link}]
- secure: {to_card: 4111 1111 1111 1111}
  expect: [{bot: summary}, {slots: {to_card: "•1111"}}, {logs_have_no: pan}]
"""
    played(tmp_path, library, turns)
    files, _, _ = read_tests(tmp_path / "content", library)
    assert run(library, files, (STRICT,), every=True).failures == []


def test_an_operation_without_a_stub_fails_the_test(tmp_path: Path, library: Library) -> None:
    turns = """
- user: поповнити картку
- user: "300"
- tap: other_card
  expect: [{bot: open_page}]
"""
    (failure,) = played(tmp_path, library, turns).failures
    assert "does not say what 'topups.start_card_payment' answers" in failure.what


def test_a_tap_on_nothing_names_what_is_there(tmp_path: Path, library: Library) -> None:
    turns = """
- user: send 50 to 4111 1111 1111 1111
- tap: perhaps
  expect: [{bot: sent}]
"""
    (failure,) = played(tmp_path, library, turns).failures
    assert failure.what.startswith("there is no button 'perhaps'; the last message has Yes, No")


def test_an_amount_that_overtakes_the_card_still_makes_one_transfer(tmp_path: Path, library: Library) -> None:
    turns = """
- user: /send
  expect: [{asks: to_card}]
- user: 4111 1111 1111 1111
  deliver: reordered
  expect: [{bot: summary}, {slots: {amount: 50 UAH, to_card: "•1111"}}]
- user: send 50
  expect: [{not_asked: summary}, {slots: {to_card: ""}}]
- tap: yes
  expect: [{action: transfers.execute, times: 1, with: {amount: 50 UAH, to: "•1111"}}]
"""
    assert played(tmp_path, library, turns).failures == []


def test_a_yes_that_is_overtaken_by_another_amount_does_not_pay(tmp_path: Path, library: Library) -> None:
    turns = """
- user: send 50 to 4111 1111 1111 1111
- tap: yes
  deliver: reordered
  expect: [{bot: stale_button}, {action: transfers.execute, times: 0}]
- user: no, 60
  expect: [{bot: summary}, {slots: {amount: 60 UAH}}]
"""
    assert played(tmp_path, library, turns).failures == []


def test_a_failure_of_messages_the_other_way_round_shows_the_order_of_arrival(tmp_path: Path, library: Library) -> None:
    turns = """
- user: /send
- user: 4111 1111 1111 1111
  deliver: reordered
  expect: [{bot: sent}]
- user: send 50
"""
    (failure,) = played(tmp_path, library, turns).failures
    said = [row.strip() for row in failure.transcript if row.startswith("  user")]
    assert said == ["user: /send", "user: send 50", "user: 4111 1111 1111 1111"]


@pytest.mark.parametrize(
    ("turns", "code", "word"),
    [
        ("      - user: hi\n", "E206", "expects nothing"),
        ("      - publish: v2\n        expect: [{bot: sent}]\n", "E204", "there is no version 'v2'"),
        ("      - user: hi\n        deliver: sideways\n        expect: [{bot: sent}]\n", "E204", "sideways"),
        ("      - user: hi\n        deliver: reordered\n        expect: [{bot: sent}]\n", "E204", "reordered"),
        (
            "      - user: hi\n        deliver: reordered\n      - wait: 5m\n        expect: [{bot: sent}]\n",
            "E204",
            "no message can arrive before this one",
        ),
        ("      - user: hi\n        expect: [{bott: sent}]\n", "E204", "'bott'"),
        ("      - user: hi\n        tap: yes\n        expect: [{bot: sent}]\n", "E203", "stand in one turn"),
        ("      - user: hi\n        expect: [{slots: {to_card: 4111111111111111}}]\n", "E205", "full card number"),
        ("      - wait: soon\n        expect: [{bot: sent}]\n", "E205", "duration"),
    ],
)
def test_what_cannot_be_played_is_a_problem(tmp_path: Path, library: Library, turns: str, code: str, word: str) -> None:
    problems, _ = reading(tmp_path, library, "  - test: one\n    with: anna\n    turns:\n" + turns)
    assert [problem.code for problem in problems] == [code]
    assert word in problems[0].what


def test_the_bank_knows_what_the_fixture_says_of_a_card(tmp_path: Path, library: Library) -> None:
    turns = """
- user: send 50 to 4111 1111 1111 1111
  expect:
    - action: transfers.quote
      times: 1
      with: {from: c1, to: "•1111", amount: 50 UAH}
"""
    assert played(tmp_path, library, turns).failures == []


def test_the_tests_of_the_page_pass_with_the_content_that_is_shipped() -> None:
    shipped = Path(__file__).parents[3] / "flows" / "content"
    found = check(shipped, load_brand(BRAND))
    assert found.library is not None, found.problems
    files, problems, _ = read_tests(PAGE, found.library)
    assert problems == []
    assert run(found.library, files).failures == []

"""S9 to S11: the confirm's snapshot, silence and what outlives a run, and what is out of scope."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from chatting import INTENTS, Bank, Chat
from small_content import ASK_NOTE, HI, MEMO, chat_with, content, flow

from flows.effects import SetTimer
from flows.money import Money


def test_the_operation_gets_the_snapshot_and_not_the_live_slots() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    session = chat.session
    assert session.top is not None
    yes = chat.button("Yes")
    session.top.slots["amount"] = Money(900000, "UAH")
    chat.stored = session.to_json()
    chat.press(yes)
    started = [operation for operation in chat.all_operations if operation.action == "transfers.execute"]
    assert all(operation.inputs["amount"] == "50.00 UAH" for operation in started)


def test_yes_but_is_no_yes_in_either_language() -> None:
    for words in ("yes but 60", "так, але 60", "yes, 60"):
        chat = Chat()
        chat.write("send 50 to 4111111111111111")
        chat.write(words)
        assert chat.all_operations == [], words
        assert "Send 60.00 ₴" in chat.said, words


def test_a_confirm_that_nobody_answers_is_asked_anew_once_and_then_waits() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    heard = chat.wait(timedelta(minutes=9))
    assert sum("Send 50.00" in message.text for message in heard) == 1


def test_a_run_that_waits_without_an_end_is_not_woken_again_and_again(tmp_path: Path) -> None:
    steps = """
      - {set_slots: {last: '"a1"'}}
      - {id: wait_issue, wait: cards.issued, match: {application_id: last}, tell: ask, save: {app: card_id}}
      - {say: done}
    """
    chat = chat_with(content(tmp_path, flow("hold", steps, ASK_NOTE)))
    chat.write("/hold")
    chat.wait(timedelta(hours=23))
    assert sum(isinstance(effect, SetTimer) for effect in chat.all_effects) <= 2
    assert chat.session.flow == "hold"
    chat.wait(timedelta(hours=2))
    assert chat.session.stack == []
    assert chat.session.timers == {}


def test_a_flow_scoped_slot_ends_with_its_run_a_kept_one_does_not(tmp_path: Path) -> None:
    first = flow("first", "  - {set_slots: {last: '\"A\"', paper: '\"P\"', note: '\"N\"'}}\n  - {say: done}\n",
                 "  done: {en: ok, uk: ok}\n")  # fmt: skip
    second = flow("second", "  - {say: told}\n", "  told: {en: '{last} {paper} {iban}', uk: '{last}'}\n")
    chat = chat_with(content(tmp_path, first, second))
    chat.write("/first")
    chat.write("/second")
    assert chat.said.strip() == "A P"


def test_a_flow_that_asks_for_a_slot_itself_never_finds_the_old_value(tmp_path: Path) -> None:
    first = flow("first", "  - {collect: extra, ask: ask}\n  - {say: done}\n", ASK_NOTE)
    second = flow("second", "  - {collect: extra, ask: ask, optional: true}\n  - {say: told}\n",
                  ASK_NOTE + "  told: {en: [Told., 'For {extra}'], uk: [Ок, 'Для {extra}']}\n")  # fmt: skip
    chat = chat_with(content(tmp_path, first, second))
    chat.write("/first")
    chat.write("rent")
    chat.write("/second")
    assert chat.said == "Say it."
    chat.tap("Skip")
    assert chat.said == "Told."


def test_after_a_day_session_slots_are_gone_and_lasting_ones_are_not(tmp_path: Path) -> None:
    first = flow("first", "  - {set_slots: {last: '\"A\"', paper: '\"P\"'}}\n  - {say: done}\n",
                 "  done: {en: ok, uk: ok}\n")  # fmt: skip
    chat = chat_with(content(tmp_path, first))
    chat.write("/first")
    chat.wait(timedelta(hours=12))
    chat.write("/help")
    chat.wait(timedelta(hours=23))
    assert set(chat.session.kept) == {"last", "paper"}
    chat.wait(timedelta(hours=2))
    assert chat.session.kept == {"paper": "P"}
    assert chat.session.timers == {}


def test_a_paused_run_keeps_what_was_said_until_the_customer_goes_on() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.wait(timedelta(minutes=16))
    assert chat.session.paused
    assert chat.session.stack[0].slots["amount"] == Money(5000, "UAH")
    chat.write("hello again")
    assert "We stopped at “Send money”" in chat.said


def test_out_of_scope_fills_no_slot() -> None:
    chat = Chat(bank=Bank(intents=INTENTS | {"weather": [("out_of_scope", 0.98)]}))
    chat.write("send 50")
    chat.write("nice weather")
    assert chat.session.step == "ask_to"
    assert chat.session.top is not None
    assert chat.session.top.slots.get("to_card") is None


def test_free_text_takes_what_is_near_another_flow_but_not_surely_it(tmp_path: Path) -> None:
    library = content(tmp_path, MEMO, HI)
    unsure = chat_with(library, hey=[("other", 0.6)])
    unsure.write("/memo")
    unsure.write("hey there")
    assert unsure.said == "Noted: hey there"
    sure = chat_with(library, hey=[("other", 0.95)])
    sure.write("/memo")
    sure.write("hey there")
    assert "Hi" in sure.said


def test_a_secret_is_never_taken_as_free_text(tmp_path: Path) -> None:
    chat = chat_with(content(tmp_path, MEMO))
    chat.write("/memo")
    for words in ("my cvv is 123", "PIN •••", "•••"):
        chat.write(words)
        assert "three digits" in chat.said, words
        assert chat.session.flow == "memo", words


def test_a_snapshot_of_another_moment_has_another_hash() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    first = chat.session.top
    chat.write("make it 60")
    second = chat.session.top
    assert first is not None
    assert second is not None
    assert first.snapshot is not None
    assert second.snapshot is not None
    assert first.snapshot.hash != second.snapshot.hash
    assert replace(first.snapshot, hash="") != replace(second.snapshot, hash="")

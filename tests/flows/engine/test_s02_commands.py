"""S2: what a customer did becomes one command, in a fixed order of precedence."""

from dataclasses import replace
from pathlib import Path

from chatting import INTENTS, KEY, Bank, Chat
from small_content import ASK_NOTE, HI, MEMO, chat_with, content, flow

from flows import buttons
from flows.model import Response, Wording


def test_stop_words_come_before_a_question_for_free_text(tmp_path: Path) -> None:
    chat = chat_with(content(tmp_path, MEMO))
    chat.write("/memo")
    chat.write("Stop!")
    assert chat.session.stack == []


def test_block_my_card_starts_over_everything(tmp_path: Path) -> None:
    lock = flow("lock", "  - {say: hi}\n", "  hi: {en: Locked, uk: Закрито}\n", intents="block_card")
    chat = chat_with(content(tmp_path, MEMO, lock))
    chat.write("/memo")
    chat.write("block my card")
    assert "Locked" in chat.said


def test_the_word_operator_reaches_a_person_from_any_question() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("operator")
    assert any(type(effect).__name__ == "HandOff" for effect in chat.effects)


def test_a_value_for_the_pending_slot_comes_before_yes_and_no(tmp_path: Path) -> None:
    chat = chat_with(content(tmp_path, MEMO))
    chat.write("/memo")
    chat.write("no")
    assert chat.said == "Noted: no"


def test_yes_means_nothing_where_nothing_was_asked() -> None:
    chat = Chat()
    chat.start()
    chat.write("yes")
    assert chat.session.stack == []
    assert chat.all_operations == []


def test_another_flow_comes_before_a_plain_answer_and_that_before_not_understood(tmp_path: Path) -> None:
    number = flow("count", "  - {collect: many, ask: ask}\n  - {say: done}\n", ASK_NOTE)
    library = content(tmp_path, number, HI)
    answer = Response("answer_hours", library.flows["count"].at, {"en": Wording(("We open at nine.",))})
    library = replace(library, system={**library.system, "answer_hours": answer})
    chat = chat_with(library, when=[("hours", 0.9)], greet=[("other", 0.9)], hmm=[])
    chat.write("/count")
    chat.write("when do you open")
    assert chat.said == "We open at nine.\nSay it."
    chat.write("greet me please")
    assert "Hi" in chat.said
    chat.tap("Yes")
    chat.write("hmm")
    assert chat.session.step == "count.1" or chat.session.flow == "count"
    assert chat.said != ""


def test_repeat_asks_the_pending_question_again() -> None:
    chat = Chat()
    chat.write("send 50")
    asked = chat.said
    for words in ("/repeat", "ще раз", "repeat"):
        chat.write(words)
        assert chat.said == asked, words


def test_a_button_of_ours_is_obeyed_before_anything_is_read() -> None:
    chat = Chat()
    chat.write("send 50")
    payload = buttons.for_command("/help", chat.session.conversation, KEY)
    chat.press(payload)
    assert chat.session.flow == "transfer_money"
    assert chat.said.count("16-digit") == 1


def test_with_understanding_down_a_sentence_is_not_guessed_at_and_commands_work() -> None:
    chat = Chat(bank=Bank(intents=dict(INTENTS), degraded=True))
    chat.write("please send money")
    assert chat.session.stack == []
    chat.write("/send")
    assert chat.session.flow == "transfer_money"

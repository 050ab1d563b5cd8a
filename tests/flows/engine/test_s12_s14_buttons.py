"""S12 to S14: contacts and attachments, buttons that equal words, and stale buttons."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from chatting import EVERYDAY, INTENTS, SAVINGS, Bank, Chat
from small_content import ASK_NOTE, chat_with, content, flow

from flows.effects import HandOff
from flows.messages import Attachment, EventType
from flows.ports import ButtonLimits, Capabilities

ALL = frozenset({"card_number", "last4", "iban"})
OPEN = Capabilities("viber", 7000, "char", 512, ButtonLimits(12, 6, 80, 250), may_take=ALL, may_show=ALL)
PHOTO = "  - {collect: photo, ask: ask}\n  - {say: done}\n"


def test_stickers_and_voice_are_answered_once_and_never_counted(tmp_path: Path) -> None:
    chat = chat_with(content(tmp_path, flow("count", "  - {collect: many, ask: ask}\n  - {say: done}\n", ASK_NOTE)))
    chat.write("/count")
    answers = [len(chat.send(Attachment("sticker" if turn % 2 else "audio", f"s{turn}"))) for turn in range(6)]
    assert answers == [2, 0, 0, 0, 0, 0]
    assert not any(isinstance(effect, HandOff) for effect in chat.all_effects)
    chat.wait(timedelta(minutes=6))
    assert chat.send(Attachment("sticker", "s9"))


def test_a_kind_that_nobody_knows_is_answered_politely_at_most_once_in_minutes() -> None:
    chat = Chat()
    first = chat.run(chat.inbound(EventType.UNSUPPORTED))
    again = chat.run(chat.inbound(EventType.UNSUPPORTED))
    assert len(first) == 1
    assert again == []


def test_an_attachment_of_the_wrong_kind_or_size_gets_a_reason_and_a_second_chance(tmp_path: Path) -> None:
    chat = chat_with(content(tmp_path, flow("shot", PHOTO, ASK_NOTE)))
    chat.write("/shot")
    chat.send(Attachment("document", "d", size=10))
    assert "photo" in chat.said
    chat.send(Attachment("image", "big", size=3_000_000))
    assert "2" in chat.said
    chat.send(Attachment("image", "fine", size=1_000_000))
    assert chat.session.stack == []


def test_a_button_its_label_in_any_language_and_its_number_give_the_same() -> None:
    outcomes = []
    for answer in ("tap", "savings •5353", "Savings", "2"):
        chat = Chat(bank=Bank(cards=[EVERYDAY, SAVINGS], intents=dict(INTENTS)))
        chat.write("send please")
        chat.tap("Savings •5353") if answer == "tap" else chat.write(answer)
        assert chat.session.top is not None
        outcomes.append((chat.session.step, chat.session.top.slots, chat.said))
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_yes_in_any_language_is_the_button() -> None:
    for words in ("yes", "Так", "ТАК!", "yes."):
        chat = Chat()
        chat.write("send 50 to 4111111111111111")
        chat.write(words)
        assert [operation.action for operation in chat.operations] == ["transfers.execute"], words


def test_a_number_is_a_card_number_or_a_phone_and_never_an_option_there() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("1")
    assert chat.session.step == "ask_to"


def test_used_passed_finished_and_foreign_buttons_change_nothing() -> None:
    chat = Chat(bank=Bank(cards=[EVERYDAY, SAVINGS], intents=dict(INTENTS)))
    chat.write("send 50")
    passed = chat.button("Savings •5353")
    chat.press(passed)
    chat.write("4111111111111111")
    yes = chat.button("Yes")
    no = chat.button("No")
    for payload in (passed, "q.AAAAAAAAAAAA.0.AAAAAAAAAAAA", "", "\u0000"):
        before = chat.session.stack
        chat.press(payload)
        assert "does nothing now" in chat.said, payload
        assert chat.session.stack == before
    chat.press(no)
    stack = chat.session.stack
    chat.press(yes)
    assert "does nothing now" in chat.said
    assert (chat.session.stack, chat.all_operations) == (stack, [])


def test_a_button_that_another_system_has_sent_is_left_to_that_system() -> None:
    chat = Chat()
    chat.write("send 50")
    stack = chat.session.stack
    assert chat.press("offer-17") == []
    assert chat.session.stack == stack


def test_an_entry_of_the_messengers_own_menu_is_a_command() -> None:
    chat = Chat()
    chat.press("/send")
    assert chat.session.flow == "transfer_money"


def test_a_button_of_another_run_of_the_same_flow_is_stale() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    yes = chat.button("Yes")
    chat.write("cancel")
    chat.write("send 50 to 4111111111111111")
    chat.press(yes)
    assert chat.all_operations == []


def test_a_menu_button_is_good_for_ever() -> None:
    chat = Chat()
    chat.start()
    send = chat.button("Send money")
    chat.wait(timedelta(minutes=5))
    chat.write("send 50 to 4111111111111111")
    chat.write("cancel everything")
    chat.press(send)
    assert chat.session.flow == "transfer_money"


def test_choices_that_a_messenger_leaves_standing_go_when_their_question_is_answered() -> None:
    chat = Chat(capabilities=replace(OPEN, standing_choices=True))
    chat.write("send 50 to 4111111111111111")
    assert [message.remove_choices for message in chat.sent] == [False] * len(chat.sent)
    chat.press(chat.button("Yes"))
    chat.settle()
    assert chat.sent[-1].remove_choices
    chat.write("what is your favourite colour, my friend")
    assert not chat.sent[-1].remove_choices


def test_other_messengers_leave_old_buttons_where_they_are() -> None:
    chat = Chat(capabilities=OPEN)
    chat.write("send 50 to 4111111111111111")
    chat.press(chat.button("Yes"))
    chat.settle()
    assert not chat.sent[-1].remove_choices

"""S5 to S8: digressions, cancel, clarify, attempts."""

from datetime import timedelta
from pathlib import Path

from chatting import EVERYDAY, INTENTS, SAVINGS, Bank, Chat
from small_content import ASK_NOTE, HI, chat_with, content, flow

from flows.effects import HandOff

NUMBER = "  - {collect: many, ask: ask}\n  - {say: done}\n"


def two_cards() -> Chat:
    return Chat(bank=Bank(cards=[EVERYDAY, SAVINGS], intents=dict(INTENTS)))


def test_the_pending_question_comes_back_with_buttons_that_live() -> None:
    chat = two_cards()
    chat.write("send 50")
    chat.write("what's my balance?")
    chat.tap("Everyday •4242")
    chat.tap("Yes")
    assert "Which card should I send from?" in chat.said
    chat.tap("Savings •5353")
    assert chat.session.step == "ask_to"


def test_a_digression_costs_no_attempt(tmp_path: Path) -> None:
    chat = chat_with(content(tmp_path, flow("count", NUMBER, ASK_NOTE), HI))
    chat.write("/count")
    chat.write("what")
    for _ in range(4):
        chat.write("/other")
        chat.tap("Yes")
    chat.write("what")
    assert chat.session.flow == "count"
    assert not any(isinstance(effect, HandOff) for effect in chat.all_effects)


def test_a_confirm_that_expired_meanwhile_is_quoted_again_on_the_way_back() -> None:
    chat = two_cards()
    chat.write("send 50 from savings to 4111111111111111")
    first = chat.session.stack[0].snapshot
    chat.write("what's my balance?")
    chat.wait(timedelta(minutes=6))
    chat.bank.asked.clear()
    chat.write("Everyday")
    chat.tap("Yes")
    assert "Send 50.00 ₴" in chat.said
    assert "transfers.quote" in [need.name for need in chat.bank.asked]
    assert first is not None
    assert chat.session.stack[0].snapshot is not None
    assert chat.session.stack[0].snapshot.op_id != first.op_id


def test_cancel_clears_the_slots_and_timers_of_the_flow() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    chat.write("cancel")
    assert chat.session.stack == []
    assert chat.session.timers == {}
    assert chat.session.kept == {}
    chat.write("send please")
    assert chat.session.step == "ask_to"


def test_a_doubt_is_asked_about_at_most_twice_and_then_help_is_offered() -> None:
    chat = Chat()
    chat.write("/menu")
    chat.write("money")
    first = chat.said
    chat.write("money")
    assert [choice.title for choice in chat.sent[-1].choices][-1] == "Something else"
    assert chat.said != first
    chat.write("money")
    assert "Something else" not in [choice.title for message in chat.sent for choice in message.choices]
    assert chat.said


def test_a_doubt_names_three_flows_at_most() -> None:
    near = [("transfer_money", 0.3), ("top_up", 0.29), ("open_card", 0.28), ("show_balance", 0.27)]
    chat = Chat(bank=Bank(intents={"hm": near}))
    chat.write("hm hm")
    assert len(chat.sent[-1].choices) == 4


def test_something_else_brings_the_menu() -> None:
    chat = Chat()
    chat.write("money")
    chat.write("something else")
    assert "Send money" in [choice.title for message in chat.sent for choice in message.choices]


def test_the_first_reason_is_plain_and_the_second_has_an_example() -> None:
    chat = Chat()
    chat.write("send 4111111111111111")
    chat.write("quite a lot")
    first = chat.said
    chat.write("quite a lot")
    assert chat.said.startswith(first)
    assert "for example: 150" in chat.said
    assert "for example" not in first


def test_a_good_answer_ends_the_counting(tmp_path: Path) -> None:
    steps = "  - {collect: many, ask: ask}\n  - {collect: day, ask: ask}\n  - {say: done}\n"
    chat = chat_with(content(tmp_path, flow("count", steps, ASK_NOTE)))
    chat.write("/count")
    chat.write("what")
    chat.write("what")
    chat.write("3")
    chat.write("what")
    chat.write("what")
    assert chat.session.flow == "count"
    chat.write("what")
    assert any(isinstance(effect, HandOff) for effect in chat.effects)


def test_a_flow_may_say_where_too_many_attempts_lead(tmp_path: Path) -> None:
    steps = """
      - {collect: many, ask: ask, max_attempts: 2, on_failure: enough}
      - {say: done, next: END}
      - {id: enough, say: sorry}
    """
    chat = chat_with(content(tmp_path, flow("count", steps, ASK_NOTE + "  sorry: {en: Sorry., uk: Шкода.}\n")))
    chat.write("/count")
    chat.write("what")
    chat.write("what")
    assert chat.said == "Sorry."
    assert chat.session.stack == []

"""S16 to S18: restart, language, proving again who it is."""

from datetime import timedelta

import pytest
from chatting import EVERYDAY, INTENTS, SAVINGS, Bank, Chat

from flows.messages import EventType
from flows.money import Money


def titles(chat: Chat) -> list[str]:
    return [choice.title for message in chat.sent for choice in message.choices]


def test_start_puts_the_open_flow_aside_and_offers_to_continue() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.start()
    assert chat.session.paused
    assert "Continue" in titles(chat)
    chat.write("what now")
    assert "We stopped at “Send money”" in chat.said
    chat.tap("Continue")
    assert chat.session.expects == "card_number"
    assert not chat.session.paused


def test_a_payload_of_a_link_is_consumed_once() -> None:
    chat = Chat(level="guest")
    chat.start("ref_club")
    assert chat.session.stack[0].flow == "card_issue"
    chat.write("cancel")
    chat.start()
    assert chat.session.stack == []
    assert "Send money" in titles(chat)


def test_start_over_clears_the_flow_only_after_a_yes() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("start over")
    assert chat.session.stack[0].slots["amount"] == Money(5000, "UAH")
    chat.tap("Start over")
    assert "amount" not in chat.session.stack[0].slots


def test_a_change_of_language_at_a_confirm_changes_the_formats_and_no_value() -> None:
    chat = Chat()
    chat.write("send 1250.50 to 4111111111111111")
    slots = chat.session.stack[0].slots
    frozen = chat.session.stack[0].snapshot
    chat.write("мова")
    chat.tap("Українська")
    assert "1 250,50 ₴" in chat.said
    assert (chat.session.stack[0].slots, chat.session.stack[0].snapshot) == (slots, frozen)
    chat.write("так")
    assert chat.operations


def test_ten_silent_minutes_end_the_access() -> None:
    chat = Chat()
    chat.write("hello")
    chat.wait(timedelta(minutes=9))
    chat.write("hello")
    assert chat.session.level == "verified"
    chat.wait(timedelta(minutes=11))
    chat.write("what's my balance?")
    assert chat.session.level == "guest"
    assert chat.session.flow == "identify"
    assert "1000" not in chat.said
    assert "1,000" not in chat.said


def test_access_that_ended_in_silence_does_not_come_back_with_the_next_word() -> None:
    chat = Chat()
    chat.write("hello")
    chat.wait(timedelta(minutes=11))
    chat.write("hello")
    chat.write("send 50 to 4111111111111111")
    assert chat.session.flow == "identify"
    assert chat.session.level == "guest"


def test_a_yes_after_ten_silent_minutes_moves_no_money_before_the_customer_is_known_again() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    chat.wait(timedelta(minutes=11))
    yes = chat.button("Yes") if any(c.title == "Yes" for m in chat.sent for c in m.choices) else None
    chat.press(yes) if yes else chat.write("yes")
    assert not [operation for operation in chat.all_operations if operation.action == "transfers.execute"]


def test_eight_hours_end_the_access_of_the_busiest_customer() -> None:
    chat = Chat()
    for _ in range(60):
        chat.wait(timedelta(minutes=8))
        chat.write("hello")
    chat.write("what's my balance?")
    assert chat.session.flow == "identify"


def test_the_level_is_checked_before_each_operation_and_not_only_at_the_start() -> None:
    chat = Chat(bank=Bank(cards=[EVERYDAY, SAVINGS], intents=dict(INTENTS)))
    chat.write("send 50 to 4111111111111111")
    session = chat.session
    session.verified_until = 0
    chat.stored = session.to_json()
    chat.write("savings")
    assert chat.session.flow == "identify"
    assert "•5353" not in chat.said


@pytest.mark.parametrize("state", ["blocked", "unsubscribed"])
def test_a_blocked_bot_ends_the_session(state: str) -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    yes = chat.button("Yes")
    assert chat.run(chat.inbound(EventType.SUBSCRIPTION, details={"state": state})) == []
    assert (chat.session.level, chat.session.stack) == ("guest", [])
    chat.press(yes)
    assert chat.operations == []
    chat.write("what's my balance?")
    assert chat.session.flow == "identify"


def test_somebody_who_comes_to_the_bot_keeps_what_is_open() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.run(chat.inbound(EventType.SUBSCRIPTION, details={"state": "subscribed"}))
    assert (chat.session.level, chat.session.expects) == ("verified", "card_number")


def test_a_chat_that_is_unbound_is_nobodys_at_once() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    yes = chat.button("Yes")
    chat.write("/unbind")
    chat.tap("Disconnect")
    assert [operation.action for operation in chat.operations] == ["identity.unbind"]
    chat.settle()
    assert (chat.session.customer_id, chat.session.level, chat.session.kept) == (None, "guest", {})
    chat.press(yes)
    assert [operation for operation in chat.all_operations if operation.action == "transfers.execute"] == []
    chat.write("send 50 to 4111111111111111")
    assert chat.session.flow == "identify"

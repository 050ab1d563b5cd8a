"""Sending money, end to end through the engine, on the bank's own content."""

from dataclasses import replace
from datetime import timedelta

from chatting import EVERYDAY, INTENTS, SAVINGS, Bank, Chat

from flows.confirming import snapshot_hash
from flows.messages import EventType, Text


def to_confirm() -> Chat:
    chat = Chat()
    chat.write("send 50 to 4111 1111 1111 1111")
    assert chat.session.step == "check", chat.said
    return chat


def test_amount_and_card_in_one_message_come_straight_to_the_summary() -> None:
    chat = to_confirm()
    assert "Send 50.00 ₴ from Everyday •4242 to •1111? Fee: 0.00 ₴." in chat.said
    assert [choice.title for choice in chat.sent[-1].choices] == ["Yes", "No", "Change"]


def test_a_yes_starts_the_operation_with_the_confirmed_values() -> None:
    chat = to_confirm()
    chat.tap("Yes")
    (operation,) = chat.operations
    assert operation.action == "transfers.execute"
    assert operation.inputs == {"from": "c1", "amount": "50.00 UAH"}
    assert operation.cards["to"].last4 == "1111"
    assert operation.snapshot_hash == snapshot_hash(operation.op_id, operation.inputs, operation.cards)
    chat.settle(outputs={"transfer_id": str(operation.op_id)})
    assert "Done. 50.00 ₴ is on its way to •1111." in chat.said
    assert chat.sent[-1].picture is not None
    assert chat.sent[-1].picture.values == {"transfer": str(operation.op_id)}
    assert chat.session.flow is None


def test_a_guest_proves_who_it_is_first_and_then_the_transfer_goes_on_with_what_was_said() -> None:
    chat = Chat(level="guest")
    chat.write("send 50 to 4111111111111111")
    assert chat.session.flow == "identify"
    assert "•4242" not in chat.said
    assert chat.sent[-1].choices[0].kind == "request_phone"
    chat.share_contact()
    assert chat.operations[0].action == "identity.send_code"
    assert chat.operations[0].inputs == {
        "phone": "+380501112233", "own_contact": True, "first_name": "Anna", "last_name": "Koval",
        "proof": "shared",
    }  # fmt: skip
    chat.settle(outputs={"sent_to": "•••2233"})
    chat.write("123 456")
    assert chat.operations[0].inputs == {"code": "123456"}
    until = (chat.now + timedelta(hours=8)).isoformat()
    chat.settle(outputs={"customer_id": "cust-1", "level": "verified", "expires_at": until})
    assert chat.session.customer_id == "cust-1"
    assert chat.session.level == "verified"
    assert "Send 50.00 ₴ from Everyday •4242 to •1111?" in chat.said


def test_a_foreign_contact_is_refused_with_a_reason() -> None:
    chat = Chat(level="guest")
    chat.write("send 50")
    chat.share_contact(own=False)
    assert chat.operations == []
    assert chat.session.step == "whose_phone"
    assert chat.said


def test_slots_are_asked_one_after_another() -> None:
    chat = Chat(bank=Bank(cards=[EVERYDAY, SAVINGS], intents=dict(INTENTS)))
    chat.write("send please")
    assert "Which card should I send from?" in chat.said
    chat.tap("Savings •5353")
    assert chat.session.expects == "card_number"
    chat.write("4111111111111111")
    assert "How much should I send to •1111?" in chat.said
    assert [choice.title for choice in chat.sent[-1].choices] == ["100.00\u00a0₴", "200.00\u00a0₴", "500.00\u00a0₴"]
    chat.tap("200.00\u00a0₴")
    assert "Send 200.00 ₴ from Savings •5353 to •1111?" in chat.said


def test_a_card_can_be_named_by_its_label_its_digits_or_its_number() -> None:
    for answer in ("savings", "5353", "2", "Savings •5353"):
        chat = Chat(bank=Bank(cards=[EVERYDAY, SAVINGS], intents=dict(INTENTS)))
        chat.write("send please")
        chat.write(answer)
        assert chat.session.step == "ask_to", answer


def test_a_number_is_never_an_option_where_money_is_asked() -> None:
    chat = Chat()
    chat.write("send 4111111111111111")
    chat.write("2")
    assert "Send 2.00 ₴" in chat.said


def test_amounts_that_are_none_are_asked_again_with_a_reason() -> None:
    for text in ("NaN", "1e3", "-5", "0", "1.2.3"):
        chat = Chat()
        chat.write("send 4111111111111111")
        chat.write(text)
        assert chat.session.step == "ask_amount", text
        assert chat.said, text
        assert chat.session.top is not None
        assert chat.session.top.slots.get("amount") is None


def test_an_amount_with_two_readings_is_never_guessed() -> None:
    chat = Chat()
    chat.write("send 4111111111111111")
    chat.write("1,234")
    assert chat.session.step == "ask_amount"
    chat.tap("1,234.00\u00a0₴")
    assert "Send 1,234.00 ₴" in chat.said


def test_two_amounts_in_one_sentence_are_asked_about() -> None:
    chat = Chat()
    chat.write("send 4111111111111111")
    chat.write("50 or maybe 60")
    assert chat.session.step == "ask_amount"
    assert [choice.title for choice in chat.sent[-1].choices] == ["50.00\u00a0₴", "60.00\u00a0₴"]


def test_an_amount_past_the_bank_limit_says_the_limit() -> None:
    chat = Chat()
    chat.write("send 4111111111111111")
    chat.write("30000")
    assert "29,999.00 ₴" in chat.said
    assert chat.session.step == "ask_amount"


def test_a_mistyped_card_is_refused_and_the_amount_stays() -> None:
    chat = Chat()
    chat.write("send 50 to 4999999999999999")
    assert "mistake" in chat.said
    chat.write("4111111111111111")
    assert "Send 50.00 ₴" in chat.said


def test_three_unusable_answers_bring_a_person() -> None:
    chat = Chat()
    chat.write("send please")
    for _ in range(3):
        chat.write("later maybe")
    assert any(type(effect).__name__ == "HandOff" for effect in chat.effects)
    assert chat.session.flow is None


def test_yes_but_sixty_is_a_correction_not_a_yes() -> None:
    chat = to_confirm()
    chat.write("yes but 60")
    assert chat.operations == []
    assert "Send 60.00 ₴" in chat.said
    chat.write("yes")
    assert chat.operations[0].inputs["amount"] == "60.00 UAH"


def test_change_asks_what_and_then_asks_anew() -> None:
    chat = to_confirm()
    chat.tap("Change")
    chat.tap("Amount")
    assert chat.session.step == "ask_amount"
    chat.write("75")
    assert "Send 75.00 ₴ from Everyday •4242 to •1111?" in chat.said


def test_a_correction_quotes_again() -> None:
    chat = to_confirm()
    chat.bank.reads["transfers.quote"] = {"fee": "3.00 UAH"}
    chat.write("make it 100")
    assert "Fee: 3.00 ₴" in chat.said


def test_a_button_from_before_a_correction_pays_nothing() -> None:
    chat = to_confirm()
    old = chat.button("Yes")
    chat.write("make it 100")
    chat.press(old)
    assert chat.operations == []
    assert chat.session.step == "check"


def test_a_second_tap_on_yes_tells_the_state_and_starts_nothing() -> None:
    chat = to_confirm()
    yes = chat.button("Yes")
    chat.press(yes)
    operation = chat.operations[0]
    chat.press(yes)
    running = chat.said
    assert chat.operations == []
    chat.settle(operation, outputs={"transfer_id": "t"})
    chat.press(yes)
    assert chat.operations == []
    assert chat.said != running


def test_no_stops_without_sending() -> None:
    chat = to_confirm()
    chat.write("ні")
    assert "nothing was sent" in chat.said
    assert chat.session.flow is None


def test_words_while_the_operation_runs_get_a_polite_answer_and_cancel_cannot_undo_it() -> None:
    chat = to_confirm()
    chat.tap("Yes")
    operation = chat.operations[0]
    chat.write("hello?")
    assert chat.said
    chat.write("cancel")
    assert chat.session.flow == "transfer_money"
    chat.settle(operation, outputs={"transfer_id": "t"})
    assert "Done." in chat.said


def test_an_error_code_goes_where_the_flow_says() -> None:
    chat = to_confirm()
    chat.tap("Yes")
    chat.settle(error="insufficient_funds")
    assert "not enough money" in chat.said
    assert chat.session.flow is None


def test_a_refusal_that_the_flow_does_not_know_has_the_engines_words() -> None:
    chat = to_confirm()
    chat.tap("Yes")
    chat.settle(error="limit_exceeded")
    assert chat.said
    assert chat.session.flow is None


def test_an_unknown_result_is_told_and_its_end_comes_later() -> None:
    chat = to_confirm()
    chat.tap("Yes")
    operation = chat.operations[0]
    chat.settle(operation, unknown=True)
    assert "do not know yet" in chat.said
    assert chat.session.flow is None
    chat.settle(operation, outputs={"transfer_id": "t"})
    assert "50.00 ₴" in chat.said
    chat.settle(operation, outputs={"transfer_id": "t"})
    assert chat.sent == []


def test_an_expired_confirm_is_quoted_again_and_the_old_yes_pays_nothing() -> None:
    chat = to_confirm()
    old = chat.button("Yes")
    chat.bank.reads["transfers.quote"] = {"fee": "5.00 UAH"}
    heard = chat.wait(timedelta(minutes=6))
    assert any("Fee: 5.00" in message.text.replace("\u00a0", " ") for message in heard)
    chat.press(old)
    assert chat.operations == []
    chat.write("yes")
    assert len(chat.operations) == 1


def test_a_large_amount_asks_for_a_code_bound_to_the_confirmed_operation() -> None:
    chat = Chat()
    chat.write("send 600 to 4111111111111111")
    chat.tap("Yes")
    (code,) = chat.operations
    assert code.action == "sca.send_code"
    chat.settle(code, outputs={"sent_to": "x"})
    chat.write("123456")
    (check,) = chat.operations
    assert check.inputs["code"] == "123456"
    until = (chat.now + timedelta(minutes=5)).isoformat()
    chat.settle(check, outputs={"level": "strong", "expires_at": until})
    (pay,) = chat.operations
    assert pay.action == "transfers.execute"
    assert code.inputs["for_op"] == check.inputs["for_op"] == str(pay.op_id)
    assert code.inputs["snapshot_hash"] == pay.snapshot_hash
    assert (code.inputs["amount"], code.inputs["from"]) == (pay.inputs["amount"], pay.inputs["from"])
    assert code.cards == pay.cards


def test_a_wrong_code_is_asked_again() -> None:
    chat = Chat()
    chat.write("send 600 to 4111111111111111")
    chat.tap("Yes")
    chat.settle(outputs={"sent_to": "x"})
    chat.write("123456")
    chat.settle(error="wrong_code")
    assert chat.session.expects == "code"
    chat.write("654321")
    assert chat.operations[0].inputs["code"] == "654321"


def test_a_digression_comes_back_to_the_question() -> None:
    chat = Chat()
    chat.write("send 50")
    chat.write("what's my balance?")
    assert "1,000.00 ₴" in chat.said
    chat.tap("Yes")
    assert chat.session.expects == "card_number"
    chat.write("4111111111111111")
    assert "Send 50.00 ₴" in chat.said


def test_the_card_number_message_is_deleted_and_the_customer_is_told_once() -> None:
    chat = Chat()
    chat.write("send 50 to 4111111111111111")
    deleted = [effect for effect in chat.effects if type(effect).__name__ == "DeleteInbound"]
    assert len(deleted) == 1


def test_a_yes_that_was_on_its_way_when_the_price_changed_is_asked_again() -> None:
    chat = to_confirm()
    chat.bank.reads["transfers.quote"] = {"fee": "5.00 UAH"}
    chat.wait(timedelta(minutes=5))
    late = chat.inbound(EventType.MESSAGE, content=Text("yes"))
    chat.run(replace(late, occurred_at=chat.now - timedelta(seconds=10)))
    assert chat.operations == []
    assert "Fee: 5.00 ₴" in chat.said
    chat.write("yes")
    assert len(chat.operations) == 1

"""Sending money, end to end through the engine, on the bank's own content."""

from datetime import timedelta

from chatting import Bank, Chat, INTENTS, SAVINGS, EVERYDAY
from flows.confirming import snapshot_hash


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

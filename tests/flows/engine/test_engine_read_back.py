"""An amount that is read back takes a yes; what is stopped is called by the name that the customer knows."""

from chatting import Chat


def test_a_yes_takes_the_amount_that_was_read_back() -> None:
    chat = Chat()
    chat.write("send 4111111111111111")
    chat.write("1,234")
    chat.write("yes, please")
    assert "Send 1,234.00 ₴" in chat.said


def test_a_no_to_the_amount_that_was_read_back_takes_nothing() -> None:
    chat = Chat()
    chat.write("send 4111111111111111")
    chat.write("1,234")
    chat.write("no")
    assert chat.session.step == "ask_amount"
    assert chat.session.top is not None
    assert chat.session.top.slots.get("amount") is None


def test_a_yes_chooses_nothing_among_several_amounts() -> None:
    chat = Chat()
    chat.write("send 4111111111111111")
    chat.write("yes")
    assert chat.session.step == "ask_amount"


def test_stopping_at_the_code_names_the_transfer() -> None:
    chat = Chat()
    chat.write("send 600 to 4111111111111111")
    chat.write("yes")
    chat.settle(chat.operations[0], outputs={"sent_to": "•33"})
    chat.write("/cancel")
    assert "“Send money” is stopped" in chat.said
    assert chat.session.stack == []

"""An amount that is read back takes a yes; what is stopped is called by the name that the customer knows."""

from chatting import CARD_BAD, CONVERSATION, INTENTS, Bank, Chat

from flows.effects import HandOff, OpenForm
from flows.events import FormSubmitted
from flows.ports import ButtonLimits, Capabilities


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


def test_stopping_while_the_bank_is_at_work_does_not_say_that_nothing_happens() -> None:
    chat = Chat(bank=Bank(intents=INTENTS, cards=[]))
    chat.bank.customer["has_active_card"] = False
    chat.write("card please")
    chat.tap("Digital")
    chat.tap("Yes")
    chat.settle(chat.operations[0], outputs={"application_id": "app-1"})
    chat.write("/cancel")
    assert "may still come through" in chat.said
    chat.bank_says("cards.issued", {"application_id": "app-1"}, {"card_id": "card-7"})
    assert "Your card is ready." in chat.said


def test_three_refused_values_of_the_secure_page_reach_a_person() -> None:
    chat = Chat(capabilities=Capabilities("strict", 4096, "char", 1024, ButtonLimits(3, 1, 20, 256)))
    chat.write("send 50")
    for _ in range(3):
        page = next(effect for effect in reversed(chat.all_effects) if isinstance(effect, OpenForm))
        chat.run(FormSubmitted(chat.fresh_id(), CONVERSATION, chat.now, page.token, {}, {"to_card": CARD_BAD}))
    assert any(isinstance(effect, HandOff) for effect in chat.effects)

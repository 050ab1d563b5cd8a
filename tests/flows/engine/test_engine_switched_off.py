"""What a bank has not switched on yet is offered to nobody, and what answers a question holds nothing else."""

from dataclasses import replace

from chatting import Bank, Chat, library

from flows.model import Library

DOUBT = {"top": [("pay_transport", 0.46), ("top_up", 0.44)]}


def transport(*, on: bool) -> Library:
    """The content of a bank that has, or has not, switched transport cards on."""
    brand = library().brand
    return replace(library(), brand=replace(brand, features={**brand.features, "transport_payments_enabled": on}))


def test_in_doubt_nobody_is_asked_about_what_is_switched_off():
    chat = Chat(bank=Bank(intents=dict(DOUBT)), content=transport(on=False))
    (message,) = chat.write("top it up")
    assert "Top up a transport card" not in [choice.title for choice in message.choices]


def test_who_surely_wants_what_is_switched_off_is_told_so():
    chat = Chat(bank=Bank(intents={"metro": [("pay_transport", 0.97)]}), content=transport(on=False))
    chat.write("top up my metro card")
    assert "not available right now" in chat.said


def test_the_digits_of_an_account_are_no_amount_besides():
    bank = Bank(intents={})
    bank.reads["bills.lookup"] = {"owner": "A. Koval", "due": "0.00 UAH", "asks_for": "amount"}
    chat = Chat(bank=bank, content=transport(on=True))
    chat.write("/transport")
    chat.write("00123456")
    assert chat.session.top is not None
    assert (chat.session.top.slots["transport_card"], chat.session.top.slots.get("amount")) == ("00123456", None)

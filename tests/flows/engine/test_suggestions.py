"""Suggestions beside a question: tapped or named they are its answer, and without them it is asked as ever."""

from chatting import INTENTS, Bank, Chat

from flows.facts import Fact

SAVED = [
    {"id": "p1", "label": "•1111", "token": "card_saved_0000000001", "last4": "1111", "scheme": "VISA", "luhn_ok": True,
     "fingerprint": "aa"},
    {"id": "p2", "label": "•4444", "token": "card_saved_0000000002", "last4": "4444", "scheme": "VISA", "luhn_ok": True,
     "fingerprint": "bb"},
    {"id": "p3", "label": "•9999", "last4": "9999"},
]  # fmt: skip


def asking(saved: Fact) -> Chat:
    """A chat that is asked for the recipient's card, with these payees of earlier payments."""
    chat = Chat(bank=Bank(intents=dict(INTENTS), payees=saved))
    chat.write("/send")
    assert chat.session.step == "ask_to"
    return chat


def titles(chat: Chat) -> list[str]:
    return [button.title for button in chat.sent[-1].choices]


def test_payees_stand_as_buttons_and_one_that_names_no_card_is_left_out() -> None:
    chat = asking({"options": SAVED})
    assert titles(chat)[:2] == ["•1111", "•4444"]
    assert "•9999" not in titles(chat)


def test_a_typed_label_is_the_button() -> None:
    chat = asking({"options": SAVED})
    chat.write("•4444")
    assert chat.session.top is not None
    assert str(chat.session.top.slots["to_card"]) == "•4444"
    assert chat.session.step == "ask_amount"


def test_a_list_that_cannot_be_had_or_is_empty_leaves_the_question_as_it_was() -> None:
    for saved in ({"error": "unavailable"}, {"options": []}):
        chat = asking(saved)
        assert titles(chat) == []
        chat.write("4111 1111 1111 1111")
        assert chat.session.step == "ask_amount"

"""Questions to the bank that are asked along with the one that holds a turn up."""

from chatting import KEY, Chat, library, text_of

from flows.engine import advance
from flows.facts import Needs
from flows.messages import EventType


def first_questions(chat: Chat, text: str) -> list[str]:
    """What the engine asks first about a text; the chat does not go on."""
    event = chat.inbound(EventType.MESSAGE, content=text_of(text))
    answer = advance(library(), chat.session, event, {}, KEY)
    return [need.name for need in answer.needs] if isinstance(answer, Needs) else []


def test_the_limits_and_the_quote_are_asked_at_once() -> None:
    chat = Chat()
    chat.write("send money")
    chat.write("4111 1111 1111 1111")
    assert first_questions(chat, "50") == ["limits", "transfers.quote"]


def test_a_quote_is_not_asked_before_there_is_all_that_it_needs() -> None:
    chat = Chat()
    chat.write("send money")
    assert "transfers.quote" not in first_questions(chat, "50")


def test_an_amount_above_the_limits_is_refused_whatever_the_quote_says() -> None:
    chat = Chat()
    chat.write("send money")
    chat.write("4111 1111 1111 1111")
    chat.write("40000")
    assert chat.session.step == "ask_amount"
    assert "The largest amount is" in chat.said

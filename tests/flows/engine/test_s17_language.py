"""S17: the language a customer chose is theirs; one who chose none is answered as they write."""

import pytest
from chatting import Bank, Chat

from flows.effects import Send
from flows.facts import Fact, Need
from flows.session import Session

RANKINGS = {"баланс": "show_balance", "balance": "show_balance", "переказати": "transfer_money", "hello": "greet"}


class Heard(Bank):
    """A bank whose understanding hears languages, too."""

    def answer(self, need: Need) -> Fact:
        fact = super().answer(need)
        return fact if need.kind != "nlu" else {**fact, "language": self.hears}

    hears = ""


def chat(locale: str, **more: str) -> Chat:
    intents = {words: [(intent, 0.96)] for words, intent in RANKINGS.items()}
    return Chat(bank=Heard(intents=intents), locale=locale, **more)


def write(chat: Chat, text: str, language: str) -> None:
    chat.bank.hears = language  # type: ignore[attr-defined]
    chat.write(text)


def test_who_chose_nothing_is_answered_as_they_write_and_is_told_once() -> None:
    talk = chat("en")
    write(talk, "який у мене баланс?", "uk")
    assert "Писатиму українською, як і ви." in talk.said
    assert "на картці" in talk.said
    assert talk.session.locale == "uk"
    write(talk, "what is my balance?", "en")
    assert talk.session.locale == "en"
    write(talk, "мій баланс", "uk")
    assert talk.session.locale == "uk"
    assert "як і ви" not in talk.said


def test_a_language_that_was_chosen_stays_whatever_is_written() -> None:
    talk = chat("uk")
    write(talk, "мова", "uk")
    talk.tap("English")
    for text, language in (("який у мене баланс?", "uk"), ("какой баланс", "ru"), ("переказати 50", "uk")):
        write(talk, text, language)
        assert talk.session.locale == "en"
    kept = Session.from_json(talk.session.to_json())
    assert (kept.locale, kept.tongue) == ("en", "chosen")


@pytest.mark.parametrize("language", ["ru", "", "de"])
def test_a_language_that_the_bank_does_not_speak_changes_nothing(language: str) -> None:
    talk = chat("uk")
    write(talk, "скажите баланс", language)
    assert talk.session.locale == "uk"
    assert talk.session.tongue == ""


def test_a_typed_value_is_no_choice_of_language() -> None:
    talk = chat("en")
    write(talk, "переказати 50", "")
    write(talk, "4111111111111111", "uk")
    assert talk.session.locale == "en"
    write(talk, "так", "uk")
    assert talk.session.locale == "en"
    assert talk.operations


def test_a_conversation_from_before_may_have_chosen_and_is_left_alone() -> None:
    old = chat("uk").session.to_json().replace(b',"la":""', b"")
    assert b'"la"' not in old
    assert Session.from_json(old).tongue == "chosen"


def test_all_that_is_said_after_the_change_is_in_the_new_language() -> None:
    talk = chat("en")
    write(talk, "переказати 50", "uk")
    assert {effect.message.locale for effect in talk.effects if isinstance(effect, Send)} == {"uk"}

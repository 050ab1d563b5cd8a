"""What is kept of a sentence nobody understood: how it is said, and nothing of who or how much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.anonymous import TEXT_CHARS_MAX, anonymous, as_example


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("can you gift wrap my 4111 1111 1111 1111", "can you gift wrap my [card]"),
        ("what about [card •1111] and insurance", "what about [card] and insurance"),
        ("подзвоніть на 050 111 22 33 будь ласка", "подзвоніть на [phone] будь ласка"),
        ("is UA903052992990004149123456789 a good number", "is [iban] a good number"),
        ("хочу позичити 5000 грн на ремонт", "хочу позичити [amount] на ремонт"),
        ("write to anna@example.com or @annak", "write to [address] or [address]"),
        ("чи є кредит для Оксани Коваль зараз", "чи є кредит для [name] зараз"),
        ("my contract AB-12345/7 is where", "my contract [number] is where"),
        ("олена просила дізнатися про депозит", "[name] просила дізнатися про депозит"),
        ("petrenko wants a mortgage", "[name] wants a mortgage"),
        ("Чи даєте ви іпотеку", "Чи даєте ви іпотеку"),
        ("how do I buy shares", "how do I buy shares"),
    ],
)
def test_numbers_names_and_addresses_become_what_they_are(said, kept):
    assert anonymous(said) == kept


@pytest.mark.parametrize(
    "said", ["", "Олена", "12345678", "hm", "a" * (TEXT_CHARS_MAX + 1), "two\x00words here", "🙂🙂"]
)
def test_what_teaches_nothing_or_tells_a_story_is_not_kept(said):
    assert anonymous(said) == ""


@given(st.text(max_size=250), st.from_regex(r"[0-9]{4,19}", fullmatch=True))
def test_no_digits_are_ever_kept(text, digits):
    assert digits not in anonymous(f"{text} {digits} please keep this")
    assert not any(letter.isdigit() for letter in anonymous(f"send it to {digits}"))


def test_an_example_has_values_that_are_nobodys():
    assert as_example("give [name] [amount] to [card]", "en") == "give mom 100 to [card •0000]"
    assert as_example("скинь [name] [amount]", "uk") == "скинь мамі 100"

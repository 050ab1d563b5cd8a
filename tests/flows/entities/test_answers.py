"""Yes and no, strictly: a yes moves money."""

import pytest

from flows.entities import answers

YES = """yes|Yes!|YES|yep|yeah|yes please|yes, please.|ok|OK|okay|ok 👍|👍|👍🏻|✅|sure|of course|Of course, thanks
go ahead
send it|do it|yes do it|I agree|i confirm|confirm|correct|that's right|all right|alright|yes yes|yes thank you
please send it
так|Так!|так, звісно|так будь ласка|звичайно|ага|угу|добре|гаразд|підтверджую|згоден|згодна|все вірно
так, все правильно
окей|давай|так так|відправляйте|да|да, конечно|конечно|хорошо|подтверждаю|согласен|ладно|tak|tak 🙂|так 👍|не проти"""
NO = """no|No.|nope|no thanks|no, thank you|don't|do not send|don't send it|not now|not yet|no way|of course not|❌|👎
I changed my mind|stop|no no|ні|Ні!|ні, дякую|не треба|не потрібно|не хочу|нє|не зараз|не відправляй|передумав
я передумала|не згоден|звісно ні|ні, не треба|не вірно|нет|нет, спасибо|не надо|не нужно|не хочу|не сейчас|ni
ne treba|ni dyakuyu"""
NEITHER = """|please|thanks|yes no|да нет|👍👎|yes but 60|yes 60|так, але 60|ні, 50|what|send 50|yes to [card •1111]
do|go|not
not sure|maybe|I guess|може|не знаю|yes, what is the fee?|no, send 60|так на іншу картку|yesterday|nothing
okey dokey mister
скажіть так|yes if the fee is zero|yes after you tell me the fee|.|…|1|🤔|так?? а комісія|no problem but 40"""


@pytest.mark.parametrize("text", [text for line in YES.splitlines() for text in line.split("|")])
def test_this_is_a_yes(text):
    assert answers.yes_or_no(text) is True


@pytest.mark.parametrize("text", [text for line in NO.splitlines() for text in line.split("|")])
def test_this_is_a_no(text):
    assert answers.yes_or_no(text) is False


@pytest.mark.parametrize("text", [text for line in NEITHER.splitlines() for text in line.split("|")])
def test_this_is_no_answer_for_it_carries_something_else(text):
    assert answers.yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("yes but 60", "60"), ("yes, but 60", "60"), ("yes 60", "60"), ("ok, only 60 uah", "60 uah"),
        ("так, але 60 грн", "60 грн"),
        ("так але на іншу картку", "на іншу картку"), ("да, только 60", "60"), ("Yes. But to [card •1111]",
        "to [card •1111]"),
        ("yes please but 60", "60"), ("так, тільки 500", "500"), ("yes, what is the fee?", "what is the fee"),
    ],
)  # fmt: skip
def test_a_yes_with_a_change_gives_the_change(text, rest):
    assert answers.yes_but(text) == rest


@pytest.mark.parametrize(
    "text", ["yes", "yes please", "no but 60", "60", "", "yes no", "of course not", "👍🏻", "так, дякую", "ні"]
)
def test_a_plain_answer_or_another_text_has_no_change(text):
    assert answers.yes_but(text) is None

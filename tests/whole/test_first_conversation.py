"""A customer opens a card and sends money, from a thumb on a phone to the bank's books and back."""

from collections.abc import Callable
from io import BytesIO

from installation import Running
from phone_in_hand import Phone, pays_somebody_new, with_a_card
from PIL import Image

OTHER_BANKS_CARD = "4111 1111 1111 1111"
PhoneMaker = Callable[..., Phone]


def test_six_actions_make_a_card_and_four_messages_move_money_once(teller: Running, phone: PhoneMaker) -> None:
    zlata = with_a_card(phone("+380501110001", name="Zlata"))
    (picture,) = zlata.pictures()
    assert Image.open(BytesIO(picture)).width == 1224, "the card and the news of it"
    assert teller.balances()["Zlata Koval UAH"] == 100_000

    zlata.say(f"send 51 to {OTHER_BANKS_CARD}")
    zlata.wait_for("Send 51.00")
    yes = zlata.button("Yes")
    pays_somebody_new(zlata)
    zlata.wait_for("Done. 51.00")
    zlata.tap_at(yes)
    zlata.wait_for("done once only")

    balances = teller.balances()
    assert balances["Zlata Koval UAH"] == 100_000 - 5_100 - 500
    assert sum(value for name, value in balances.items() if name.endswith("UAH")) == 0
    assert len(teller.transfers(5_100)) == 1
    assert len(zlata.pictures()) == 2

    zlata.say("/balance")
    told = zlata.wait_for("on Digital card •")
    assert told.count("944.00") == 1, "the words say it"
    assert "As of " in told, "and under them stands what of the picture they do not say"
    assert len(zlata.pictures()) == 3


def test_a_larger_amount_needs_the_code_that_belongs_to_it(teller: Running, phone: PhoneMaker) -> None:
    hryts = with_a_card(phone("+380501110012", name="Hryts"))
    hryts.say(f"send 602 to {OTHER_BANKS_CARD}")
    hryts.wait_for("Send 602.00")
    before = hryts.code()
    hryts.tap("Yes")
    hryts.wait_for("needs a code")
    right = hryts.newer_code(before)
    hryts.say("000000" if right != "000000" else "111111")
    hryts.wait_for("That is not the code")
    assert teller.transfers(60_200) == []
    hryts.say(right)
    hryts.wait_for("Done. 602.00")

    assert len(teller.transfers(60_200)) == 1


def test_it_speaks_ukrainian_to_who_does_and_tells_a_stranger_nothing(phone: PhoneMaker) -> None:
    olena = phone("+380501110003", language="uk", name="Олена")
    assert "Вітаю" in olena.start()[0]
    olena.tap("Відкрити картку")
    olena.share_contact()
    olena.say(olena.code())
    olena.wait_for("Яку картку")
    olena.tap("Цифрова")
    olena.tap("Так")
    olena.wait_for("Ваша картка готова.")

    stranger = phone("+380501110004", name="Mallory")
    stranger.start()
    stranger.say("what is my balance?")
    stranger.wait_for("share your own phone number")
    assert "1,000" not in stranger.transcript()

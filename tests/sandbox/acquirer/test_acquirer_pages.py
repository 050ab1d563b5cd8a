"""What a payer sees and does: the card on the provider's page, the code on the page of the card's bank."""

import re
import sqlite3

import pytest
from acquirer_world import RETURN_URL, numbers_of

CHALLENGED = "your bank asks for a code"


async def challenged(shop, **changes):
    """A payer in front of the page of the card's bank."""
    answer = await shop.type_card(await shop.opened(**changes), CHALLENGED)
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_looking_spends_nothing_and_nothing_is_kept_or_let_in(shop):
    page = await shop.opened()
    before = await shop.find()
    for _ in range(3):
        looked = await shop.http.get(page)
    assert await shop.find() == before
    assert "300.00\u00a0UAH" in looked.text
    assert "Tea for two" in looked.text
    assert looked.headers["cache-control"] == "no-store"
    policy = looked.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self' https://shop.example;" in policy
    assert "<script" not in looked.text


async def test_a_page_is_in_ukrainian_for_who_asks_for_it_and_a_link_turns_it(shop):
    page = await shop.opened()
    asked = await shop.http.get(page, headers={"accept-language": "de, uk;q=0.8, en;q=0.5"})
    assert '<html lang="uk">' in asked.text
    assert "300,00\u00a0UAH" in asked.text
    turned = await shop.http.get(f"{page}?lang=en", headers={"accept-language": "uk"})
    assert '<html lang="en">' in turned.text
    await shop.type_card(page, CHALLENGED)
    onwards = await shop.http.post(page, data={"lang": "uk"})
    assert onwards.headers["location"].endswith("?lang=uk")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": ""}, "Please type the card"),
        ({"number": "4000 0012 0000 0017"}, "There is a mistake"),
        ({"number": "4111 1111 1111 1111"}, "test cards only"),
        ({"expires": "13/30"}, "as in 09/29"),
        ({"expires": "01/20"}, "has expired"),
        ({"expires": "soon"}, "as in 09/29"),
        ({"cvv": "12"}, "three digits."),
        ({"cvv": "١٢x"}, "three digits."),
    ],
)
async def test_a_mistake_is_told_beside_its_field_and_nothing_typed_comes_back(shop, changes, words):
    page = await shop.opened()
    typed = await shop.type_card(page, CHALLENGED, **changes)
    assert typed.status_code == 422
    assert words in re.search(r'role="alert">([^<]*)', typed.text).group(1)
    assert "value=" not in "".join(re.findall(r"<input id=[^>]*>", typed.text))
    assert (await shop.find())["status"] == "opened"


async def test_digits_may_be_typed_with_anything_between_them(shop):
    page = await shop.opened()
    number = numbers_of((await shop.http.get(page)).text)["paid at once"].replace(" ", "-")
    ended = await shop.type_card(page, "paid at once", number=number, expires="12 39")
    assert ended.headers["location"] == RETURN_URL


async def test_a_wrong_code_is_told_twice_and_the_third_ends_it(shop):
    challenge = await challenged(shop)
    for left in (2, 1):
        wrong = await shop.http.post(challenge, data={"code": "000000", "do": "confirm"})
        assert wrong.status_code == 422
        assert f"Tries left: {left}" in wrong.text
    ended = await shop.http.post(challenge, data={"code": "000000", "do": "confirm"})
    assert ended.headers["location"] == RETURN_URL
    found = await shop.find()
    assert (found["status"], found["code"]) == ("declined", "wrong_code")
    assert (await shop.http.post(challenge, data={"code": "123456", "do": "confirm"})).status_code == 404


async def test_a_code_is_taken_once(shop):
    challenge = await challenged(shop)
    assert (await shop.http.post(challenge, data={"code": "123456"})).headers["location"] == RETURN_URL
    assert (await shop.http.post(challenge, data={"code": "123456"})).status_code == 404
    assert (await shop.find())["status"] == "authorised"


async def test_a_payment_with_several_tries_lets_another_card_pay(shop):
    page = await shop.opened(tries=3)
    refused = await shop.pay(page, "your bank says no")
    assert refused.headers["location"].startswith(page)
    assert "You can try another card" in (await shop.http.get(page)).text
    assert (await shop.find())["status"] == "opened"
    assert (await shop.pay(page, "paid at once")).headers["location"] == RETURN_URL


async def test_the_last_try_ends_a_payment(shop):
    page = await shop.opened(tries=2)
    for _ in range(2):
        await shop.pay(page, "your bank says no")
    assert (await shop.find())["status"] == "declined"
    assert "Nothing was charged" in (await shop.http.get(page)).text


async def test_a_payment_that_is_paid_takes_no_second_card(shop):
    page = await shop.opened()
    await shop.pay(page)
    again = await shop.type_card(page, "paid at once")
    assert again.headers["location"] == RETURN_URL
    looked = await shop.http.get(page)
    assert "Your bank has said yes" in looked.text
    assert RETURN_URL in looked.text
    assert (await shop.books())[0]["status"] == "authorised"


@pytest.mark.parametrize(("tries", "status"), [(1, "declined"), (3, "opened")])
async def test_going_back_ends_what_had_one_try(shop, tries, status):
    page = await shop.opened(tries=tries)
    gone = await shop.http.post(page, data={"do": "cancel"})
    assert gone.headers["location"] == RETURN_URL
    assert (await shop.find())["status"] == status


async def test_going_back_from_the_code_charges_nothing(shop):
    challenge = await challenged(shop)
    gone = await shop.http.post(challenge, data={"do": "cancel"})
    assert gone.headers["location"] == RETURN_URL
    found = await shop.find()
    assert (found["status"], found["code"]) == ("declined", "cancelled")


async def test_a_strange_address_belongs_to_no_payment(shop):
    for path in ("/acquirer/pay/nothing", "/acquirer/3ds/nothing"):
        for answer in (await shop.http.get(path), await shop.http.post(path, data={"do": "pay"})):
            assert answer.status_code == 404
            assert "There is no such payment" in answer.text


async def test_a_form_that_is_too_long_is_not_read(shop):
    page = await shop.opened()
    assert (await shop.http.post(page, data={"number": "4" * 10_000})).status_code == 400
    assert (await shop.find())["status"] == "opened"


async def test_a_description_is_shown_and_never_obeyed(shop):
    page = await shop.opened(description='<b onclick="x">"& tea</b>')
    looked = (await shop.http.get(page)).text
    assert "&lt;b onclick=" in looked
    assert "<b onclick" not in looked


async def test_the_bank_of_the_card_may_be_silent(shop):
    page = await shop.opened()
    await shop.type_card(page, CHALLENGED, cvv="")
    await shop.fault("acquirer", "authorise", "refuse")
    silent = await shop.type_card(page, CHALLENGED)
    assert "Nothing was charged" in silent.text
    assert (await shop.find())["status"] == "opened"


async def test_of_a_card_only_its_last_digits_and_its_scheme_are_kept(shop, tmp_path):
    page = await shop.opened()
    await shop.pay(page)
    digits = shop.cards[CHALLENGED].replace(" ", "")
    with sqlite3.connect(tmp_path / "sandbox.sqlite3") as db:
        kept = "\n".join(db.iterdump())
    assert digits[-4:] in kept
    assert digits not in kept
    assert shop.cards[CHALLENGED] not in kept

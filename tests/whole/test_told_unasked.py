"""What the bank tells by itself, in the chat: a purchase with what is left, and a payment that goes every month."""

import asyncio
from collections.abc import Callable

import asyncpg
import httpx
from installation import Running
from phone_in_hand import Phone, pays_somebody_new, with_a_card

PhoneMaker = Callable[..., Phone]

# The date of the newest schedule has come, as if a month had gone by. The database itself would not let it go back.
A_MONTH_GOES_BY = (
    "alter table money.schedule disable trigger schedule_moves",
    "update money.schedule set due_at = now(), next_on = current_date"
    " where id = (select id from money.schedule order by created_at desc limit 1)",
    "alter table money.schedule enable trigger schedule_moves",
)


async def a_month_goes_by(teller: Running) -> None:
    connection = await asyncpg.connect(teller.environment["TELLER_DATABASE_URL"])
    async with connection.transaction():
        for statement in A_MONTH_GOES_BY:
            await connection.execute(statement)
    await connection.close()


async def silenced(teller: Running) -> int:
    """How many notices of payments their customers did not want."""
    connection = await asyncpg.connect(teller.environment["TELLER_DATABASE_URL"])
    count: int = await connection.fetchval(
        "select count(*) from money.notice where outcome = 'silenced' and kind = 'payments'"
        " and customer_id = (select customer_id from money.operation where action = 'cards.apply'"
        " order by created_at desc limit 1)"
    )
    await connection.close()
    return count


def account_of(teller: Running, holder: str) -> str:
    """The account behind somebody's card, as the sandbox lists it."""
    accounts = httpx.get(f"{teller.url}/sandbox/api/accounts").raise_for_status().json()
    return str(next(one["account"] for one in accounts if one["holder"] == holder and one["last4"]))


def buys(teller: Running, holder: str, minor: int, merchant: str) -> None:
    """A purchase with somebody's card, from outside, as a newcomer makes one."""
    body = {
        "card_id": account_of(teller, holder), "where": "shop", "merchant": merchant, "category": "other",
        "amount_minor": minor,
    }  # fmt: skip
    httpx.post(f"{teller.url}/sandbox/api/purchases", json=body).raise_for_status()


def test_a_purchase_is_told_with_the_balance_once_the_customer_wants_to_hear_of_it(
    teller: Running, phone: PhoneMaker
) -> None:
    kvitka = with_a_card(phone("+380501110091", name="Kvitka"))
    buys(teller, "Kvitka Koval", 111_00, "Before The Wish")
    teller.until(lambda: asyncio.run(silenced(teller)) == 2, "the gift or the purchase was never looked at")
    kvitka.say("/notices")
    kvitka.tap("Payments")
    kvitka.wait_for("these messages are off")
    kvitka.tap("Turn on")
    kvitka.wait_for("messages are on from now on")
    buys(teller, "Kvitka Koval", 150_00, "Corner Bakery")
    told = kvitka.wait_for("Corner Bakery")
    assert "150.00" in told
    assert "739.00" in told  # of a thousand
    kvitka.say("/notices")
    kvitka.tap("Regular payments")
    kvitka.tap("Turn off")
    kvitka.wait_for("protect your money, so they stay on")
    assert not any("Before The Wish" in text for text in kvitka.said())


def test_a_payment_is_set_up_once_and_goes_by_itself_a_month_later(teller: Running, phone: PhoneMaker) -> None:
    ostap = with_a_card(phone("+380501110092", name="Ostap"))
    ostap.say("send 37 to 4111 1111 1111 1111")
    ostap.wait_for("Send 37.00")
    pays_somebody_new(ostap)
    ostap.wait_for("Done. 37.00")
    ostap.say("/recurring")
    ostap.tap("Set one up")
    ostap.tap("•1111, 37.00\u00a0₴")
    ostap.say("37")
    ostap.tap("Every month")
    yes = ostap.button("Yes")
    pays_somebody_new(ostap)
    ostap.wait_for("will go from")
    ostap.tap_at(yes)
    ostap.wait_for("done once only")

    asyncio.run(a_month_goes_by(teller))
    told = ostap.wait_for("Your recurring payment has gone out")
    assert "37.00" in told
    assert "•1111" in told
    assert len(teller.transfers(37_00)) == 2
    ostap.say("/recurring")
    ostap.tap("Show them")
    assert "every month, next on" in ostap.wait_for("This is paid for you regularly")
    ostap.say("/recurring")
    ostap.tap("Stop one")
    ostap.tap("•1111, 37.00\u00a0₴")
    ostap.tap("Yes")
    ostap.wait_for("is stopped. No more money will leave for it.")
    asyncio.run(a_month_goes_by(teller))
    ostap.say("/recurring")
    ostap.tap("Show them")
    ostap.wait_for("You have no recurring payments")
    assert len(teller.transfers(37_00)) == 2

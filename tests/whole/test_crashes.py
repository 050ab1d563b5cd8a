"""Power cuts and a bank that does not answer: one posting, and one truthful message."""

import asyncio
import time
from collections.abc import Callable

import asyncpg
from installation import Running
from phone_in_hand import AFTER_A_CRASH_S, Phone, asked_for_a_code, pays_somebody_new, with_a_card

CARD = "4111 1111 1111 1111"
PATIENCE_S = 20.0
PhoneMaker = Callable[..., Phone]


async def until_sending(teller: Running, amount_minor: int) -> None:
    """Wait until Teller's own books say that the transfer of this amount is on its way to the bank."""
    connection = await asyncpg.connect(teller.environment["TELLER_DATABASE_URL"])
    deadline = time.monotonic() + PATIENCE_S
    question = "select state from money.operation where amount_minor = $1 and action = 'transfers.execute'"
    while (state := await connection.fetchval(question, amount_minor)) != "SENDING":
        assert time.monotonic() < deadline, f"the operation is {state}"
        await asyncio.sleep(0.01)
    await connection.close()


async def test_a_kill_between_sending_and_the_reply_pays_once_and_tells_the_truth(
    teller: Running, phone: PhoneMaker
) -> None:
    hanna = with_a_card(phone("+380501110005", name="Hanna"))
    hanna.say(f"send 53 to {CARD}")
    hanna.wait_for("Send 53.00")
    code = asked_for_a_code(hanna)
    teller.fault(operation="transfer", outcome="timeout_after", count=1)
    hanna.say_unheard(code)
    await until_sending(teller, 5_300)
    teller.until(lambda: len(teller.transfers(5_300)) == 1, "the bank never posted")
    teller.kill()
    teller.start()

    hanna.wait_for_any("has been sent", "Done. 53.00", patience_s=AFTER_A_CRASH_S)
    assert len(teller.transfers(5_300)) == 1
    assert teller.balances()["Hanna Koval UAH"] == 100_000 - 5_300 - 500
    told = [text for text in hanna.said() if "53.00" in text and ("has been sent" in text or "Done." in text)]
    assert len(told) == 1
    assert not any("Nothing was sent" in text for text in hanna.said())


def test_a_bank_that_posts_and_never_answers_is_asked_later_and_not_paid_again(
    teller: Running, phone: PhoneMaker
) -> None:
    ivan = with_a_card(phone("+380501110006", name="Ivan"))
    ivan.say(f"send 54 to {CARD}")
    ivan.wait_for("Send 54.00")
    teller.fault(operation="transfer", outcome="reset_after", count=1)
    pays_somebody_new(ivan)

    ivan.wait_for("I do not know yet")
    ivan.wait_for("has been sent")
    assert len(teller.transfers(5_400)) == 1


def test_a_bank_that_is_down_sends_nothing_and_says_so(teller: Running, phone: PhoneMaker) -> None:
    larysa = with_a_card(phone("+380501110007", name="Larysa"))
    larysa.say(f"send 55 to {CARD}")
    larysa.wait_for("Send 55.00")
    teller.fault(operation="transfer", outcome="down", count=1)
    pays_somebody_new(larysa)

    larysa.wait_for_any("Nothing was sent", "was not sent", "do not know yet")
    assert teller.transfers(5_500) == []

"""A chat that stops being a customer's, by the customer's own wish or by staff's, in the running whole."""

import os
import subprocess
import sys
from collections.abc import Callable

import httpx
from installation import Running
from phone_in_hand import Phone, with_a_card

PhoneMaker = Callable[..., Phone]


def staff(teller: Running) -> httpx.Client:
    """A client with a colleague's token, made in the terminal as a colleague makes it."""
    command = [sys.executable, "-m", "bot.cli", "token", "--role", "staff", "--subject", "olena"]
    made = subprocess.run(command, env=os.environ | teller.environment, capture_output=True, text=True, check=True)
    return httpx.Client(base_url=teller.url, headers={"authorization": f"Bearer {made.stdout.split()[-1]}"})


def binding_of(api: httpx.Client, number: str) -> str:
    """The living binding of the customer with this phone."""
    person = api.get("/api/v1/customers", params={"phone": number}).raise_for_status().json()
    bindings = api.get(f"/api/v1/customers/{person['customer_id']}/bindings").raise_for_status().json()
    (living,) = [one["binding_id"] for one in bindings if one["revoked_at"] is None]
    return str(living)


def test_a_customer_disconnects_the_chat_and_proves_anew_who_it_is(teller: Running, phone: PhoneMaker) -> None:
    tamara = with_a_card(phone("+380501110231", name="Tamara"))
    tamara.say("log out")
    tamara.wait_for("Disconnect this chat from you?")
    tamara.tap("Disconnect")
    tamara.wait_for("this chat is no longer connected to you")
    tamara.say("what's my balance?")
    tamara.wait_for("share your own phone number")
    tamara.share_contact()
    tamara.say(tamara.code())
    tamara.wait_for("now I know it is you")


def test_a_chat_that_staff_take_away_closes_at_once(teller: Running, phone: PhoneMaker) -> None:
    number = "+380501110232"
    roksolana = with_a_card(phone(number, name="Roksolana"))
    with staff(teller) as api:
        binding = binding_of(api, number)
        assert api.delete(f"/api/v1/customers/bindings/{binding}").status_code == 200
    roksolana.wait_for("Your access in this chat has ended")
    roksolana.say("what's my balance?")
    roksolana.wait_for("share your own phone number")

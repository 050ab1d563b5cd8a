"""A card number, a PIN and a code that a customer typed stand in no table, log or answer of an API, in clear."""

from collections.abc import Callable

import asyncpg
from installation import Running
from phone_in_hand import Phone, with_a_card

from bench.canaries import CVV, PIN, WRITINGS, by_itself, folded, in_clear

PhoneMaker = Callable[..., Phone]
MISTYPED = "4556 7375 8689 9854"  # it fails Luhn and is kept out of clear text all the same


async def everything_in(dsn: str) -> dict[str, bytes]:
    """Every row of every table of every schema but the server's own, as text and bytes."""
    connection = await asyncpg.connect(dsn)
    tables = await connection.fetch(
        "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
    )
    found: dict[str, bytes] = {}
    for schema, table in tables:
        rows = await connection.fetch(f'select * from "{schema}"."{table}"')
        cells = [cell if isinstance(cell, bytes) else str(cell).encode() for row in rows for cell in row.values()]
        found[f"{schema}.{table}"] = b"\n".join(cells)
    await connection.close()
    return found


async def test_what_must_not_be_kept_is_nowhere_in_clear(teller: Running, phone: PhoneMaker) -> None:
    mykola = with_a_card(phone("+380501110008", name="Mykola"))
    code = mykola.code()
    for writing in (*WRITINGS[1:9:3], MISTYPED):  # all twelve go in by the webhooks, see tests/platforms
        mykola.say(f"send 56 to {writing}")
    mykola.say("/cancel")
    mykola.say(f"my PIN is {PIN} and cvv {CVV}")

    places = await everything_in(teller.environment["TELLER_DATABASE_URL"])
    assert {"bot.inbox", "bot.conversation", "bot.outbox", "money.operation", "customers.customer"} <= places.keys()
    places["the log"] = teller.log.read_bytes()
    places["what the bot said"] = "\n".join(mykola.said()).encode()
    for name, content in places.items():
        assert in_clear(content) == [], name
        assert b"+380501110008" not in content or name == "what the bot said", f"a phone number stands in {name}"
    assert not by_itself(code).search(folded(places["the log"]))


def test_the_customers_own_message_with_a_card_number_leaves_the_chat(phone: PhoneMaker) -> None:
    nadiia = phone("+380501110009", name="Nadiia")
    nadiia.start()
    nadiia.say("is 4556 7375 8689 9855 a good card?")
    nadiia.wait_for("removed the message")

    assert "4556" not in nadiia.transcript()

"""The vault, and that a card number stands in no table, log, repr or exception."""

import base64
import pickle
import secrets
from dataclasses import replace

import pytest

from bot.keyring import Keyring, Unopened
from core_adapters.cards import find
from core_adapters.digits import CardDigits
from core_adapters.operations.records import without_words
from core_adapters.revealing import NoSuchCard, Revealer
from core_adapters.vault import NotACardNumber, Vault

VISA, MASTERCARD, MISTYPED = "4111111111111111", "5555555555554444", "4111111111111112"


@pytest.fixture
def vault(pool, keyring):
    return Vault(pool, keyring)


async def test_equal_numbers_share_a_token_and_others_do_not(vault):
    first, second, third = await vault.tokenise([VISA, MASTERCARD, VISA])
    assert first == third
    assert first.token != second.token
    assert [first.last4, first.scheme, first.luhn_ok] == ["1111", "visa", True]
    (again,) = await vault.tokenise([VISA])
    assert again == first


async def test_a_mistyped_number_is_put_away_too(vault):
    (card,) = await vault.tokenise([MISTYPED])
    assert not card.luhn_ok


async def test_nothing_to_put_away_is_nothing(vault):
    assert await vault.tokenise([]) == []


@pytest.mark.parametrize("text", ["", "411", "4" * 20, "4111 1111 1111 1111", "\u0664" * 16])
async def test_what_is_no_number_is_refused_without_repeating_it(vault, text):
    with pytest.raises(NotACardNumber) as refusal:
        await vault.tokenise([text])
    assert not text or text not in str(refusal.value)


async def test_a_token_opens_to_its_number_only(vault, pool, keyring):
    visa, mastercard = await vault.tokenise([VISA, MASTERCARD])
    revealer = Revealer(pool, keyring)
    assert (await revealer.reveal(visa.token)).clear() == VISA
    await pool.execute(
        "update money.card_number a set sealed = b.sealed from money.card_number b where a.token = $1 and b.token = $2",
        visa.token,
        mastercard.token,
    )
    with pytest.raises(Unopened):
        await revealer.reveal(visa.token)
    with pytest.raises(NoSuchCard):
        await revealer.reveal("card_unknown")


async def test_a_key_can_be_rotated(pool):
    older, newer = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
    (card,) = await Vault(pool, Keyring([older])).tokenise([VISA])
    assert (await Revealer(pool, Keyring([newer, older])).reveal(card.token)).clear() == VISA


def test_digits_show_themselves_in_no_text():
    digits = CardDigits(VISA)
    shown = [repr(digits), str(digits), f"{digits}", f"{digits:>30}", f"{[digits]}", f"{digits!r}"]
    assert not any("4111" in text for text in shown)
    with pytest.raises(TypeError):
        pickle.dumps(digits)


def test_equal_digits_are_one_number():
    assert len({CardDigits(VISA), CardDigits(VISA), CardDigits(MASTERCARD)}) == 2
    assert CardDigits(VISA) != VISA


def test_the_door_finds_numbers_in_any_writing():
    (span,) = find("send 50 to 4111 1111 1111 1111 please")
    assert span.digits == VISA
    assert "4111" not in repr(span)


async def tables_as_text(pool):
    names = await pool.fetch(
        "select schemaname || '.' || tablename as name from pg_tables where schemaname in ('money', 'bot', 'public')"
    )
    lines = [row["line"] for n in names for row in await pool.fetch(f"select t::text as line from {n['name']} t")]
    return "\n".join(lines)


@pytest.mark.parametrize("outcome", ["ok", "refuse", "garbage", "reset_after", "down"])
async def test_a_transfer_leaves_the_number_in_no_table_and_no_log(room, capsys, caplog, outcome):
    caplog.set_level(0)
    await room.bank.fault("transfer", outcome)
    start = room.transfer()
    await room.start(start)
    await room.rounds()
    written = await tables_as_text(room.pool) + caplog.text + "".join(capsys.readouterr())
    assert str(start.op_id) in written
    assert room.number not in written
    assert room.number not in repr(start)
    assert base64.b64encode(room.number.encode()).decode() not in written
    assert room.number.encode().hex() not in written


def test_of_an_erased_customers_request_the_action_and_the_ids_are_left(room):
    start = room.transfer()
    left = without_words(start)
    assert start.inputs
    assert start.cards
    assert (left.inputs, left.cards) == ({}, {})
    assert replace(start, inputs={}, cards={}) == left

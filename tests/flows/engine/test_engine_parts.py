"""The small exact things: the confirmed hash, ids, money as people read it, the stored session."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from chatting import CARD_1111, CARD_2222, CONVERSATION, KEY, Chat
from hypothesis import given
from hypothesis import strategies as st

from flows import buttons, formats
from flows.confirming import snapshot_hash
from flows.identifiers import uuid7
from flows.money import Money
from flows.session import Session
from flows.values import Chosen, SharedContact, pack, unpack

OP = UUID("01980000-0000-7000-8000-00000000000a")
INPUTS = {"from": "c1", "amount": "50.00 UAH"}


def test_the_hash_is_over_operation_payer_payee_amount_and_currency() -> None:
    expected = sha256(f"{OP}|c1|fp-1111|5000|UAH".encode()).hexdigest()
    assert snapshot_hash(OP, INPUTS, {"to": CARD_1111}) == expected


def test_the_hash_changes_with_each_thing_that_was_shown() -> None:
    hashes = {
        snapshot_hash(OP, INPUTS, {"to": CARD_1111}),
        snapshot_hash(uuid4(), INPUTS, {"to": CARD_1111}),
        snapshot_hash(OP, INPUTS | {"from": "c2"}, {"to": CARD_1111}),
        snapshot_hash(OP, INPUTS | {"amount": "50.01 UAH"}, {"to": CARD_1111}),
        snapshot_hash(OP, INPUTS | {"amount": "50.00 EUR"}, {"to": CARD_1111}),
        snapshot_hash(OP, INPUTS, {"to": CARD_2222}),
    }
    assert len(hashes) == 6


def test_a_confirm_without_money_hashes_all_that_was_agreed_to() -> None:
    expected = sha256(f'{OP}|||||{{"tariff":"gold"}}'.encode()).hexdigest()
    assert snapshot_hash(OP, {"tariff": "gold", "for_op": "x"}, {}) == expected


@given(st.integers(0, 2**48 - 1), st.binary(min_size=1, max_size=40))
def test_ids_are_of_the_shape_of_a_uuid7_and_the_same_each_time(at: int, seed: bytes) -> None:
    made = uuid7(at, seed, KEY)
    assert (made.version, made.int >> 80) == (7, at)
    assert made.variant == "specified in RFC 4122"
    assert made == uuid7(at, seed, KEY) != uuid7(at, seed, KEY + b"!")


@given(st.text(max_size=80))
def test_a_payload_that_is_not_ours_is_no_press(payload: str) -> None:
    assert buttons.read(payload, CONVERSATION, KEY) is None


def test_a_button_is_good_in_its_own_conversation_only() -> None:
    payload = buttons.for_option("abcdefghijkl", 3, CONVERSATION, KEY)
    assert buttons.read(payload, CONVERSATION, KEY) == buttons.Press("question", "abcdefghijkl", 3)
    assert buttons.read(payload, uuid4(), KEY) is None
    assert buttons.read(payload, CONVERSATION, b"another key of sixteen") is None


@pytest.mark.parametrize(
    ("amount", "locale", "text"),
    [
        (Money(5000, "UAH"), "en", "50.00 ₴"),
        (Money(5000, "UAH"), "uk", "50,00 ₴"),
        (Money(123456789, "UAH"), "uk", "1 234 567,89 ₴"),
        (Money(123456789, "UAH"), "en", "1,234,567.89 ₴"),
        (Money(500, "JPY"), "en", "500 ¥"),
        (Money(1500, "KWD"), "en", "1.500 KWD"),
        (Money(-5, "UAH"), "en", "-0.05 ₴"),
        (Money(1234567800, "INR"), "en_IN", "1,23,45,678.00 ₹"),
    ],
)
def test_money_is_written_as_its_locale_writes_numbers(amount: Money, locale: str, text: str) -> None:
    assert formats.money(amount, locale).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("zone", "locale", "text"),
    [
        ("Europe/Kyiv", "en", "21 November 2026, 18:05\u00a0EET"),
        ("Europe/Kyiv", "uk", "21 листопада 2026, 18:05\u00a0EET"),
        ("Asia/Kuwait", "en", "21 November 2026, 19:05\u00a0UTC+3"),
        ("Asia/Kathmandu", "en", "21 November 2026, 21:50\u00a0UTC+5:45"),
        ("America/Sao_Paulo", "en", "21 November 2026, 13:05\u00a0UTC-3"),
    ],
)
def test_a_moment_for_the_record_names_its_time_zone(zone: str, locale: str, text: str) -> None:
    at = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)
    assert formats.stamp(at.astimezone(ZoneInfo(zone)), locale) == text


def test_every_kind_of_value_survives_the_store() -> None:
    for value in (
        Money(1, "UAH"), CARD_1111, Chosen("c1", {"name": "A", "balance": Money(2, "UAH")}), "text", 7, True, None,
        SharedContact("+380501112233", True, "Anna"), (Money(1, "UAH"), Money(2, "UAH")),
    ):  # fmt: skip
        assert unpack(_as_stored(pack(value))) == value


def _as_stored(packed: object) -> object:
    return [_as_stored(item) for item in packed] if isinstance(packed, list | tuple) else packed


def test_a_stored_session_of_an_unknown_format_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="format"):
        Session.from_json(b'{"v": 99}')


def test_a_session_shows_no_phone_in_its_repr() -> None:
    chat = Chat(level="guest")
    chat.write("send 50")
    chat.share_contact("+380501112233")
    assert "380501112233" not in repr(chat.session)

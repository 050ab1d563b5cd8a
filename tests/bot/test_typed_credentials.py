"""What may be a PIN and a password: read as people type them, and refused where others guess first."""

import pytest

from bot.secure.credentials import is_common, is_weak, new_password, password, pin


@pytest.mark.parametrize("typed", ["7391", " 73 91 ", "٧٣٩١", "７３９１", "73\u200b91", "73\u00a091", "7391\0"])
def test_four_digits_are_a_pin_however_they_are_written(typed: str) -> None:
    assert pin({"pin": typed, "again": "7391"}).secret == "7391"


@pytest.mark.parametrize("typed", ["", "739", "73911", "73a1", "-739", "7.39", "IVXI", "½½½½"])
def test_anything_else_is_none(typed: str) -> None:
    read = pin({"pin": typed, "again": typed})
    assert (read.secret, read.fault, read.where) == ("", "pin_digits", "pin")


@pytest.mark.parametrize(
    "digits", ["0000", "9999", "1234", "2345", "7890", "4321", "9876", "0987", "1212", "6969", "7337", "1945", "2026"]
)
def test_what_is_guessed_first_is_no_pin(digits: str) -> None:
    assert is_weak(digits)
    assert pin({"pin": digits, "again": digits}).fault == "pin_weak"


def test_most_pins_may_be_chosen() -> None:
    assert sum(is_weak(f"{number:04d}") for number in range(10_000)) < 350


def test_the_second_field_must_say_the_same() -> None:
    assert pin({"pin": "7391", "again": "7319"}).where == "again"
    assert pin({"pin": "7391"}).fault == "not_the_same"
    assert new_password({"password": "blue bicycle", "again": "blue bicycl"}).where == "again"


@pytest.mark.parametrize(
    "typed",
    ["blue bicycle at noon", "тихий ранок над річкою", "k7#vQ2!xR9", "abababcdefgh", "🐟🐠🐡🦈🐬🐳🐋🦐🦑🐙"],
)
def test_long_and_mixed_is_a_password(typed: str) -> None:
    assert new_password({"password": typed, "again": f" {typed} "}).secret == typed


@pytest.mark.parametrize("typed", ["", "short", "nine char", "a" * 129])
def test_too_short_and_too_long_is_none(typed: str) -> None:
    assert new_password({"password": typed, "again": typed}).fault in ("password_short", "password_long")


@pytest.mark.parametrize(
    "typed",
    [
        "Password123", "PASSWORD!!!!", "1234567890", "0501112233", "qwerty12345", "aaaaaaaaaaaa", "abababababab",
        "пароль12345", "Йцукен2024!!", "passwordpassword", "01.02.1987 !", "TellerBank1", "x1234567890",
    ],
)  # fmt: skip
def test_what_everybody_takes_is_none(typed: str) -> None:
    assert is_common(typed)
    assert new_password({"password": typed, "again": typed}).fault == "password_common"


def test_the_same_password_from_another_keyboard_is_the_same() -> None:
    composed, decomposed = "тихий гай і ставок", "тихии\u0306 гаи\u0306 і ставок"
    assert new_password({"password": composed, "again": decomposed}).secret == composed
    assert password({"password": decomposed}).secret == composed


def test_what_was_typed_shows_in_no_text_of_ours() -> None:
    assert "7391" not in repr(pin({"pin": "7391", "again": "7391"}))
    assert "bicycle" not in repr(new_password({"password": "blue bicycle", "again": "blue bicycle"}))

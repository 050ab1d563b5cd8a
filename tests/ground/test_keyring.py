"""Sealing, opening, fingerprints, and what a rotation of the keys does to them."""

import base64

import pytest

from bot.keyring import Keyring, KeyUnusable, Unopened
from flows.ports import Sealer

ONE = base64.b64encode(b"1" * 32).decode()
TWO = base64.b64encode(b"2" * 32).decode()


def test_what_was_sealed_opens_in_its_place_and_nowhere_else(keyring: Keyring) -> None:
    sealer: Sealer = keyring
    sealed = sealer.seal("Ганна".encode(), b"vault.number.17")
    assert sealer.open(sealed, b"vault.number.17").decode() == "Ганна"
    with pytest.raises(Unopened):
        sealer.open(sealed, b"vault.number.18")


def test_sealing_twice_gives_two_texts(keyring: Keyring) -> None:
    assert keyring.seal(b"same", b"") != keyring.seal(b"same", b"")


@pytest.mark.parametrize("cut", [0, 3, 20, 31])
def test_cut_or_changed_bytes_do_not_open(keyring: Keyring, cut: int) -> None:
    sealed = keyring.seal(b"", b"")
    with pytest.raises(Unopened):
        keyring.open(sealed[:cut], b"")
    with pytest.raises(Unopened):
        keyring.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), b"")


def test_a_rotation_opens_the_old_and_seals_with_the_new() -> None:
    old, turned = Keyring([ONE]), Keyring([TWO, ONE])
    sealed = old.seal(b"kept", b"row")
    assert turned.open(sealed, b"row") == b"kept"
    assert not turned.is_current(sealed)
    renewed = turned.seal(turned.open(sealed, b"row"), b"row")
    assert turned.is_current(renewed)
    assert Keyring([TWO]).open(renewed, b"row") == b"kept"


def test_a_fingerprint_depends_on_the_text_the_purpose_and_the_key() -> None:
    ring = Keyring([ONE])
    assert ring.fingerprint("+380501112233", "phone") == Keyring([ONE]).fingerprint("+380501112233", "phone")
    others = [ring.fingerprint("+380501112234", "phone"), ring.fingerprint("+380501112233", "card")]
    others += [Keyring([TWO]).fingerprint("+380501112233", "phone")]
    assert ring.fingerprint("+380501112233", "phone") not in others


def test_during_a_rotation_both_fingerprints_can_be_looked_for() -> None:
    assert Keyring([TWO, ONE]).fingerprints("a", "p") == (
        Keyring([TWO]).fingerprint("a", "p"),
        Keyring([ONE]).fingerprint("a", "p"),
    )


def test_subkeys_differ_by_purpose(keyring: Keyring) -> None:
    assert keyring.subkey("links") != keyring.subkey("audit")
    assert len(keyring.subkey("links")) == 32


@pytest.mark.parametrize("keys", [[], ["no base64!"], [base64.b64encode(b"short").decode()]])
def test_an_unusable_key_is_named_by_its_number_and_not_repeated(keys: list[str]) -> None:
    with pytest.raises(KeyUnusable) as refused:
        Keyring(keys)
    assert not any(key in str(refused.value) for key in keys)
    assert ONE not in repr(Keyring([ONE]))

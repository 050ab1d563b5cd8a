"""Letters: only their reader opens them, only for what they were written, and their size tells nothing."""

import pytest

from bot.secure.letters import NoLetter, Reader, sealed


def test_the_reader_alone_opens_a_letter() -> None:
    reader = Reader()
    letter = sealed(reader.key, "7391", "pin|R|card")
    assert reader.read(letter, "pin|R|card") == "7391"
    with pytest.raises(NoLetter):
        Reader().read(letter, "pin|R|card")


@pytest.mark.parametrize("bound", ["", "pin|R|another", "pin|R2|card", "password|R|card"])
def test_a_letter_is_for_one_thing(bound: str) -> None:
    reader = Reader()
    with pytest.raises(NoLetter):
        reader.read(sealed(reader.key, "7391", "pin|R|card"), bound)


def test_a_changed_letter_is_none() -> None:
    reader = Reader()
    letter = sealed(reader.key, "7391", "x")
    for place in range(0, len(letter), 7):
        changed = letter[:place] + ("A" if letter[place] != "A" else "B") + letter[place + 1 :]
        with pytest.raises(NoLetter):
            reader.read(changed, "x")


def test_letters_of_short_texts_are_of_one_size_and_never_twice_the_same() -> None:
    key = Reader().key
    letters = {sealed(key, text, "x") for text in ("7391", "7391", "", "a password of some words")}
    assert len(letters) == 4
    assert len({len(letter) for letter in letters}) == 1


@pytest.mark.parametrize("key", ["", "A" * 43, "not a key", "A" * 42])
def test_what_is_no_key_takes_no_letter(key: str) -> None:
    with pytest.raises(NoLetter):
        sealed(key, "7391", "x")


@pytest.mark.parametrize("letter", ["", "A", "A" * 43, "!!!!", "A" * 500])
def test_what_is_no_letter_is_not_read(letter: str) -> None:
    with pytest.raises(NoLetter):
        Reader().read(letter, "x")

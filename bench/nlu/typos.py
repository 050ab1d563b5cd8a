"""Sentences as hurried thumbs write them. Another hand than the one that makes the noisy copies of a training."""

import random

EDITED_SHARE = 0.1
_LETTERS = {False: "abcdefghijklmnopqrstuvwxyz", True: "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"}


def mistyped(text: str, seed: int) -> str:
    """The text with one character in ten edited: left out, put in, replaced, or swapped with the next one."""
    chance = random.Random(seed)
    letters = _LETTERS[any("а" <= character.lower() <= "я" for character in text)]
    characters = list(text)
    edited: list[str] = []
    while characters:
        character = characters.pop(0)
        kind = chance.choice(("drop", "add", "replace", "swap")) if chance.random() < EDITED_SHARE else ""
        if kind == "swap" and characters:
            edited.append(characters.pop(0))
        if kind == "add":
            edited.append(chance.choice(letters))
        if kind != "drop":
            edited.append(chance.choice(letters) if kind == "replace" else character)
    return "".join(edited)

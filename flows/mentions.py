"""Finds an option of a choice inside a sentence: "50 from my savings card" names one of the customer's cards."""

from collections.abc import Iterable, Mapping

from flows.entities.names import GENERIC, NAME_LETTERS_MIN, TOKEN, find


def may_mention(text: str) -> bool:
    """Whether a text has words that can name something; a bare number or ``[card •1111]`` does not."""
    return any(
        len(token) >= NAME_LETTERS_MIN and not token.strip("•").isdigit() and token.casefold() not in GENERIC
        for token in TOKEN.findall(text)
    )


def mentioned(text: str, names: Mapping[str, Iterable[str]]) -> str | None:
    """The key of the one option whose name stands in the text as whole words; None for none and for several."""
    found = [key for key, own in names.items() if find(text, {key: own})]
    return found[0] if len(found) == 1 else None

"""The words beside a picture: whoever cannot see it reads, or hears read out, all that it says.

No messenger has a place for a text alternative that a screen reader finds, so it stands under the message's own words.
"""

import re

# A figure is an amount, a date's day, the last four digits, a reference; a link counts whole.
_FIGURE = re.compile(r"https?://\S+|[-−]?\w*\d\w*(?:[.,\u00a0\u202f]\d+)*")
_AFTER_A_LINK = ".,;:!?)»”"


def beside(words: str, alternative: str) -> str:
    """The message's words, and under them those lines of the picture's whose figures have not all been said.

    A picture whose message has no words of its own gets all of them.
    """
    if not words:
        return alternative
    said = figures(words)
    alternative = alternative.removeprefix(f"{words.rstrip('.')}: ")  # "Your card is ready" is not said twice
    more = "\n".join(line for line in alternative.split("\n") if not figures(line) <= said)
    return f"{words}\n\n{more}" if more else words


def figures(text: str) -> frozenset[str]:
    """All that must not get lost of a text: everything in it that has a digit, and links."""
    return frozenset(found.rstrip(_AFTER_A_LINK).replace("−", "-") for found in _FIGURE.findall(text))

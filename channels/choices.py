"""Fitting choices into what a platform can draw, so that none is ever dropped silently.

The order is the same for every channel: as they are; then a list; then a list in pages, with "more" and "back"; then
a numbered menu in the text, where a typed number or title is taken. A title that is too long is cut on the edge of a
character with an ellipsis and stands in full beside it; two that would look alike then are told apart.
"""

from collections.abc import Sequence
from dataclasses import replace

from channels import references
from channels.texts import Unit, length, shorten
from channels.words import say
from flows.messages import Choice, OutboundMessage

ASKS = ("request_phone", "request_location")
LINKS = ("url", "form")


def of_kinds(choices: Sequence[Choice], *kinds: str) -> tuple[Choice, ...]:
    """The choices of these kinds, in order."""
    return tuple(choice for choice in choices if choice.kind in kinds)


def with_short_ids(message: OutboundMessage, most: int, unit: Unit) -> tuple[Choice, ...]:
    """The message's choices, each id that is too long for a button replaced by a token that leads back to it.

    The token counts the choices of the whole message, so this goes before any paging or sorting.
    """
    return tuple(
        choice
        if choice.kind != "reply" or length(choice.id, unit) <= most
        else replace(choice, id=references.to_choice(message.ref, number))
        for number, choice in enumerate(message.choices)
    )


def page_of(message: OutboundMessage, choices: Sequence[Choice], most: int) -> tuple[Choice, ...]:
    """The choices to draw on the message's page when ``most`` fit: with "back" and "more" where there are others."""
    if len(choices) <= most:
        return tuple(choices)
    starts = _page_starts(len(choices), most)
    page = min(max(message.page, 0), len(starts) - 1)
    start = starts[page]
    end = starts[page + 1] if page + 1 < len(starts) else len(choices)
    shown = list(choices[start:end])
    if page + 1 < len(starts):
        shown.append(Choice(references.to_page(message.ref, page + 1), say("more", message.locale)))
    if page > 0:
        shown.append(Choice(references.to_page(message.ref, page - 1), say("back", message.locale)))
    return tuple(shown)


def pages_of(choices: Sequence[Choice], most: int) -> int:
    """How many pages ``page_of`` makes of the choices."""
    return 1 if len(choices) <= most else len(_page_starts(len(choices), most))


def page_count(count: int, most: int) -> int:
    """How many pages ``page_of`` makes of so many choices."""
    return 1 if count <= most else len(_page_starts(count, most))


def _page_starts(count: int, most: int) -> list[int]:
    """Where pages begin: the first holds all but one row, a middle one all but two, the last all but one."""
    starts, at = [0], most - 1
    while at < count:
        starts.append(at)
        if count - at <= most - 1:
            break
        at += most - 2
    return starts


def short_titles(choices: Sequence[Choice], most: int, unit: Unit) -> list[str]:
    """Titles that fit and differ from each other, in order."""
    titles: list[str] = []
    for choice in choices:
        title, number = shorten(choice.title, most, unit), 2
        while title in titles:
            mark = f" ({number})"
            title, number = shorten(choice.title, most - length(mark, unit), unit) + mark, number + 1
        titles.append(title)
    return titles


def any_cut(choices: Sequence[Choice], most: int, unit: Unit) -> bool:
    """Whether a title does not fit as it is."""
    return any(length(choice.title, unit) > most for choice in choices)


def numbered(text: str, choices: Sequence[Choice]) -> str:
    """The text with the choices as numbered lines; a link stands behind its title."""
    lines = [
        f"{number}. {choice.title}" + (f": {choice.url}" if choice.kind in LINKS and choice.url else "")
        for number, choice in enumerate(choices, 1)
    ]
    return "\n".join([text, "", *lines] if text else lines)


def linked(text: str, choices: Sequence[Choice]) -> str:
    """The text with links that have no button as lines of their own."""
    lines = [f"{choice.title}: {choice.url}" for choice in choices if choice.url]
    return "\n".join([text, *lines] if text else lines)

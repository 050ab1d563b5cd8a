"""Choices as a Viber keyboard: rows of six columns, and pages where they do not fit one.

Short titles share a row, by six, three or two; a long one has a row to itself, a very long one the height of two.
Nothing is lost: what no button can hold stands in the text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import count
from typing import Any

import orjson

from channels.choices import (
    ASKS,
    LINKS,
    any_cut,
    linked,
    of_kinds,
    page_of,
    pages_of,
    short_titles,
    with_short_ids,
)
from channels.texts import length, printable
from channels.viber import tracking
from channels.viber.capabilities import ASKING_API_VERSION, CAPABILITIES, COLUMNS, ROWS_MAX, TITLE_MAX
from channels.words import Word, say
from flows.messages import Choice, OutboundMessage

Json = dict[str, Any]

# How many buttons share a row, and how many letters the title of each may have for a phone to show it on one line.
SHARES = ((6, 3), (3, 9), (2, 15))
LINE_LETTERS = 36
# What a button may say or lead to: Viber refuses the whole message for one that is longer.
LINK_MAX = 250
# The markup of a button's text, escaped; the platform takes no more.
MARKUP_MAX = 250
# Of the 30 KB of a request, so that there is room for words.
BOARD_BYTES_MAX = 18_000
PAGE_CHOICES_MIN = 3
BUTTON_COLOUR = "#F1F2F6"
BOARD_COLOUR = "#FFFFFF"
BROWSER = {"ActionButton": "none", "Mode": "fullscreen", "TitleType": "domain", "FooterType": "hidden"}


@dataclass(frozen=True, slots=True)
class Keyboard:
    """What hangs under a message, the text that it makes of the message's, and what had to be changed."""

    text: str
    board: Json | None = None
    tracking: str = ""
    api_version: int = 1
    degradations: tuple[str, ...] = ()


def draw(message: OutboundMessage, text: str, *, simple: bool = False) -> Keyboard:
    """The keyboard of the message's page. ``simple`` asks for nothing that an old client does not know."""
    if not message.choices:
        return Keyboard(text)
    choices = with_short_ids(message, CAPABILITIES.buttons.payload, "char")
    changed = ["short_ids"] if choices != message.choices else []
    choices, text = _without_long_links(choices, text, changed)
    if simple:
        choices, text = _without_asking(choices, text, message.locale, changed)
    most = _most_a_page(message, choices)
    shown = page_of(message, choices, most)
    if (pages := pages_of(choices, most)) > 1:
        changed.append(f"paged:{min(max(message.page, 0), pages - 1) + 1}/{pages}")
    if any_cut(shown, TITLE_MAX, "char"):
        changed.append("titles_cut")
        whole = (f"• {choice.title}" for choice in shown if length(choice.title, "char") > TITLE_MAX)
        text = "\n".join([text, "", *whole] if text else whole)
    if not shown:
        return Keyboard(text, degradations=tuple(changed))
    asks = of_kinds(shown, *ASKS) or of_kinds(shown, *LINKS)
    return Keyboard(
        text,
        _board(shown, simple=simple),
        _marks(shown),
        1 if simple or not asks else ASKING_API_VERSION,
        tuple(changed),
    )


def _without_long_links(choices: tuple[Choice, ...], text: str, changed: list[str]) -> tuple[tuple[Choice, ...], str]:
    long = tuple(choice for choice in of_kinds(choices, *LINKS) if len(choice.url or "") > LINK_MAX)
    if not long:
        return choices, text
    changed.append("links_in_text")
    return tuple(choice for choice in choices if choice not in long), linked(text, long)


def _without_asking(
    choices: tuple[Choice, ...], text: str, locale: str, changed: list[str]
) -> tuple[tuple[Choice, ...], str]:
    """Words in the place of the buttons that ask for a phone or a place."""
    instead: tuple[tuple[str, Word, str], ...] = (
        ("request_phone", "share_phone", "no_phone_button"),
        ("request_location", "share_place", "no_place_button"),
    )
    for kind, word, change in instead:
        if of_kinds(choices, kind):
            changed.append(change)
            text = f"{text}\n{say(word, locale)}".strip()
    return tuple(choice for choice in choices if choice.kind not in ASKS), text


def _most_a_page(message: OutboundMessage, choices: Sequence[Choice]) -> int:
    """All of them on one page if they fit it, else the most for which every page does."""
    sizes: list[int] = [len(choices), *range(min(ROWS_MAX, len(choices) - 1), PAGE_CHOICES_MIN, -1)]
    for most in sizes:
        pages = (page_of(replace(message, page=page), choices, most) for page in range(pages_of(choices, most)))
        if all(_fits(page) for page in pages):
            return most
    return PAGE_CHOICES_MIN


def _fits(choices: Sequence[Choice]) -> bool:
    heights = sum(row[2] for row in _rows(short_titles(choices, TITLE_MAX, "char")))
    return heights <= ROWS_MAX and len(orjson.dumps(_board(choices, simple=False))) <= BOARD_BYTES_MAX


def _rows(titles: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """How many buttons each row holds, the columns of one, and the row's height."""
    at = 0
    while at < len(titles):
        for share, letters in SHARES:
            row = titles[at : at + share]
            if len(row) == share and all(len(title) <= letters for title in row):
                yield share, COLUMNS // share, 1
                at += share
                break
        else:
            yield 1, COLUMNS, 1 if len(titles[at]) <= LINE_LETTERS else 2
            at += 1


def _board(choices: Sequence[Choice], *, simple: bool) -> Json:
    titles = short_titles(choices, TITLE_MAX, "char")
    buttons: list[Json] = []
    numbers = count()
    for share, columns, height in _rows(titles):
        for _ in range(share):
            number = next(numbers)
            button = _button(choices[number], simple=simple) | {
                "Columns": columns,
                "Rows": height,
                "Text": _markup(titles[number]),
                "TextSize": "regular" if height == 1 else "small",
                "BgColor": BUTTON_COLOUR,
            }
            buttons.append(button)
    return {"Type": "keyboard", "DefaultHeight": False, "BgColor": BOARD_COLOUR, "Buttons": buttons}


def _button(choice: Choice, *, simple: bool) -> Json:
    """What a tap does. One that answers is silent: its words are a token, which nobody wants to read in the chat.

    The tap that shares the phone is silent too, for the mark of it that Viber gives back: nobody types silently.
    """
    if choice.kind in LINKS and choice.url:
        opened = {"ActionType": "open-url", "ActionBody": choice.url, "Silent": True, "OpenURLType": "internal"}
        return opened if simple else opened | {"InternalBrowser": BROWSER}
    if choice.kind in ASKS:
        if choice.kind == "request_phone":
            return {"ActionType": "share-phone", "ActionBody": _spoken(choice), "Silent": True}
        return {"ActionType": "location-picker", "ActionBody": _spoken(choice)}
    return {"ActionType": "reply", "ActionBody": choice.id, "Silent": True}


def _spoken(choice: Choice) -> str:
    """What a request says in the chat: its title, for clients that cannot share and say it in words instead."""
    return choice.title.strip()[:TITLE_MAX] or choice.kind


def _marks(choices: Sequence[Choice]) -> str:
    return tracking.write(
        replies=[
            choice.id for choice in choices if choice.kind == "reply" or (choice.kind in LINKS and not choice.url)
        ],
        phones=[_spoken(choice) for choice in of_kinds(choices, "request_phone")],
        links=[choice.url for choice in of_kinds(choices, *LINKS) if choice.url],
    )


def _markup(title: str) -> str:
    """The title as the HTML that Viber reads: nothing in it is ours, so nothing in it is markup."""
    kept = printable(title).strip() or "…"
    while len(escape(kept, quote=False)) > MARKUP_MAX:
        kept = kept[:-2].rstrip("…") + "…"
    return escape(kept, quote=False)

"""What a page shows before the first word and beside every other: its greeting, its button, its menu."""

from collections.abc import Mapping
from typing import Any

from channels.messenger.capabilities import UNIT
from channels.messenger.items import GET_STARTED
from channels.texts import printable, shorten
from channels.words import say

MENU_MAX = 20  # one flat list: Messenger folds nothing any more
TITLE_MAX = 30
GREETING_MAX = 160
DEFAULT = "default"
# What Meta calls the languages we speak; another one goes by its own name, en-GB as en_GB.
LOCALES: Mapping[str, tuple[str, ...]] = {"en": ("en_US", "en_GB"), "uk": ("uk_UA",)}


def of(commands: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The whole profile. ``commands`` goes from locale to command without slash to its words, the default first."""
    shown = {locale: words for locale, words in commands.items() if words}
    greeting = [
        {"locale": name, "text": shorten(say("greeting", locale), GREETING_MAX, UNIT)}
        for name, locale in _names(list(commands) or ["en"])
    ]
    menu = [
        {"locale": name, "composer_input_disabled": False, "call_to_actions": _lines(shown[locale])}
        for name, locale in _names(list(shown))
    ]
    profile: dict[str, Any] = {"get_started": {"payload": GET_STARTED}, "greeting": greeting}
    return profile | ({"persistent_menu": menu} if menu else {})


def _names(locales: list[str]) -> list[tuple[str, str]]:
    """Meta's names and ours: the first locale is what everybody sees whose own is not there."""
    named = [(name, locale) for locale in locales for name in LOCALES.get(locale, (locale.replace("-", "_"),))]
    return [(DEFAULT, locales[0]), *named] if locales else []


def _lines(words: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {
            "type": "postback",
            "title": shorten(" ".join(printable(title).split()), TITLE_MAX, UNIT),
            "payload": f"/{command}",
        }
        for command, title in list(words.items())[:MENU_MAX]
    ]

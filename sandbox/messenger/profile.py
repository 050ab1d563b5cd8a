"""The Messenger profile of a Page: Get Started, greeting, persistent menu; each is set, read and deleted whole."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.messenger import failures, given
from sandbox.messenger.buttons import check_buttons
from sandbox.messenger.limits import BUTTON_PAYLOAD_MAX, GREETING_MAX, MENU_ITEMS_MAX, MENU_TITLE_MAX

MENU_BUTTONS = ("web_url", "postback")


def changed(profile: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """The profile after a POST. Raises GraphRefused; then nothing of it was taken."""
    known = {name: value for name, value in properties.items() if name in CHECKS}
    if not known:
        raise failures.bad(f"Requires one of the params: {', '.join(CHECKS)}")
    for name, value in known.items():
        CHECKS[name](value)
    after = profile | known
    if "persistent_menu" in after and "get_started" not in after:
        raise failures.bad("You must set a Get Started button if you also wish to use persistent menu", 2018145)
    return after


def without(profile: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The profile after a DELETE of the properties `names`. Raises GraphRefused."""
    gone = _known(names)
    after = {name: value for name, value in profile.items() if name not in gone}
    if "persistent_menu" in after and "get_started" not in after:
        raise failures.bad("You must set a Get Started button if you also wish to use persistent menu", 2018145)
    return after


def read(profile: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The answer to a GET: one object with those of the properties that are set."""
    wanted = _known(names)
    found = {name: profile[name] for name in wanted if name in profile}
    return {"data": [found] if found else []}


def _known(names: Sequence[str]) -> list[str]:
    if not names:
        raise failures.bad("The parameter fields is required")
    return [given.one_of(name, f"fields[{index}]", tuple(CHECKS)) for index, name in enumerate(names)]


def _check_get_started(value: Any) -> None:
    button = given.mapping(value, "get_started")
    given.text(given.required(button, "payload", "get_started"), "get_started[payload]", BUTTON_PAYLOAD_MAX)


def _check_greeting(value: Any) -> None:
    for index, each in enumerate(_per_locale(value, "greeting")):
        given.text(each.get("text"), f"greeting[{index}][text]", GREETING_MAX)


def _check_menu(value: Any) -> None:
    for index, menu in enumerate(_per_locale(value, "persistent_menu")):
        path = f"persistent_menu[{index}][call_to_actions]"
        if "call_to_actions" not in menu and menu.get("composer_input_disabled"):
            raise failures.bad(f"The parameter {path} is required")
        items = menu.get("call_to_actions")
        for place, item in enumerate(items if isinstance(items, list) else []):
            given.one_of(given.mapping(item, f"{path}[{place}]").get("type"), f"{path}[{place}][type]", MENU_BUTTONS)
        check_buttons(items, path, MENU_ITEMS_MAX, MENU_TITLE_MAX)


def _per_locale(value: Any, path: str) -> list[dict[str, Any]]:
    """One object a language, one of which is for all others."""
    found = given.several(value, path, 100)
    if "default" not in [each.get("locale") for each in found]:
        raise failures.bad(f"Param {path} must have one object with the locale default")
    return found


CHECKS: dict[str, Callable[[Any], None]] = {
    "get_started": _check_get_started,
    "greeting": _check_greeting,
    "persistent_menu": _check_menu,
}

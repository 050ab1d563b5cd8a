"""Keyboards and carousels: what the server checks at once, and what only the phone finds out when it draws.

The server knows the shape (Type, Buttons, ActionBody up to 250); it answers status 3. How buttons fit together is the
phone's business: what it cannot draw comes back later as a `failed` callback.
"""

import re
from html import unescape
from typing import Any

from sandbox.viber.answers import Refused, bad_data, too_new
from sandbox.viber.limits import (
    ACTION_BODY_MAX,
    ACTIONS,
    BUTTON_TEXT_MAX,
    CAROUSEL_ROWS_MAX,
    COLUMNS,
    KEYBOARD_ROWS_MAX,
    ROWS_OF_BUTTON_MAX,
    SHARE_PHONE_FROM,
)

Button = dict[str, Any]

TAG = re.compile(r"</?(?:b|i|u|br|font|s)\b[^>]*>", re.IGNORECASE)
INK = re.compile(r"<font[^>]*\bcolor\s*=\s*[\"']?(#[0-9A-Fa-f]{6})", re.IGNORECASE)
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def check(given: Any, kind: str, version: int) -> None:
    """What the server looks at. `kind` is keyboard or rich_media. Raises Refused."""
    if not isinstance(given, dict):
        raise _unfit(kind, "an object is expected")
    if given.get("Type") != kind:
        raise _unfit(kind, 'object has missing required properties (["Type"])')
    buttons = given.get("Buttons")
    if not isinstance(buttons, list) or not buttons or not all(isinstance(each, dict) for each in buttons):
        raise _unfit(kind, 'object has missing required properties (["Buttons"])')
    for button in buttons:
        _check_button(button, kind, version)


def _check_button(button: Button, kind: str, version: int) -> None:
    action, body = button.get("ActionType", "reply"), button.get("ActionBody")
    if action not in ACTIONS:
        raise _unfit(kind, "ActionType is not one of the allowed values")
    if not isinstance(body, str) or not body:
        raise _unfit(kind, 'object has missing required properties (["ActionBody"])')
    if len(body) > ACTION_BODY_MAX:
        raise _unfit(kind, f"ActionBody is too long (length: {len(body)}, maximum allowed: {ACTION_BODY_MAX})")
    if action in ("share-phone", "location-picker") and version < SHARE_PHONE_FROM:
        raise too_new(f"{action} needs min_api_version {SHARE_PHONE_FROM}")


def cannot_draw(given: dict[str, Any]) -> str:
    """Why the phone gives up on this keyboard or carousel; empty when it can be drawn."""
    carousel = given["Type"] == "rich_media"
    for button in given["Buttons"]:
        wide, high = button.get("Columns", COLUMNS), button.get("Rows", 1)
        if not _whole(wide, COLUMNS) or not _whole(high, CAROUSEL_ROWS_MAX if carousel else ROWS_OF_BUTTON_MAX):
            return "a button has wrong Columns or Rows"
        if len(str(button.get("Text", ""))) > BUTTON_TEXT_MAX:
            return "the Text of a button is too long"
        if not (button.get("Text") or button.get("Image") or button.get("BgMedia") or button.get("BgColor")):
            return "a button has neither Text nor Image nor colour"
        if "BgColor" in button and not COLOUR.fullmatch(str(button["BgColor"])):
            return "a colour is not #rrggbb"
    if not carousel and sum(max(each.get("Rows", 1) for each in row) for row in rows(given)) > KEYBOARD_ROWS_MAX:
        return f"the keyboard is higher than {KEYBOARD_ROWS_MAX} rows"
    return ""


def rows(keyboard: dict[str, Any]) -> list[list[Button]]:
    """Buttons in the order they came, six columns to a row."""
    found: list[list[Button]] = []
    left = 0
    for button in keyboard["Buttons"]:
        wide = button.get("Columns", COLUMNS)
        if wide > left or not found:
            found.append([])
            left = COLUMNS
        found[-1].append(button)
        left -= wide
    return found


def shown(button: Button) -> dict[str, Any]:
    """A button as the page draws it."""
    kinds = {"share-phone": "contact", "location-picker": "location", "open-url": "url"}
    kind = kinds.get(button.get("ActionType", "reply"), "text")
    drawn: dict[str, Any] = {
        "title": title(button), "kind": kind, "columns": button.get("Columns", COLUMNS), "height": button.get("Rows", 1)
    }  # fmt: skip
    if kind == "url":
        drawn["url"] = button["ActionBody"]
    if "BgColor" in button:
        drawn["colour"] = button["BgColor"]
    if ink := INK.search(str(button.get("Text", ""))):
        drawn["ink"] = ink.group(1)
    return drawn


def title(button: Button) -> str:
    """Text without its tags; a line break is one."""
    text = re.sub(r"<br\s*/?>", "\n", str(button.get("Text", "")), flags=re.IGNORECASE)
    return unescape(TAG.sub("", text)).strip()


def _whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _unfit(kind: str, words: str) -> Refused:
    return bad_data(f"{kind} is not valid. [{words}]")

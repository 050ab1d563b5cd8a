"""Buttons of templates, templates themselves, and quick replies: what the platform takes, kept as it was sent."""

from typing import Any

from sandbox.messenger import failures, given
from sandbox.messenger.limits import (
    BUTTON_PAYLOAD_MAX,
    BUTTON_TITLE_MAX,
    BUTTONS_MAX,
    ELEMENT_SUBTITLE_MAX,
    ELEMENT_TITLE_MAX,
    ELEMENTS_MAX,
    QUICK_REPLIES_MAX,
    QUICK_REPLY_PAYLOAD_MAX,
    QUICK_REPLY_TITLE_MAX,
    TEMPLATE_TEXT_MAX,
)

# The platform calls the payload of a template so in its refusals.
TEMPLATE = "name_placeholder"
BUTTON_TYPES = ("web_url", "postback", "phone_number")
CONTENT_TYPES = ("text", "user_phone_number", "user_email")


def check_buttons(value: Any, path: str, most: int = BUTTONS_MAX, title_max: int = BUTTON_TITLE_MAX) -> None:
    """Raises GraphRefused."""
    for index, button in enumerate(given.several(value, path, most)):
        _check_button(button, f"{path}[{index}]", title_max)


def _check_button(button: dict[str, Any], path: str, title_max: int) -> None:
    kind = given.one_of(given.required(button, "type", path), f"{path}[type]", BUTTON_TYPES)
    if "title" not in button:
        raise failures.bad("Element button title cannot be empty.", 2018053)
    given.text(button["title"], f"{path}[title]", title_max)
    if kind == "web_url":
        if not button.get("url"):
            raise failures.bad("Web url cannot be empty for url type button", 2018041)
        given.url(button["url"], f"{path}[url]")
    elif not button.get("payload"):
        raise failures.bad("Payload cannot be empty for postback type button", 2018040)
    else:
        given.text(button["payload"], f"{path}[payload]", BUTTON_PAYLOAD_MAX)


def check_template(payload: dict[str, Any]) -> None:
    """A button or a generic template. Raises GraphRefused."""
    kind = payload.get("template_type")
    if kind == "button":
        given.text(given.required(payload, "text", TEMPLATE), f"{TEMPLATE}[text]", TEMPLATE_TEXT_MAX)
        if given.required(payload, "buttons", TEMPLATE) == []:
            raise failures.bad(f"param {TEMPLATE}[buttons] must be non-empty.")
        check_buttons(payload["buttons"], f"{TEMPLATE}[buttons]")
    elif kind == "generic":
        elements = given.required(payload, "elements", TEMPLATE)
        for index, element in enumerate(given.several(elements, f"{TEMPLATE}[elements]", ELEMENTS_MAX)):
            _check_element(element, f"{TEMPLATE}[elements][{index}]")
    else:
        raise failures.bad("Invalid template type")


def _check_element(element: dict[str, Any], path: str) -> None:
    if "title" not in element or not any(element.get(name) for name in ("image_url", "subtitle", "buttons")):
        raise failures.bad(
            "Incomplete element data: title and at least one other field (image url, subtitle or buttons) is "
            "required with non-empty value",
            2018035,
        )
    given.text(element["title"], f"{path}[title]", ELEMENT_TITLE_MAX)
    if element.get("subtitle"):
        given.text(element["subtitle"], f"{path}[subtitle]", ELEMENT_SUBTITLE_MAX)
    if element.get("image_url"):
        given.url(element["image_url"], f"{path}[image_url]")
    if "buttons" in element:
        check_buttons(element["buttons"], f"{path}[buttons]")


def check_quick_replies(value: Any) -> list[dict[str, Any]]:
    """Raises GraphRefused."""
    path = "message[quick_replies]"
    replies = given.several(value, path, QUICK_REPLIES_MAX)
    for index, reply in enumerate(replies):
        here = f"{path}[{index}]"
        kind = given.one_of(given.required(reply, "content_type", here), f"{here}[content_type]", CONTENT_TYPES)
        if kind == "text":
            _check_text_reply(reply, here)
    return replies


def _check_text_reply(reply: dict[str, Any], path: str) -> None:
    if not reply.get("title"):
        raise failures.bad("Title is required for this quick reply content type", 2018098)
    if not reply.get("payload"):
        raise failures.bad("Payload is required for this quick reply content type", 2018099)
    given.text(reply["title"], f"{path}[title]", QUICK_REPLY_TITLE_MAX)
    given.text(reply["payload"], f"{path}[payload]", QUICK_REPLY_PAYLOAD_MAX)
    if reply.get("image_url"):
        given.url(reply["image_url"], f"{path}[image_url]")

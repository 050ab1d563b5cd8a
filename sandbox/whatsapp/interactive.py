"""Reads an interactive message: reply buttons, a list, a link, a request for a place."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.whatsapp.failures import bad_param
from sandbox.whatsapp.limits import (
    BODY_MAX,
    BUTTON_ID_MAX,
    BUTTON_TITLE_MAX,
    BUTTONS_MAX,
    FOOTER_MAX,
    HEADER_MAX,
    LIST_BODY_MAX,
    LIST_BUTTON_MAX,
    ROW_DESCRIPTION_MAX,
    ROW_ID_MAX,
    ROW_TITLE_MAX,
    ROWS_MAX,
    SECTION_TITLE_MAX,
    SECTIONS_MAX,
    URL_TITLE_MAX,
)
from sandbox.whatsapp.reading import Part, invalid

MEDIA_HEADERS = ("image", "video", "document")


REQUESTS = ("location_request_message", "request_contact_info")


def check_interactive(whole: Part) -> None:
    """Raises GraphRefused."""
    kind = whole.values.get("type")
    if kind not in ACTIONS:
        known = ", ".join(sorted(ACTIONS)).upper()
        raise bad_param(whole.place("type"), f'must be one of {{{known}}} - got "{kind}".')
    most = LIST_BODY_MAX if kind == "list" else BODY_MAX
    whole.part("body").label("text", "Body text", most)
    if whole.values.get("header") is not None:
        _check_header(whole.part("header"), kind)
    if whole.values.get("footer") is not None:
        whole.part("footer").label("text", "Footer text", FOOTER_MAX)
    ACTIONS[kind](whole.part("action"))


def header_media(interactive: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The kind and the object of a picture, film or document above the text."""
    header = interactive.get("header") or {}
    kind = header.get("type")
    return (kind, header.get(kind) or {}) if kind in MEDIA_HEADERS else None


def rows_of(interactive: dict[str, Any]) -> list[dict[str, str]]:
    """All rows of a list, in the order that people see, each with its `section`."""
    return [
        {"id": row["id"], "title": row["title"], "description": row.get("description", ""), "section": title}
        for section in interactive["action"]["sections"]
        for title in [section.get("title") or ""]
        for row in section["rows"]
    ]


def _check_header(header: Part, kind: str) -> None:
    allowed = ("text",) if kind in ("list", *REQUESTS) else ("text", *MEDIA_HEADERS)
    if header.values.get("type") not in allowed:
        raise invalid(f"Header type invalid. A message of type {kind} takes: {', '.join(allowed)}")
    if header.values["type"] == "text":
        header.label("text", "Header text", HEADER_MAX)


def _check_buttons(action: Part) -> None:
    buttons = action.parts("buttons")
    if not 1 <= len(buttons) <= BUTTONS_MAX:
        raise invalid(f"Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: {BUTTONS_MAX}")
    replies = [button.part("reply") for button in buttons]
    if any(button.values.get("type") != "reply" for button in buttons):
        raise invalid("Button type invalid. Only 'reply' is allowed")
    titles = [reply.label("title", "Button title", BUTTON_TITLE_MAX) for reply in replies]
    ids = [reply.label("id", "Button id", BUTTON_ID_MAX) for reply in replies]
    if any(each != each.strip() for each in ids):
        raise invalid("Button id must not have leading or trailing spaces")
    if len(set(ids)) < len(ids) or len(set(titles)) < len(titles):
        raise invalid("Buttons must have unique ids and titles")


def _check_list(action: Part) -> None:
    action.label("button", "Button label", LIST_BUTTON_MAX)
    sections = action.parts("sections")
    if not 1 <= len(sections) <= SECTIONS_MAX:
        raise invalid(f"Invalid sections count. Min allowed sections: 1, Max allowed sections: {SECTIONS_MAX}")
    for section in sections:
        section.label("title", "Section title", SECTION_TITLE_MAX, least=1 if len(sections) > 1 else 0)
    rows = [row for section in sections for row in section.parts("rows")]
    if len(rows) > ROWS_MAX:
        raise invalid(f"Total row count exceed max allowed count: {ROWS_MAX}")
    if not rows or any(not section.values["rows"] for section in sections):
        raise invalid("Every section needs at least one row")
    _check_rows(rows)


def _check_rows(rows: list[Part]) -> None:
    ids = [row.label("id", "Row id", ROW_ID_MAX) for row in rows]
    for row in rows:
        if len(str(row.values.get("title") or "")) > ROW_TITLE_MAX:
            raise invalid(f"Row title is too long. Max length is {ROW_TITLE_MAX}")
        row.label("title", "Row title", ROW_TITLE_MAX)
        if len(str(row.values.get("description") or "")) > ROW_DESCRIPTION_MAX:
            raise invalid(f"Row description is too long. Max length is {ROW_DESCRIPTION_MAX}")
    if len(set(ids)) < len(ids):
        raise invalid("Rows must have unique ids")


def _check_link(action: Part) -> None:
    if action.values.get("name") != "cta_url":
        raise bad_param(action.place("name"), "must be 'cta_url'.")
    parameters = action.part("parameters")
    parameters.label("display_text", "Display text", URL_TITLE_MAX)
    url = parameters.label("url", "Url", 2000)
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise invalid(f"{parameters.place('url')} is not a valid URL")


def _check_place(action: Part) -> None:
    if action.values.get("name") != "send_location":
        raise bad_param(action.place("name"), "must be 'send_location'.")


def _check_contact(action: Part) -> None:
    if action.values.get("name") != "request_contact_info":
        raise bad_param(action.place("name"), "must be 'request_contact_info'.")


ACTIONS = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_link,
    "location_request_message": _check_place,
    "request_contact_info": _check_contact,
}

"""Reads what the bot says: texts by locale, buttons, pictures, and the wordings of personas and channels."""

import re
from collections.abc import Mapping
from typing import Literal

from flows.loading.draft import Reading, response_owner
from flows.loading.fields import Fields, is_name
from flows.model import Button, ImageUse, Response, Wording
from flows.source import Listing, Node, Scalar, Table

KEYS = ("buttons", "image", "count", "persona", "channels")
BUTTON_KEYS = ("set", "url", "flow", "command", "request")
PLURALS = ("zero", "one", "two", "few", "many", "other")
_LOCALE = re.compile("[a-z]{2,3}(-[A-Z][a-zA-Z]{1,3})?", re.ASCII)
_BUTTON_WORD = re.compile(r"[a-z_]+(\.[a-z_]+)?", re.ASCII)


def read_responses(reading: Reading, node: Node | None, flow: str) -> dict[str, Response]:
    """The table ``responses``, by name."""
    if node is None:
        return {}
    fields = Fields(reading, node, "responses", (), open_=True)
    found: dict[str, Response] = {}
    for name, body in fields.table.entries:
        if not is_name(name.text):
            fields.wrong(name, "a response's name has ASCII letters, digits and '_'")
            continue
        reading.marks[response_owner(flow, name.text)] = body if isinstance(body, Table) else Table((), body.at)
        found[name.text] = _response(reading, name, body)
    return found


def _response(reading: Reading, name: Scalar, body: Node) -> Response:
    fields = Fields(reading, body, f"the response '{name.text}'", (*_locales_in(body), *KEYS))
    return Response(
        name=name.text,
        at=name.at,
        texts=_texts(fields),
        buttons=_buttons(fields),
        image=_image(fields),
        count=fields.optional_name("count"),
        persona=_variants(fields, "persona", ("formal", "friendly")),
        channels=_variants(fields, "channels", None),
    )


def _locales_in(node: Node) -> tuple[str, ...]:
    keys = [key.text for key, _ in node.entries] if isinstance(node, Table) else []
    return tuple(key for key in keys if _LOCALE.fullmatch(key) and key not in (*KEYS, *BUTTON_KEYS))


def _texts(fields: Fields) -> dict[str, Wording]:
    found = {}
    for locale in _locales_in(fields.table):
        node = fields.table.get(locale)
        assert node is not None
        found[locale] = _wording(fields, node)
    return found


def _wording(fields: Fields, node: Node) -> Wording:
    if isinstance(node, Table):
        plural = Fields(fields.reading, node, "a text by number", PLURALS)
        return Wording(plural={key.text: plural.text(key.text) for key, _ in node.entries if key.text in PLURALS})
    lines = node.items if isinstance(node, Listing) else (node,)
    texts = [line.text for line in lines if isinstance(line, Scalar) and line.text.strip()]
    if not texts or len(texts) != len(lines):
        fields.wrong(node, "a text, or a list of lines, stands here")
    return Wording(tuple(texts))


def _variants(fields: Fields, key: str, names: tuple[str, ...] | None) -> dict[str, Mapping[str, Wording]]:
    part = fields.part(key, f"'{key}'", names or (), open_=names is None)
    found: dict[str, Mapping[str, Wording]] = {}
    for name, node in part.table.entries if part else ():
        texts = Fields(fields.reading, node, f"'{key}.{name.text}'", _locales_in(node))
        found[name.text] = _texts(texts)
    return found


def _image(fields: Fields) -> ImageUse | None:
    image = fields.part("image", "an image", ("template", "with"))
    if image is None:
        return None
    image.require("template")
    return ImageUse(image.name("template"), image.name_map("with"), image.place("template"))


def _buttons(fields: Fields) -> tuple[Button, ...] | str:
    node = fields.table.get("buttons")
    if isinstance(node, Scalar):
        if not _BUTTON_WORD.fullmatch(node.text):
            fields.wrong(node, "buttons are a list, or 'confirm', 'from_slot' or a name like limits.quick_amounts")
            return ()
        return node.text
    return tuple(_button(fields.reading, item) for item in fields.items("buttons"))


def _button(reading: Reading, node: Node) -> Button:
    fields = Fields(reading, node, "a button", (*_locales_in(node), *BUTTON_KEYS))
    does = [key for key in BUTTON_KEYS if fields.has(key)]
    if len(does) != 1:
        what = "this button does nothing" if not does else f"this button does two things: '{does[0]}' and '{does[1]}'"
        reading.add(
            "E205", fields.at, what, "a button does exactly one thing", "give it one of " + ", ".join(BUTTON_KEYS)
        )
    return Button(
        titles={locale: fields.text(locale) for locale in _locales_in(fields.table)},
        at=fields.at,
        set=fields.text_map("set"),
        url=fields.text("url") or None,
        flow=fields.optional_name("flow"),
        command=fields.text("command") or None,
        request=_request(fields),
    )


def _request(fields: Fields) -> Literal["phone", "location"] | None:
    if not fields.has("request"):
        return None
    return "location" if fields.word("request", ("phone", "location"), "phone") == "location" else "phone"

"""A message of Viber as a phone shows it: the same bubble for every messenger, see docs/decisions/0070.

A keyboard here is {"rows": [[tile]], "placeholder", "input": "regular|minimized|hidden"}; a tile is a button with
"columns" of six, "height" in rows, and perhaps "colour", "ink" and "url".
"""

import re
from typing import Any

from sandbox.viber import keyboards
from sandbox.viber.chats import Kept

Bubble = dict[str, Any]

URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")


def bubble(kept: Kept) -> Bubble:
    message = kept.message
    text = message.get("text") or (message["media"] if message.get("type") == "url" else "")
    shown: Bubble = {
        "id": kept.id, "from": "bot" if kept.outgoing else "me", "at": int(kept.at), "edited": False,
        "ticks": kept.ticks, "text": text, "entities": _links(text), "buttons": _buttons(message),
    }  # fmt: skip
    return shown | _attachment(kept)


def keyboard(given: dict[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    tiles = [[keyboards.shown(button) for button in row] for row in keyboards.rows(given)]
    return {"rows": tiles, "placeholder": "", "input": given.get("InputFieldState", "regular")}


def file_url(file_id: str) -> str:
    """Relative to the root of the sandbox."""
    return f"phones/viber/files/{file_id}"


def _buttons(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The tiles of a carousel; each stands in its own row."""
    if message.get("type") != "rich_media":
        return []
    return [[_carousel_button(button)] for button in message["rich_media"]["Buttons"]]


def _carousel_button(button: dict[str, Any]) -> dict[str, Any]:
    drawn = keyboards.shown(button)
    kind = "url" if drawn["kind"] == "url" else "reply"
    return {"title": drawn["title"] or "…", "kind": kind} | ({"url": drawn["url"]} if kind == "url" else {})


def _attachment(kept: Kept) -> Bubble:
    message, kind = kept.message, kept.message.get("type")
    if kind == "picture" and kept.file:
        return {"picture": {"url": file_url(kept.file), "width": message["width"], "height": message["height"]}}
    if kind in ("file", "video") and kept.file:
        name = message.get("file_name", "video.mp4")
        return {"document": {"url": file_url(kept.file), "name": name, "size": message["size"]}}
    if kind == "contact":
        contact = message["contact"]
        return {"contact": {"name": contact["name"], "phone": contact["phone_number"]}}
    if kind == "location":
        place = message["location"]
        return {"location": {"lat": float(place["lat"]), "lon": float(place["lon"])}}
    if kind == "sticker":
        return {"sticker": "🙂"}
    return {}


def _links(text: str) -> list[dict[str, Any]]:
    return [
        {"type": "url", "offset": _utf16(text[: found.start()]), "length": _utf16(found.group())}
        for found in URL.finditer(text)
    ]


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

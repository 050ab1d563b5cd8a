"""A message as a phone shows it: the shape that the page and `teller chat` read, the same for every messenger.

{"id", "from": "me|bot", "at": seconds, "edited": bool, "ticks": 1|2, "text",
 "entities": [{"type","offset","length","url"?}], "picture"?: {"url","width","height"},
 "document"?: {"url","name","size"}, "contact"?: {"name","phone"}, "location"?: {"lat","lon"}, "sticker"?: "…",
 "reply_to"?: id, "buttons": [[{"title","kind": "reply|url","url"?}]]}
Offsets are in UTF-16 units, which are JavaScript's own.
"""

from typing import Any

from sandbox.telegram.chats import Kept

Bubble = dict[str, Any]


def bubble(kept: Kept) -> Bubble:
    message = kept.message
    shown: Bubble = {
        "id": message["message_id"],
        "from": "bot" if kept.outgoing else "me",
        "at": message["date"],
        "edited": "edit_date" in message,
        "ticks": kept.ticks,
        "text": message.get("text") or message.get("caption") or "",
        "entities": message.get("entities") or message.get("caption_entities") or [],
        "buttons": _buttons(message),
    }
    if "reply_to_message" in message:
        shown["reply_to"] = message["reply_to_message"]["message_id"]
    return shown | _attachment(message)


def keyboard(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """A reply keyboard: {"rows": [[{"title","kind": "text|contact|location"}]], "placeholder"}."""
    if markup is None:
        return None
    rows = [[_reply_button(button) for button in row] for row in markup["keyboard"]]
    return {"rows": rows, "placeholder": markup.get("input_field_placeholder", "")}


def _reply_button(button: dict[str, Any]) -> dict[str, str]:
    kind = "contact" if "request_contact" in button else "location" if "request_location" in button else "text"
    return {"title": button["text"], "kind": kind}


def _buttons(message: dict[str, Any]) -> list[list[dict[str, str]]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [[_inline_button(button) for button in row] for row in rows]


def _inline_button(button: dict[str, Any]) -> dict[str, str]:
    if "url" in button:
        return {"title": button["text"], "kind": "url", "url": button["url"]}
    if "web_app" in button:
        return {"title": button["text"], "kind": "url", "url": button["web_app"]["url"]}
    return {"title": button["text"], "kind": "reply"}


def _attachment(message: dict[str, Any]) -> Bubble:
    if photo := message.get("photo"):
        largest = photo[-1]
        size = {"width": largest["width"], "height": largest["height"]}
        return {"picture": {"url": file_url(largest["file_id"]), **size}}
    if document := message.get("document"):
        named = {"name": document["file_name"], "size": document["file_size"]}
        return {"document": {"url": file_url(document["file_id"]), **named}}
    if contact := message.get("contact"):
        name = f"{contact['first_name']} {contact.get('last_name', '')}".strip()
        return {"contact": {"name": name, "phone": contact["phone_number"]}}
    if place := message.get("location"):
        return {"location": {"lat": place["latitude"], "lon": place["longitude"]}}
    if sticker := message.get("sticker"):
        return {"sticker": sticker["emoji"]}
    return {}


def file_url(file_id: str) -> str:
    """Relative to the root of the sandbox."""
    return f"phones/telegram/files/{file_id}"

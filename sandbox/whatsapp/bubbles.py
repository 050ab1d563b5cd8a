"""A message as a phone shows it: the shape that the page reads, the same for every messenger.

{"id", "from": "me|bot", "at": seconds, "edited": bool, "ticks": 1|2|3, "text", "entities": [],
 "picture"?: {"url","width","height"}, "document"?: {"url","name","size"}, "voice"?: {"url"}, "video"?: {"url"},
 "contact"?: {"name","phone"}, "location"?: {"lat","lon","name"?,"address"?}, "sticker"?: "…", "reply_to"?: id,
 "header"?: "…", "footer"?: "…", "reaction"?: the emoji on it, of both sides,
 "buttons": [[{"title", "kind": "reply|url|location|contact|list", "url"?,
               "rows"?: [{"title","description","section"}]}]]}
Three ticks are the two blue ones: the business has read it. Reply buttons stand one in a row: a tap is
{message, row: which button, column: 0}. Kinds `location` and `contact` ask for a place and for the own number: their
tap sends it. Kind `list` is one button that opens `rows`: a tap on a row is {message, row: index into `rows`,
column: 0}. WhatsApp has no keyboard.
"""

from typing import Any

from sandbox.whatsapp.chats import Kept, Message
from sandbox.whatsapp.interactive import header_media, rows_of
from sandbox.whatsapp.media import Media, Medias

Bubble = dict[str, Any]
STICKER = "🙂"


def bubble(kept: Kept, medias: Medias, reply_to: int | None = None) -> Bubble:
    message = kept.message
    shown: Bubble = {
        "id": kept.id,
        "from": "bot" if kept.outgoing else "me",
        "at": kept.at,
        "edited": kept.edited,
        "ticks": kept.ticks,
        "text": text_of(message),
        "entities": [],
        "buttons": buttons_of(message),
    }
    if reply_to is not None:
        shown["reply_to"] = reply_to
    if kept.reactions:
        shown["reaction"] = "".join(kept.reactions.values())
    return shown | _attachment(message, medias) | _around(message)


def text_of(message: Message) -> str:
    kind = message["type"]
    content = message.get(kind, {})
    if kind == "text":
        return str(content["body"])
    if kind == "template":
        return str(message["shown"])
    if kind == "button":
        return str(content["text"])
    if kind != "interactive":
        return str(content.get("caption", "")) if isinstance(content, dict) else ""
    if "body" in content:
        return str(content["body"]["text"])
    return str(content[content["type"]]["title"])


def buttons_of(message: Message) -> list[list[dict[str, Any]]]:
    """What can be tapped, in the order of `row`."""
    if message["type"] == "template":
        return [[_template_button(button)] for button in message["buttons"]]
    interactive = message.get("interactive", {})
    action = interactive.get("action")
    if message["type"] != "interactive" or action is None:
        return []
    if interactive["type"] == "button":
        return [[{"title": button["reply"]["title"], "kind": "reply"}] for button in action["buttons"]]
    if interactive["type"] == "list":
        rows = [{name: row[name] for name in ("title", "description", "section")} for row in rows_of(interactive)]
        return [[{"title": action["button"], "kind": "list", "rows": rows}]]
    if interactive["type"] == "cta_url":
        parameters = action["parameters"]
        return [[{"title": parameters["display_text"], "kind": "url", "url": parameters["url"]}]]
    if interactive["type"] == "request_contact_info":
        return [[{"title": "Share contact", "kind": "contact"}]]
    return [[{"title": "Send location", "kind": "location"}]]


def _template_button(button: dict[str, str]) -> dict[str, str]:
    if button["type"] == "URL":
        return {"title": button["text"], "kind": "url", "url": button.get("url", "")}
    return {"title": button["text"], "kind": "reply"}


def _around(message: Message) -> Bubble:
    interactive = message.get("interactive", {}) if message["type"] == "interactive" else {}
    around = {name: (interactive.get(name) or {}).get("text", "") for name in ("header", "footer")}
    return {name: words for name, words in around.items() if words}


def _attachment(message: Message, medias: Medias) -> Bubble:
    kind = message["type"]
    content = message.get(kind)
    if kind == "location" and isinstance(content, dict):
        words = {name: content[name] for name in ("name", "address") if content.get(name)}
        return {"location": {"lat": float(content["latitude"]), "lon": float(content["longitude"])} | words}
    if kind == "contacts" and isinstance(content, list):
        first = content[0]
        phones = first.get("phones") or [{}]
        return {"contact": {"name": first["name"]["formatted_name"], "phone": phones[0].get("phone", "")}}
    if kind == "interactive" and (above := header_media(message["interactive"])):
        return _file(*above, medias)
    return _file(kind, content, medias) if isinstance(content, dict) and "id" in content else {}


def _file(kind: str, content: dict[str, Any], medias: Medias) -> Bubble:
    media = medias.find(str(content.get("id", "")))
    if media is None:
        return {}
    url = file_url(media)
    if kind == "image":
        return {"picture": {"url": url, "width": media.width, "height": media.height}}
    if kind == "document":
        return {"document": {"url": url, "name": content.get("filename") or media.name, "size": len(media.data)}}
    if kind == "sticker":
        return {"sticker": content.get("emoji", STICKER)}
    return {"voice" if kind == "audio" else kind: {"url": url}}


def file_url(media: Media) -> str:
    """Relative to the root of the sandbox."""
    return f"phones/whatsapp/files/{media.id}"

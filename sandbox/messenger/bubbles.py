"""A message as a phone shows it: the shape that the page reads, the same for every messenger.

See sandbox/telegram/bubbles.py. Besides: `ticks` goes to 3 (seen); `reaction` is an emoji on the message; a card of a
generic template is {"title","subtitle","picture"?} in `cards`, its buttons stand in `buttons` below, row by row.
A keyboard of quick replies says `"above": true`: it is one row above the input, which scrolls sideways.
"""

from typing import Any

from sandbox.messenger.chats import Kept
from sandbox.messenger.files import File

Bubble = dict[str, Any]


def bubble(kept: Kept, file: File | None = None, reply_to: int | None = None) -> Bubble:
    """`file` is what the message carries; `reply_to` the number of the message it answers."""
    body = kept.body
    shown: Bubble = {
        "id": kept.id,
        "from": "bot" if kept.outgoing else "me",
        "at": kept.at_ms // 1000,
        "edited": bool(body.get("edits")),
        "ticks": kept.ticks,
        "text": body.get("text", ""),
        "entities": [],
        "buttons": [[_button(button)] for button in body.get("buttons", [])],
    }
    for name in ("cards", "location", "sticker", "reaction"):
        if body.get(name):
            shown[name] = body[name]
    if reply_to is not None:
        shown["reply_to"] = reply_to
    return shown | (_attachment(file) if file else {})


def keyboard(quick_replies: list[dict[str, Any]], phone: str) -> dict[str, Any] | None:
    """The quick replies that are offered; the one that asks for the phone shows the number it would send."""
    if not quick_replies:
        return None
    return {"rows": [[_reply(reply, phone) for reply in quick_replies]], "placeholder": "", "above": True}


def menu_item(item: dict[str, Any]) -> dict[str, str]:
    return _button(item)


def _reply(reply: dict[str, Any], phone: str) -> dict[str, str]:
    if reply["content_type"] == "user_phone_number":
        return {"title": phone, "kind": "contact"}
    if reply["content_type"] == "user_email":
        return {"title": "Send email", "kind": "email"}
    return {"title": reply["title"], "kind": "text"}


def _button(button: dict[str, Any]) -> dict[str, str]:
    if button["type"] == "web_url":
        return {"title": button["title"], "kind": "url", "url": button["url"]}
    if button["type"] == "phone_number":
        return {"title": button["title"], "kind": "url", "url": f"tel:{button['payload']}"}
    return {"title": button["title"], "kind": "reply"}


def _attachment(file: File) -> Bubble:
    if file.width:
        return {"picture": {"url": file_url(file.id), "width": file.width, "height": file.height}}
    return {"document": {"url": file_url(file.id), "name": file.name, "size": len(file.data)}}


def file_url(file_id: str) -> str:
    """Relative to the root of the sandbox."""
    return f"phones/messenger/files/{file_id}"

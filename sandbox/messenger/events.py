"""What the platform tells a Page's app, in its own shapes: the items of `entry[].messaging`, and the field of each.

Times are milliseconds. `message_deliveries` carries no timestamp of its own, only the watermark.
"""

from dataclasses import dataclass
from typing import Any

REACTIONS = {
    "😄": "smile", "😆": "smile", "😠": "angry", "😢": "sad", "😮": "wow", "❤": "love", "👍": "like", "👎": "dislike",
}  # fmt: skip
OPEN_THREAD = {"source": "SHORTLINK", "type": "OPEN_THREAD"}


@dataclass(frozen=True, slots=True)
class Between:
    """Who tells whom, and when."""

    psid: str
    page: int
    at_ms: int

    def from_person(self, **what: Any) -> dict[str, Any]:
        ends = {"sender": {"id": self.psid}, "recipient": {"id": str(self.page)}}
        return ends | {"timestamp": self.at_ms} | what

    def from_page(self, **what: Any) -> dict[str, Any]:
        ends = {"sender": {"id": str(self.page)}, "recipient": {"id": self.psid}}
        return ends | {"timestamp": self.at_ms} | what


def postback(title: str, payload: str, ref: str = "") -> dict[str, Any]:
    told: dict[str, Any] = {"title": title, "payload": payload}
    return told | ({"referral": referral(ref)} if ref else {})


def attachment(kind: str, url: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "payload": {"url": url} | more}


def echo(mid: str, app: int, body: dict[str, Any], file: dict[str, Any] | None) -> dict[str, Any]:
    """A message of the Page, told back to its apps. A template is told as it was sent, its text inside."""
    told: dict[str, Any] = {"mid": mid, "is_echo": True, "app_id": app}
    attached = file or body.get("attachment")
    if attached:
        told["attachments"] = [attached]
    elif body.get("text"):
        told["text"] = body["text"]
    return told | ({"metadata": body["metadata"]} if "metadata" in body else {})


def referral(ref: str) -> dict[str, str]:
    return {"ref": ref} | OPEN_THREAD


def reaction(mid: str, emoji: str, action: str) -> dict[str, Any]:
    """`action` is react or unreact; a reaction taken back names no emoji."""
    told = {"action": action, "mid": mid}
    if action == "unreact":
        return {"reaction": told}
    return {"reaction": told | {"reaction": REACTIONS.get(emoji.rstrip("\ufe0f"), "other"), "emoji": emoji}}

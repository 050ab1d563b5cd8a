"""What a person does on the phone, turned into messages and news for the business."""

import io
import re
from typing import Any

from PIL import Image

from sandbox.phones.database import transaction
from sandbox.phones.deeds import CannotDo
from sandbox.phones.files import measure
from sandbox.phones.forms import Upload
from sandbox.phones.people import Person
from sandbox.whatsapp.bubbles import STICKER
from sandbox.whatsapp.chats import Chat, Kept, Message
from sandbox.whatsapp.interactive import rows_of
from sandbox.whatsapp.limits import (
    CAPTION_MAX,
    DELETE_WITHIN_S,
    EDIT_WITHIN_S,
    MEDIA,
    MEDIA_OF_PEOPLE_KEPT_S,
    TEXT_MAX,
)
from sandbox.whatsapp.media import Media
from sandbox.whatsapp.numbers import Number
from sandbox.whatsapp.people import digits, wa_id_of
from sandbox.whatsapp.platform import Platform, new_wamid

START = "START"
PAYLOAD = re.compile(r"[^\x00-\x1f]{0,1000}")
HOME = (50.4501, 30.5234)


class Hands:
    """One person in one chat with one business."""

    def __init__(self, platform: Platform, person: Person, number: Number) -> None:
        self._platform, self._person, self._number = platform, person, number

    def _chat(self) -> Chat:
        chat = self._platform.chat_of(self._number, self._person)
        if chat.blocked:
            raise CannotDo("the business is blocked on this phone; unblock it first")
        self._platform.look(self._number, self._person)
        return chat

    def _send(self, content: Message, reply_to: int | None = None) -> Kept:
        self._chat()
        context = {"context": self._context(reply_to)} if reply_to is not None else {}
        return self._platform.say(self._number, self._person, content | context)

    def start(self, payload: str = "") -> Kept:
        """A link wa.me/…?text= writes its words into the field, and the person sends them: nothing is hidden in it."""
        if not PAYLOAD.fullmatch(payload):
            raise CannotDo("a start payload is one line of up to 1000 characters")
        return self.text(f"{START} {payload}".strip())

    def text(self, text: str, reply_to: int | None = None, referral: dict[str, Any] | None = None) -> Kept:
        """`referral` is what an advertisement that led here adds: source_url, source_id, source_type, ctwa_clid …"""
        written = text.replace("\x00", "").strip()
        if not written:
            raise CannotDo("an empty message cannot be sent")
        if len(written) > TEXT_MAX:
            raise CannotDo(f"a message holds up to {TEXT_MAX} characters")
        message: Message = {"type": "text", "text": {"body": written}}
        return self._send(message | ({"referral": referral} if referral else {}), reply_to)

    def own_contact(self, reply_to: int | None = None) -> Kept:
        """In reply to a request for it, WhatsApp itself says that it is the person's own."""
        return self.contact(self._person.name, self._person.phone, reply_to)

    def contact(self, name: str, phone: str, reply_to: int | None = None) -> Kept:
        """From the address book; the platform adds the id of a number that it knows."""
        number = digits(phone)
        if not name.strip() or not 7 <= len(number) <= 15:
            raise CannotDo("a contact needs a name and a phone number of 7 to 15 digits")
        known = {"wa_id": number} if self._platform.users.by_phone(number) else {}
        first, _, last = name.strip().partition(" ")
        named = {"formatted_name": name.strip(), "first_name": first} | ({"last_name": last} if last else {})
        card = {"name": named, "phones": [{"phone": f"+{number}", "type": "CELL"} | known]}
        asked = {"origin": "contact_request"} if reply_to is not None else {}
        return self._send({"type": "contacts", "contacts": [card | asked]}, reply_to)

    def location(self, latitude: float, longitude: float, reply_to: int | None = None) -> Kept:
        if not abs(latitude) <= 90 or not abs(longitude) <= 180:
            raise CannotDo("latitude goes from -90 to 90, longitude from -180 to 180")
        return self._send({"type": "location", "location": {"latitude": latitude, "longitude": longitude}}, reply_to)

    def sticker(self, emoji: str) -> Kept:
        self._chat()
        media = self._keep(Upload("sticker.webp", "image/webp", _blank_sticker()))
        return self._send(
            {"type": "sticker", "sticker": _object(media) | {"animated": False, "emoji": emoji[:8] or STICKER}}
        )

    def photo(self, upload: Upload, caption: str = "") -> Kept:
        mime = measure(upload.data)[0]
        if mime not in MEDIA["image"][0]:
            raise CannotDo("a picture is a JPEG or a PNG; send anything else as a document")
        return self._file("image", Upload(upload.name, mime, upload.data), caption)

    def document(self, upload: Upload, caption: str = "") -> Kept:
        return self._file("document", upload, caption, filename=upload.name)

    def voice(self, upload: Upload) -> Kept:
        """Recorded on the phone."""
        return self._file("audio", Upload(upload.name, "audio/ogg; codecs=opus", upload.data), voice=True)

    def video(self, upload: Upload, caption: str = "") -> Kept:
        return self._file("video", upload, caption)

    def tap(self, message_id: int, row: int, column: int) -> Kept | dict[str, str]:
        """A button of a message, or a row of its list. Gives {"url": …} for a button that opens a page."""
        self._chat()
        kept = self._own_chat(message_id)
        reply = _replies(kept.message)
        if column != 0 or not 0 <= row < len(reply):
            raise CannotDo("there is no such button any more")
        answer = reply[row]
        if "url" in answer:
            return {"url": answer["url"]}
        if answer.get("type") == "location":
            return self.location(*HOME, reply_to=message_id)
        if answer.get("type") == "contact":
            return self.own_contact(reply_to=message_id)
        return self._send(answer, message_id)

    def react(self, message_id: int, emoji: str) -> None:
        """An empty emoji takes the reaction away; the business then hears of a reaction without one."""
        chat, target = self._chat(), self._own_chat(message_id)
        reaction = {"message_id": target.wamid} | ({"emoji": emoji[:16]} if emoji else {})
        with transaction(self._platform.database):
            self._platform.react(target, "me", emoji[:16])
            self._report(chat, {"type": "reaction", "reaction": reaction})

    def edit(self, message_id: int, text: str) -> None:
        chat, kept = self._chat(), self._own_chat(message_id)
        if kept.outgoing or kept.message["type"] != "text" or not text.strip() or len(text) > TEXT_MAX:
            raise CannotDo("only one's own text can be edited, and not into nothing")
        if self._platform.clock() - kept.at > EDIT_WITHIN_S:
            raise CannotDo("a message can be edited for 15 minutes")
        message = kept.message | {"text": {"body": text.strip()}}
        new = {"context": {"id": kept.wamid}, "type": "text", "text": message["text"]}
        with transaction(self._platform.database):
            self._platform.chats.replace(kept, message)
            edit = {"original_message_id": kept.wamid, "message": new}
            self._report(chat, {"type": "edit", "edit": edit})
        changed = self._own_chat(message_id)
        self._platform.tell(kept.number, kept.person, "edited", bubble=self._platform.bubble(changed))

    def delete(self, message_id: int) -> None:
        """For everyone while that is allowed, and the business hears of it; after that only on this phone."""
        chat, kept = self._chat(), self._own_chat(message_id)
        with transaction(self._platform.database):
            self._platform.chats.delete(kept)
            if not kept.outgoing and self._platform.clock() - kept.at <= DELETE_WITHIN_S:
                self._report(chat, {"type": "revoke", "revoke": {"original_message_id": kept.wamid}})
        self._platform.tell(kept.number, kept.person, "deleted", id=kept.id)

    def block(self, blocked: bool) -> None:
        """The business is not told: its messages just do not arrive any more."""
        chat = self._platform.chats.open(self._number.id, self._person.id, wa_id_of(self._person))
        self._platform.chats.set(chat, blocked=blocked)
        self._platform.tell(self._number.id, self._person.id, "blocked", blocked=blocked)

    def hide_number(self, hidden: bool) -> None:
        """With a username the business sees an id in place of the number."""
        chat = self._platform.chats.open(self._number.id, self._person.id, wa_id_of(self._person))
        self._platform.chats.set(chat, hidden=hidden)

    def _report(self, chat: Chat, message: Message) -> None:
        wamid = new_wamid(self._person.phone)
        self._platform.report(self._number, self._person, chat, wamid, message)

    def _own_chat(self, message_id: int) -> Kept:
        kept = self._platform.chats.message(self._number.id, self._person.id, message_id)
        if kept is None:
            raise CannotDo("there is no such message in this chat")
        return kept

    def _context(self, reply_to: int) -> dict[str, str]:
        original = self._own_chat(reply_to)
        author = self._number.metadata["display_phone_number"] if original.outgoing else wa_id_of(self._person)
        return {"from": author, "id": original.wamid}

    def _keep(self, upload: Upload) -> Media:
        until = self._platform.clock() + MEDIA_OF_PEOPLE_KEPT_S
        return self._platform.medias.add(self._number.id, upload, until)

    def _file(self, kind: str, upload: Upload, caption: str = "", **more: Any) -> Kept:
        self._chat()
        if not 0 < len(upload.data) <= MEDIA[kind][1]:
            raise CannotDo(f"a file of type {kind} has 1 to {MEDIA[kind][1]} bytes")
        if len(caption) > CAPTION_MAX:
            raise CannotDo(f"a caption holds up to {CAPTION_MAX} characters")
        content = _object(self._keep(upload)) | more
        return self._send({"type": kind, kind: content | ({"caption": caption.strip()} if caption.strip() else {})})


def _object(media: Media) -> dict[str, Any]:
    return {"id": media.id, "mime_type": media.mime, "sha256": media.sha256}


def _replies(message: Message) -> list[dict[str, Any]]:
    """What each tap says: a message of the person, {"url"}, or {"type"} for a place or the own contact."""
    if message["type"] == "template":
        return [_template_reply(button) for button in message["buttons"]]
    interactive = message.get("interactive", {})
    kind, action = interactive.get("type"), interactive.get("action", {})
    if kind == "button":
        return [_reply("button_reply", **button["reply"]) for button in action.get("buttons", ())]
    if kind == "list":
        return [_row_reply(row) for row in rows_of(interactive)]
    if kind == "cta_url":
        return [{"url": action["parameters"]["url"]}]
    asked = {"location_request_message": "location", "request_contact_info": "contact"}.get(kind)
    return [{"type": asked}] if asked else []


def _reply(kind: str, **content: str) -> Message:
    return {"type": "interactive", "interactive": {"type": kind, kind: content}}


def _row_reply(row: dict[str, str]) -> Message:
    described = {"description": row["description"]} if row["description"] else {}
    return _reply("list_reply", id=row["id"], title=row["title"], **described)


def _template_reply(button: dict[str, str]) -> dict[str, Any]:
    if button["type"] == "URL":
        return {"url": button.get("url", "")}
    payload = button.get("payload", button["text"])
    return {"type": "button", "button": {"text": button["text"], "payload": payload}}


def _blank_sticker() -> bytes:
    kept = io.BytesIO()
    Image.new("RGBA", (512, 512)).save(kept, "WEBP")
    return kept.getvalue()

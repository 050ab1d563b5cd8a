"""What a person does on the phone, turned into messages and the events that a Page's app hears of."""

import io
import mimetypes
from dataclasses import replace
from typing import Any

from PIL import Image, ImageDraw

from sandbox.messenger import events
from sandbox.messenger.chats import Chat, Content, Kept
from sandbox.messenger.files import File
from sandbox.messenger.given import HALF_CHARACTER
from sandbox.messenger.limits import ATTACHMENT_MAX_BYTES, EDIT_WITHIN_S, EDITS_MAX, REF_MAX, TEXT_MAX
from sandbox.messenger.pages import Page
from sandbox.messenger.platform import Platform
from sandbox.phones.database import transaction
from sandbox.phones.deeds import CannotDo
from sandbox.phones.files import measure
from sandbox.phones.forms import Upload
from sandbox.phones.people import Person

GET_STARTED = "Get Started"
THUMB_STICKER = 369239263222822


class Hands:
    """One person in the thread with one Page."""

    def __init__(self, platform: Platform, person: Person, page: Page) -> None:
        self._platform, self._person, self._page = platform, person, page

    def _chat(self) -> Chat:
        chat = self._platform.chats.open(self._page.id, self._person.id)
        if chat.blocked:
            raise CannotDo("the Page is blocked on this phone; unblock it first")
        return chat

    def _message(self, content: Content, message: dict[str, Any]) -> Kept:
        return self._platform.say(self._page, self._chat(), content, "messages", message=message)

    def _postback(self, title: str, payload: str, ref: str = "") -> Kept:
        """The title of what was pressed stands in the thread as if the person had written it."""
        told = events.postback(title, payload, ref)
        return self._platform.say(self._page, self._chat(), {"text": title}, "messaging_postbacks", postback=told)

    def start(self, ref: str = "") -> Kept | None:
        """Get Started, with what an m.me link carried; in a thread that exists the link alone is told, and None."""
        if len(ref) > REF_MAX:
            raise CannotDo(f"what a link carries has up to {REF_MAX} characters")
        chat = self._chat()
        began = bool(self._platform.chats.page_of(chat.page, chat.person, None, 1))
        payload = self._page.get_started
        if not began and payload is not None:
            return self._postback(GET_STARTED, payload, ref)
        if not ref:
            raise CannotDo("this Page has no Get Started button for you; write a message instead")
        with transaction(self._platform.database):
            self._platform.wrote(chat)
            told = events.referral(ref)
            self._platform.news(self._page, chat, "messaging_referrals", self._platform.now_ms(), referral=told)
        return None

    def text(self, text: str, reply_to: int | None = None) -> Kept:
        written = _written(text)
        if reply_to is None:
            return self._message({"text": written}, {"text": written})
        answered = self._known(reply_to)
        told = {"text": written, "reply_to": {"mid": answered.mid, "is_self_reply": not answered.outgoing}}
        return self._message({"text": written, "reply_to": answered.mid}, told)

    def location(self, latitude: float, longitude: float) -> Kept:
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise CannotDo("latitude goes from -90 to 90, longitude from -180 to 180")
        payload = {"coordinates": {"lat": latitude, "long": longitude}}
        told = {"attachments": [{"type": "location", "title": "Pinned Location", "payload": payload}]}
        return self._message({"location": {"lat": latitude, "lon": longitude}}, told)

    def sticker(self, emoji: str) -> Kept:
        """Since September 2026 a sticker is told as one, and no more as an image."""
        file = self._file("sticker", Upload("sticker.png", "image/png", _drawn_sticker()))
        told = events.attachment("sticker", self._page.file_url(file.id), sticker_id=THUMB_STICKER)
        return self._message({"sticker": emoji[:8] or "👍"}, {"attachments": [told]})

    def photo(self, upload: Upload, caption: str = "") -> Kept:
        if not measure(upload.data)[0]:
            raise CannotDo("this is no picture that can be sent; send it as a file")
        return self._attached("image", upload, caption)

    def document(self, upload: Upload, caption: str = "") -> Kept:
        mime = mimetypes.guess_type(upload.name)[0] or upload.mime
        whole = mime.partition("/")[0]
        kind = whole if whole in ("audio", "video") else "file"
        return self._attached(kind, Upload(upload.name, mime, upload.data), caption)

    def tap(self, message_id: int, row: int) -> dict[str, Any]:
        """A button in a message: {"message": id} for one that asks the Page, {"url": …} for one that opens a page."""
        return self._press(_at(self._known(message_id).body.get("buttons", []), row))

    def tap_menu(self, item: int) -> dict[str, Any]:
        """An item of the persistent menu."""
        return self._press(_at(self._page.menu(self._person.language), item))

    def _press(self, button: dict[str, Any]) -> dict[str, Any]:
        if button["type"] == "web_url":
            return {"url": button["url"]}
        if button["type"] == "phone_number":
            return {"url": f"tel:{button['payload']}"}
        return {"message": self._postback(button["title"], button["payload"]).id}

    def press(self, column: int) -> Kept:
        """A quick reply: its title is sent as a message, with the payload beside it."""
        reply = _at(self._chat().quick_replies, column)
        if reply["content_type"] == "user_phone_number":
            return self._quick(self._person.phone, self._person.phone)
        if reply["content_type"] == "user_email":
            email = f"person{self._person.id}@example.org"
            return self._quick(email, email)
        return self._quick(reply["title"], reply["payload"])

    def own_phone(self) -> Kept:
        """Messenger has no contact cards: a number is given away only where a Page asks for it."""
        for column, reply in enumerate(self._chat().quick_replies):
            if reply["content_type"] == "user_phone_number":
                return self.press(column)
        raise CannotDo("Messenger has no contacts to send; write the number, or wait until the Page asks for it")

    def react(self, message_id: int, emoji: str) -> None:
        """An empty emoji takes the reaction back."""
        chat, kept = self._chat(), self._known(message_id)
        before = kept.body.get("reaction", "")
        if emoji == before:
            return
        body = {name: value for name, value in kept.body.items() if name != "reaction"}
        told = events.reaction(kept.mid, emoji or before, "react" if emoji else "unreact")
        with transaction(self._platform.database):
            self._platform.wrote(chat)
            self._platform.change(chat, replace(kept, body=body | ({"reaction": emoji} if emoji else {})))
            self._platform.news(self._page, chat, "message_reactions", self._platform.now_ms(), **told)

    def edit(self, message_id: int, text: str) -> None:
        chat, kept = self._chat(), self._known(message_id)
        written, edits = _written(text), int(kept.body.get("edits", 0)) + 1
        if kept.outgoing or set(kept.body) - {"text", "edits", "reaction", "reply_to"}:
            raise CannotDo("only one's own text can be edited")
        if edits > EDITS_MAX or self._platform.now_ms() - kept.at_ms > EDIT_WITHIN_S * 1000:
            raise CannotDo(f"a message can be edited {EDITS_MAX} times, within {EDIT_WITHIN_S // 60} minutes")
        told = {"mid": kept.mid, "text": written, "num_edit": edits}
        with transaction(self._platform.database):
            self._platform.change(chat, replace(kept, body=kept.body | {"text": written, "edits": edits}))
            self._platform.news(self._page, chat, "message_edits", self._platform.now_ms(), message_edit=told)

    def delete(self, message_id: int) -> None:
        """The Page is not told: the platform has no such event for Pages."""
        self._platform.chats.delete(self._page.id, self._known(message_id).id)
        self._platform.tell(self._chat(), "deleted", id=message_id)

    def opt_in(self, ref: str) -> None:
        """The person agrees to hear from the Page, at a plugin on the Page's own site."""
        chat = self._chat()
        with transaction(self._platform.database):
            self._platform.wrote(chat)
            self._platform.news(self._page, chat, "messaging_optins", self._platform.now_ms(), optin={"ref": ref})

    def block(self, blocked: bool) -> None:
        """The Page is not told; it finds out when it writes."""
        chat = self._platform.chats.open(self._page.id, self._person.id)
        if chat.blocked != blocked:
            self._platform.chats.block(chat, blocked)
            self._platform.tell(chat, "blocked", blocked=blocked)

    def look(self) -> None:
        """The thread is open in front of the person."""
        chat = self._platform.chats.find(self._page.id, self._person.id)
        if chat and not chat.blocked:
            self._platform.person_read(self._page.id, chat)

    def _quick(self, title: str, payload: str) -> Kept:
        return self._message({"text": title}, {"text": title, "quick_reply": {"payload": payload}})

    def _attached(self, kind: str, upload: Upload, caption: str) -> Kept:
        """What is written beside a file is a message of its own."""
        self._chat()
        if not 0 < len(upload.data) <= ATTACHMENT_MAX_BYTES:
            raise CannotDo(f"a file may have up to {ATTACHMENT_MAX_BYTES // 1024 // 1024} MB, and not nothing")
        file = self._file(kind, upload)
        told = events.attachment(kind, self._page.file_url(file.id))
        kept = self._message({"file": file.id}, {"attachments": [told]})
        if caption.strip():
            self.text(caption)
        return kept

    def _file(self, kind: str, upload: Upload) -> File:
        now = self._platform.clock()
        return self._platform.files.add(self._page.id, kind, upload.name, upload.mime, now, upload.data)

    def _known(self, message_id: int) -> Kept:
        kept = self._platform.chats.message(self._page.id, self._person.id, message_id)
        if kept is None:
            raise CannotDo("there is no such message any more")
        return kept


def _written(text: str) -> str:
    """What the keyboard lets through."""
    written = HALF_CHARACTER.sub("", text).replace("\x00", "").strip()
    if not written:
        raise CannotDo("an empty message cannot be sent")
    if len(written) > TEXT_MAX:
        raise CannotDo(f"a message holds up to {TEXT_MAX} characters")
    return written


def _at(buttons: list[dict[str, Any]], place: int) -> dict[str, Any]:
    if not 0 <= place < len(buttons):
        raise CannotDo("there is no such button any more")
    return buttons[place]


def _drawn_sticker() -> bytes:
    """A blue disc, small: what a sticker looks like matters to nobody here, that it can be fetched does."""
    with Image.new("RGBA", (120, 120), (0, 0, 0, 0)) as image, io.BytesIO() as out:
        ImageDraw.Draw(image).ellipse((10, 10, 110, 110), fill=(0, 132, 255, 255))
        image.save(out, "PNG")
        return out.getvalue()

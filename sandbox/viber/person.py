"""What a person does in Viber, turned into messages and callbacks."""

import re
from typing import Any
from urllib.parse import quote

from sandbox.phones.database import transaction
from sandbox.phones.deeds import CannotDo
from sandbox.phones.files import Attached
from sandbox.phones.people import Person
from sandbox.viber import keyboards
from sandbox.viber.bots import Bot
from sandbox.viber.chats import Chat, Kept
from sandbox.viber.limits import FILE_MAX_BYTES, TEXT_MAX
from sandbox.viber.platform import Platform, user_of

HERE = (50.4501, 30.5234)
STICKER_ID = 46105


class Hands:
    """One person in one chat with one account."""

    def __init__(self, platform: Platform, person: Person, bot: Bot) -> None:
        self._platform, self._person, self._bot = platform, person, bot

    def _chat(self) -> Chat:
        chat = self._platform.chats.open(self._bot.id, self._person.id)
        if chat.blocked:
            raise CannotDo("this phone has unsubscribed; subscribe again first")
        return chat

    def _say(self, message: dict[str, Any], file: str | None = None, silent: bool = False) -> Kept:
        self._chat()
        return self._platform.say(self._bot, self._person, message, file, silent)

    def start(self, payload: str = "") -> dict[str, bool]:
        """Opens the chat, perhaps by a link with a `context`. Nothing is said yet: that is the account's turn."""
        chat = self._chat()
        known = {"type": "open", "context": payload, "user": user_of(chat, self._person), "subscribed": chat.subscribed}
        self._platform.call_back(chat, "conversation_started", **known)
        self._platform.tell(chat, "opened")
        return {"opened": True}

    def text(self, text: str) -> Kept:
        written = text.replace("\x00", "").strip()
        if not written:
            raise CannotDo("an empty message cannot be sent")
        if len(written) > TEXT_MAX:
            raise CannotDo(f"a message holds up to {TEXT_MAX} characters")
        return self._say({"type": "text", "text": written})

    def own_contact(self) -> Kept:
        return self._say(_contact(self._person.name, self._person.phone))

    def others_contact(self, name: str, phone: str) -> Kept:
        """Viber does not say whose number it is: it looks just like one's own."""
        digits = re.sub(r"[^0-9]", "", phone)
        if not name.strip() or not 7 <= len(digits) <= 15:
            raise CannotDo("a contact needs a name and a phone number of 7 to 15 digits")
        return self._say(_contact(name.strip(), f"+{digits}"))

    def location(self, latitude: float, longitude: float) -> Kept:
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise CannotDo("latitude goes from -90 to 90, longitude from -180 to 180")
        return self._say({"type": "location", "location": {"lat": latitude, "lon": longitude}})

    def sticker(self, _: str) -> Kept:
        return self._say({"type": "sticker", "sticker_id": STICKER_ID})

    def upload(self, attached: Attached) -> Kept:
        """A photo becomes a picture with its caption as text, anything else a file."""
        self._chat()
        upload = attached.file
        if not 0 < len(upload.data) <= FILE_MAX_BYTES:
            raise CannotDo(f"a file has 1 to {FILE_MAX_BYTES} bytes")
        file = self._platform.files.add(upload.name, upload.mime, upload.data)
        if attached.kind == "photo" and not file.width:
            raise CannotDo("this is no picture; send it as a document")
        address = f"{self._bot.root}/media/{file.id}/{quote(file.name)}"
        message: dict[str, Any] = {"media": address, "file_name": file.name, "size": len(file.data)}
        if attached.kind == "document":
            return self._say({"type": "file"} | message, file.id)
        shown = {"type": "picture", "thumbnail": address, "width": file.width, "height": file.height}
        return self._say(shown | message | ({"text": attached.caption} if attached.caption else {}), file.id)

    def press(self, row: int, column: int) -> Kept | dict[str, str]:
        """A tile of the keyboard. Gives {"url": …} for one that opens a page, which Viber reports as a message too."""
        chat = self._chat()
        return self._do(_button(keyboards.rows(chat.keyboard) if chat.keyboard else [], row, column))

    def tap(self, message_id: int, row: int, column: int) -> Kept | dict[str, str]:
        """A button of a carousel."""
        kept = self._platform.chats.message(self._chat(), message_id)
        carousel = kept.message.get("rich_media", {"Buttons": []}) if kept else {"Buttons": []}
        return self._do(_button([[button] for button in carousel["Buttons"]], row, column))

    def _do(self, button: dict[str, Any]) -> Kept | dict[str, str]:
        action, body, silent = button.get("ActionType", "reply"), button["ActionBody"], bool(button.get("Silent"))
        if action == "none":
            return {}
        if action == "location-picker":
            return self.location(*HERE)
        message: dict[str, Any] = {"type": "text", "text": body}
        if action == "share-phone":
            message = _contact(self._person.name, self._person.phone.removeprefix("+"))
        kept = self._say(message, silent=silent)
        if action == "open-url":
            return {"url": body}
        return {} if silent else kept

    def block(self, blocked: bool) -> None:
        """Unsubscribing and subscribing again: Viber's word for it."""
        chat = self._platform.chats.open(self._bot.id, self._person.id)
        if chat.blocked == blocked:
            return
        with transaction(self._platform.database):
            self._platform.chats.subscribe(chat, subscribed=not blocked, blocked=blocked)
            if blocked:
                self._platform.call_back(chat, "unsubscribed", user_id=chat.user)
            else:
                self._platform.call_back(chat, "subscribed", user=user_of(chat, self._person))
        self._platform.tell(chat, "blocked", blocked=blocked)


def _contact(name: str, phone: str) -> dict[str, Any]:
    return {"type": "contact", "contact": {"name": name, "phone_number": phone}}


def _button(rows: list[list[dict[str, Any]]], row: int, column: int) -> dict[str, Any]:
    if not 0 <= row < len(rows) or not 0 <= column < len(rows[row]):
        raise CannotDo("there is no such button any more")
    return rows[row][column]

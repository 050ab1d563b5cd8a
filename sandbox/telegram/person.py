"""What a person does on the phone, turned into messages and updates."""

import mimetypes
import re
import secrets
from typing import Any

from sandbox.phones.database import transaction
from sandbox.phones.deeds import CannotDo
from sandbox.phones.forms import Upload
from sandbox.phones.people import Person
from sandbox.telegram.bots import Bot
from sandbox.telegram.chats import Chat, Kept
from sandbox.telegram.entities import found_entities
from sandbox.telegram.limits import START_PAYLOAD_MAX, TEXT_MAX_UTF16, utf16_length
from sandbox.telegram.platform import Platform, as_chat, as_user

PAYLOAD = re.compile(rf"[A-Za-z0-9_-]{{0,{START_PAYLOAD_MAX}}}")
CALLBACK_INSTANCE_BASE = 7_000_000_000_000_000_000


class Hands:
    """One person in one chat with one bot."""

    def __init__(self, platform: Platform, person: Person, bot: Bot) -> None:
        self._platform, self._person, self._bot = platform, person, bot

    def _chat(self) -> Chat:
        chat = self._platform.chats.open(self._bot.id, self._person.id)
        if chat.blocked:
            raise CannotDo("the bot is blocked on this phone; unblock it first")
        return chat

    def _send(self, content: dict[str, Any]) -> Kept:
        self._chat()
        return self._platform.say(self._bot, self._person, content)

    def start(self, payload: str = "") -> Kept:
        """A deep link's payload is letters, digits, _ and -, up to 64."""
        if not PAYLOAD.fullmatch(payload):
            raise CannotDo("a start payload has up to 64 letters, digits, _ and -")
        return self.text(f"/start {payload}".strip())

    def text(self, text: str) -> Kept:
        written = text.replace("\x00", "").strip()
        if not written:
            raise CannotDo("an empty message cannot be sent")
        if utf16_length(written) > TEXT_MAX_UTF16:
            raise CannotDo(f"a message holds up to {TEXT_MAX_UTF16} characters")
        entities = found_entities(written)
        return self._send({"text": written} | ({"entities": entities} if entities else {}))

    def own_contact(self) -> Kept:
        return self._send({"contact": self._contact(self._person) | {"user_id": self._person.id}})

    def others_contact(self, name: str, phone: str) -> Kept:
        """From the address book; the platform adds user_id when it knows the number."""
        digits = _digits(phone)
        if not name.strip() or not 7 <= len(digits) <= 15:
            raise CannotDo("a contact needs a name and a phone number of 7 to 15 digits")
        known = self._owner(digits)
        contact = {"phone_number": digits, "first_name": name.strip()}
        return self._send({"contact": contact | ({"user_id": known.id} if known else {})})

    def forwarded_contact(self, name: str, phone: str) -> Kept:
        """Somebody's contact, passed on: it carries the user_id of its owner and says that it was forwarded."""
        digits, date = _digits(phone), int(self._platform.clock())
        if owner := self._owner(digits):
            contact = self._contact(owner) | {"user_id": owner.id}
            origin: dict[str, Any] = {"type": "user", "date": date, "sender_user": as_user(owner)}
        else:
            contact = {"phone_number": digits, "first_name": name}
            origin = {"type": "hidden_user", "date": date, "sender_user_name": name}
        return self._send({"contact": contact, "forward_origin": origin, "forward_date": date})

    def location(self, latitude: float, longitude: float) -> Kept:
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise CannotDo("latitude goes from -90 to 90, longitude from -180 to 180")
        return self._send({"location": {"latitude": latitude, "longitude": longitude}})

    def sticker(self, emoji: str) -> Kept:
        thing = {"file_id": f"CAACAgIAAxkD{secrets.token_urlsafe(24)}", "file_unique_id": secrets.token_urlsafe(12)}
        kind = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._send({"sticker": thing | kind | {"emoji": emoji[:8] or "🙂"}})

    def photo(self, upload: Upload, caption: str = "") -> Kept:
        """Raises Refused for what is no picture."""
        self._chat()
        file = self._platform.files.add_photo(self._bot.id, upload)
        return self._send({"photo": file.as_photo()} | ({"caption": caption.strip()} if caption.strip() else {}))

    def document(self, upload: Upload, caption: str = "") -> Kept:
        self._chat()
        guessed = mimetypes.guess_type(upload.name)[0] or upload.mime
        file = self._platform.files.add_document(self._bot.id, Upload(upload.name, guessed, upload.data))
        return self._send({"document": file.as_document()} | ({"caption": caption.strip()} if caption.strip() else {}))

    def tap(self, message_id: int, row: int, column: int) -> dict[str, str]:
        """Gives {"query": id} for a button that asks the bot, {"url": …} for one that opens a page."""
        chat = self._chat()
        kept = self._platform.chats.message(chat.bot, chat.person, message_id)
        button = _button(kept.message.get("reply_markup", {}).get("inline_keyboard", []) if kept else [], row, column)
        if "callback_data" not in button:
            return {"url": button.get("url") or button.get("web_app", {}).get("url", "")}
        assert kept is not None
        query = self._platform.queries.ask(self._bot.id, self._person.id, self._platform.clock())
        instance = str(CALLBACK_INSTANCE_BASE + self._person.id)
        body = {"id": str(query.id), "from": as_user(self._person), "message": kept.message, "chat_instance": instance}
        self._platform.update(self._bot.id, self._person.id, "callback_query", body | {"data": button["callback_data"]})
        return {"query": str(query.id)}

    def press(self, row: int, column: int) -> Kept:
        """A button of the reply keyboard."""
        chat = self._chat()
        button = _button(chat.keyboard["keyboard"] if chat.keyboard else [], row, column)
        if chat.keyboard and chat.keyboard.get("one_time_keyboard"):
            self._platform.set_keyboard(chat, None)
        if "request_contact" in button:
            return self.own_contact()
        if "request_location" in button:
            return self.location(50.4501, 30.5234)
        return self.text(button["text"])

    def edit(self, message_id: int, text: str) -> None:
        chat = self._chat()
        kept = self._platform.chats.message(chat.bot, chat.person, message_id)
        if kept is None or kept.outgoing or "text" not in kept.message or not text.strip():
            raise CannotDo("only one's own text can be edited, and not into nothing")
        message = {key: value for key, value in kept.message.items() if key != "entities"}
        entities = found_entities(text.strip())
        message |= {"text": text.strip(), "edit_date": int(self._platform.clock())}
        message |= {"entities": entities} if entities else {}
        with transaction(self._platform.database):
            self._platform.replace(self._bot, self._person.id, kept, message)
            self._platform.update(self._bot.id, self._person.id, "edited_message", message)

    def delete(self, message_id: int) -> None:
        """The bot is not told: Telegram has no such update for private chats."""
        self._platform.remove(self._bot.id, self._person.id, message_id)

    def block(self, blocked: bool) -> None:
        chat = self._platform.chats.open(self._bot.id, self._person.id)
        if chat.blocked == blocked:
            return
        member, kicked = {"status": "member"}, {"status": "kicked", "until_date": 0}
        old, new = (member, kicked) if blocked else (kicked, member)
        user = {"user": self._bot.as_user()}
        change = {"chat": as_chat(self._person), "from": as_user(self._person), "date": int(self._platform.clock())}
        with transaction(self._platform.database):
            self._platform.chats.block(self._bot.id, self._person.id, blocked)
            both = {"old_chat_member": user | old, "new_chat_member": user | new}
            self._platform.update(self._bot.id, self._person.id, "my_chat_member", change | both)
        self._platform.tell(self._bot.id, self._person.id, "blocked", blocked=blocked)

    def _owner(self, digits: str) -> Person | None:
        return self._platform.people.by_phone(f"+{digits}")

    def _contact(self, person: Person) -> dict[str, Any]:
        """Telegram's own clients write the number without the plus."""
        contact: dict[str, Any] = {"phone_number": person.phone.removeprefix("+"), "first_name": person.first_name}
        return contact | ({"last_name": person.last_name} if person.last_name else {})


def _digits(phone: str) -> str:
    return re.sub(r"[^0-9]", "", phone)


def _button(rows: list[list[dict[str, Any]]], row: int, column: int) -> dict[str, Any]:
    if not 0 <= row < len(rows) or not 0 <= column < len(rows[row]):
        raise CannotDo("there is no such button any more")
    return rows[row][column]

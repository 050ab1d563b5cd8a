"""The platform's state in one place, and the ways a message crosses it: from a Page, from a person, and back as a
receipt."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.graph.limits import RETRY_FIRST_S
from sandbox.graph.news import Entry
from sandbox.graph.platform import Graph
from sandbox.messenger import events
from sandbox.messenger.bubbles import Bubble, bubble, keyboard
from sandbox.messenger.chats import DELIVERED, READ, SENT, Chat, Chats, Content, Kept, new_mid
from sandbox.messenger.events import Between
from sandbox.messenger.faults import REFUSALS
from sandbox.messenger.files import Files
from sandbox.messenger.limits import WEBHOOK_FIELDS
from sandbox.messenger.pace import Pace
from sandbox.messenger.pages import Page, Pages
from sandbox.messenger.templates import Templates
from sandbox.phones.database import transaction
from sandbox.phones.hub import Hub
from sandbox.phones.people import People

Clock = Callable[[], float]
FACE = "messenger"


class Platform:
    """Messenger, for as many Pages and people as come. Not for use from several event loops."""

    def __init__(
        self,
        database: sqlite3.Connection,
        people: People,
        hub: Hub,
        clock: Clock = time.time,
        paced: bool = True,
        retry_first_s: float = RETRY_FIRST_S,
    ) -> None:
        self.database, self.people, self.hub, self.clock = database, people, hub, clock
        self.pages, self.chats, self.files = Pages(database), Chats(database), Files(database)
        self.templates, self.pace = Templates(database), Pace(clock, paced)
        objects = {"page": frozenset(WEBHOOK_FIELDS)}
        self.graph = Graph(
            database, FACE, objects, refusals=REFUSALS, clock=clock, retry_first_s=retry_first_s,
            pack=pack, taken=self._taken,
        )  # fmt: skip

    def page_of(self, page_id: int, root: str) -> Page:
        """The Page that a call names; it appears with the first one. `root` is where the call reached us."""
        page, new = self.pages.appear(page_id)
        if page.root != root:
            page = self.pages.change(page_id, root=root)
        if new:
            self.hub.tell_everyone({"kind": "bots"})
        return page

    def change_page(self, page: Page, **changes: Any) -> None:
        """The phones show a Page anew when its profile changes."""
        self.pages.change(page.id, **changes)
        self.hub.tell_everyone({"kind": "bots"})

    # From a Page

    def post(self, page: Page, chat: Chat, content: Content) -> Kept:
        """A new message of the Page; only the newest message offers quick replies."""
        kept = self._new(page.id, chat, content, outgoing=True)
        with transaction(self.database):
            self.chats.add(page.id, kept)
            self.offer(chat, content.get("quick_replies", []))
            self._echo(page, chat, kept)
        self.tell(chat, "message", bubble=self.bubble(page.id, kept))
        if self.hub.watched(chat.person):
            self.person_read(page.id, chat)
        return kept

    def page_read(self, chat: Chat) -> None:
        """mark_seen: everything the person has written was seen."""
        for kept in self.chats.raise_ticks(chat.page, chat.person, outgoing=False, ticks=READ):
            self.tell(chat, "ticks", id=kept.id, ticks=READ)

    # From a person

    def say(self, page: Page, chat: Chat, content: Content, field: str, **item: Any) -> Kept:
        """Something new of the person in the thread; `item` is what the app hears; the message's id is added to it."""
        kept = self._new(page.id, chat, content, outgoing=False)
        with transaction(self.database):
            self.chats.add(page.id, kept)
            self.wrote(chat)
            self.offer(chat, [])
            self.news(page, chat, field, kept.at_ms, **_with_mid(item, kept.mid))
        self.tell(chat, "message", bubble=self.bubble(page.id, kept))
        return kept

    def wrote(self, chat: Chat) -> None:
        """The window is open for another day."""
        self.chats.wrote(chat, self.clock())

    def offer(self, chat: Chat, quick_replies: list[dict[str, Any]]) -> None:
        current = self.chats.find(chat.page, chat.person)
        if current is None or current.quick_replies == quick_replies:
            return
        self.chats.offer(chat, quick_replies)
        self.tell(chat, "keyboard", keyboard=self.keyboard(chat.person, quick_replies))

    def person_read(self, page_id: int, chat: Chat) -> None:
        """The person looks at the thread: what waited there is delivered, and read."""
        page = self.pages.find(page_id)
        unread = self.chats.raise_ticks(page_id, chat.person, outgoing=True, ticks=READ)
        if page is None or not unread or chat.blocked:
            return
        watermark, mids = unread[-1].at_ms, [kept.mid for kept in unread]
        self.news(page, chat, "message_deliveries", None, delivery={"mids": mids, "watermark": watermark})
        self.news(page, chat, "message_reads", self.now_ms(), read={"watermark": watermark})

    def news(self, page: Page, chat: Chat, field: str, at_ms: int | None, **what: Any) -> None:
        """Tell the apps of this Page, if they asked for this field."""
        current = self.pages.find(page.id)
        if current is None or field not in current.subscribed:
            return
        item = Between(chat.psid, page.id, at_ms or 0).from_person(**what)
        if at_ms is None:
            del item["timestamp"]
        self._send(page, chat, field, item)

    # What phones see

    def bubble(self, page_id: int, kept: Kept) -> Bubble:
        file = self.files.find(kept.body["file"]) if "file" in kept.body else None
        answered = self.chats.by_mid(page_id, kept.person, kept.body.get("reply_to", ""))
        return bubble(kept, file, answered.id if answered else None)

    def keyboard(self, person: int, quick_replies: list[dict[str, Any]]) -> dict[str, Any] | None:
        owner = self.people.find(person)
        return keyboard(quick_replies, owner.phone if owner else "")

    def change(self, chat: Chat, kept: Kept) -> None:
        self.chats.replace(chat.page, kept)
        self.tell(chat, "edited", bubble=self.bubble(chat.page, kept))

    def tell(self, chat: Chat, kind: str, **more: Any) -> None:
        self.hub.tell(chat.person, {"kind": kind, "channel": FACE, "bot": chat.page, **more})

    def now_ms(self) -> int:
        return int(self.clock() * 1000)

    def _new(self, page_id: int, chat: Chat, content: Content, outgoing: bool) -> Kept:
        number = self.pages.next_message(page_id)
        return Kept(number, chat.person, new_mid(), outgoing, self.now_ms(), SENT, content)

    def _echo(self, page: Page, chat: Chat, kept: Kept) -> None:
        if "message_echoes" not in page.subscribed:
            return
        file = self.files.find(kept.body["file"]) if "file" in kept.body else None
        app = next((int(each.app) for each in self.graph.apps.all() if each.object == "page"), 0)
        attached = events.attachment(file.kind, page.file_url(file.id)) if file else None
        told = events.echo(kept.mid, app, kept.body, attached)
        item = Between(chat.psid, page.id, kept.at_ms).from_page(message=told)
        self._send(page, chat, "message_echoes", item)

    def _send(self, page: Page, chat: Chat, field: str, item: dict[str, Any]) -> None:
        entry = {"id": str(page.id), "time": self.now_ms(), "messaging": [item]}
        self.graph.tell("page", field, about=chat.psid, entry=entry)

    def _taken(self, entry: Entry) -> None:
        """An app has this: the person's message gets its second tick."""
        for item in entry["messaging"]:
            mid = (item.get("message") or item.get("postback") or {}).get("mid", "")
            chat = self.chats.by_psid(int(entry["id"]), item["sender"]["id"])
            kept = self.chats.by_mid(int(entry["id"]), chat.person, mid) if chat and mid else None
            if chat and kept and kept.ticks < DELIVERED:
                self.chats.replace(chat.page, replace(kept, ticks=DELIVERED))
                self.tell(chat, "ticks", id=kept.id, ticks=DELIVERED)


def pack(entries: list[Entry]) -> list[Entry]:
    """Neighbours about the same Page become one entry with several items."""
    packed: list[Entry] = []
    for entry in entries:
        if packed and packed[-1]["id"] == entry["id"]:
            last = packed[-1]
            packed[-1] = last | {"time": entry["time"], "messaging": [*last["messaging"], *entry["messaging"]]}
        else:
            packed.append(entry)
    return packed


def _with_mid(item: dict[str, Any], mid: str) -> dict[str, Any]:
    """Every kind of item that stands for a message in the thread carries its id, and first of all."""
    return {kind: {"mid": mid} | told for kind, told in item.items()}

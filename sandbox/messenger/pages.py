"""The Pages that have been named in a call: their look, what the Messenger profile says, and what they count by."""

import json
import sqlite3
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sandbox import house

SCHEMA = """
create table if not exists messenger_page (id integer primary key, body text not null);
create table if not exists messenger_counter (page integer primary key, value integer not null);
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One Page. `profile` holds the properties of its Messenger profile as they were set; `subscribed` the fields of
    news that an app may hear of this Page; `root` is the address under which its bot reaches the platform, so that
    files have an address the bot can open."""

    id: int
    name: str
    root: str = ""
    subscribed: tuple[str, ...] = ()
    profile: dict[str, Any] = field(default_factory=dict)

    @property
    def get_started(self) -> str | None:
        """The payload of the Get Started button; None when there is no button."""
        payload: str | None = self.profile.get("get_started", {}).get("payload")
        return payload

    def menu(self, language: str = "") -> list[dict[str, Any]]:
        """The items of the persistent menu, in this language (`uk`) if the Page has it so."""
        items: list[dict[str, Any]] = self._of("persistent_menu", language).get("call_to_actions", [])
        return items

    def file_url(self, file_id: str) -> str:
        """Where the Page's bot finds a file: at the address where it finds the platform."""
        return f"{self.root}/files/{file_id}"

    def greeting(self, language: str = "") -> str:
        return str(self._of("greeting", language).get("text", ""))

    def _of(self, name: str, language: str) -> dict[str, Any]:
        """What a property says for one language, else for all: `uk` is served by `uk_UA`."""
        by_locale = {str(each.get("locale")): each for each in self.profile.get(name, [])}
        own = [each for locale, each in by_locale.items() if language and locale.startswith(language[:2])]
        found: dict[str, Any] = next(iter(own), by_locale.get("default", {}))
        return found


class Pages:
    """Keeps the Pages."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(SCHEMA)
        rows = database.execute("select body from messenger_page order by rowid")
        self._known = {page.id: page for page in map(_read, rows)}

    def find(self, page_id: int) -> Page | None:
        return self._known.get(page_id)

    def all(self) -> list[Page]:
        return list(self._known.values())

    def appear(self, page_id: int) -> tuple[Page, bool]:
        """The Page, and whether it was never named before."""
        if page := self._known.get(page_id):
            return page, False
        name = f"Page {page_id}" if self._known else house.of(self._database).name
        return self._save(Page(page_id, name)), True

    def change(self, page_id: int, **changes: Any) -> Page:
        return self._save(replace(self._known[page_id], **changes))

    def next_message(self, page_id: int) -> int:
        """The next number of a Page's own count of messages, from 1: what the phone calls a message by."""
        row = self._database.execute(
            """insert into messenger_counter values (?, 1)
               on conflict (page) do update set value = value + 1 returning value""",
            (page_id,),
        ).fetchone()
        return int(row["value"])

    def _save(self, page: Page) -> Page:
        self._known[page.id] = page
        self._database.execute(
            "insert into messenger_page values (?, ?) on conflict (id) do update set body = excluded.body",
            (page.id, json.dumps(asdict(page))),
        )
        return page


def _read(row: sqlite3.Row) -> Page:
    body = json.loads(row["body"])
    return Page(**body | {"subscribed": tuple(body["subscribed"])})

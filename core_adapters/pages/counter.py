"""Where pages are looked at and spent, for the process that shows them. Looking spends nothing."""

from dataclasses import dataclass
from typing import Literal

from core_adapters.failures import BankFailure
from core_adapters.operations.desk import Desk
from core_adapters.operations.ids import core_ref
from core_adapters.operations.states import NOTHING_MOVED, State
from core_adapters.pages import passwords, setting
from core_adapters.pages.document import Document
from core_adapters.pages.kinds import SETS, SHOWS
from core_adapters.pages.setting import Setting
from core_adapters.pages.store import Page, PageStore
from core_adapters.pages.store import State as PageState
from core_adapters.ports import Credentials

WAIT_S = 10.0  # how long somebody looks at a form that was sent; then the page says that it is not known yet

Outcome = Literal["", "done", "failed", "unknown", "wrong", "locked", "used", "expired"]


class NoSuchPage(LookupError):
    """We never gave this address out, or have forgotten it."""


class BankSilent(Exception):
    """The bank did not answer, and the page is as it was."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A page, whether it may still be used, and what became of what was typed on it."""

    page: Page
    state: PageState
    outcome: Outcome = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a letter to the bank is sealed with, and the words that it is bound to."""

    key: str
    bound: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows: a document, or a letter with a card's number to the key of whoever asks."""

    document: Document | None = None
    letter: str = ""
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter of one bank. Without ``credentials`` it has nothing but documents."""

    pages: PageStore
    desk: Desk
    credentials: Credentials | None
    setting: Setting | None

    async def look(self, place: bytes) -> Looked:
        """What may be seen of a page without spending it. Raises NoSuchPage."""
        page = await self.pages.find(place)
        if page is None:
            raise NoSuchPage("there is no such page")
        state = page.state(self.pages.store.clock())
        return Looked(page, state, await self._outcome(page) if state == "used" else "")

    async def envelope(self, place: bytes) -> Envelope:
        """What a letter for this page is sealed with. Raises NoSuchPage, BankSilent."""
        page = (await self.look(place)).page
        try:
            return Envelope(await self._bank().key(), bound_of(page))
        except BankFailure as failure:
            raise BankSilent(type(failure).__name__) from None

    async def show(self, place: bytes, key: str) -> Shown:
        """Spend a page that shows something; empty when it shows nothing (any more). Raises NoSuchPage, BankSilent."""
        looked = await self.look(place)
        if looked.state != "open" or looked.page.kind not in SHOWS:
            return Shown()
        shown = await self._content(looked.page, key)
        return shown if await self._spent(looked.page) else Shown()

    async def hand_in(self, place: bytes, letter: str) -> tuple[Outcome, int]:
        """Take what was typed on a page: what became of it, and the tries left. Raises NoSuchPage, BankSilent."""
        looked = await self.look(place)
        if looked.state != "open":
            return looked.state, 0
        if looked.page.kind == "password_check":
            return await self._checked(looked.page, letter)
        if looked.page.kind not in SETS or not await self.begin(looked.page, letter):
            return "used", 0
        return await self._seen_through(looked.page), 0

    async def _checked(self, page: Page, letter: str) -> tuple[Outcome, int]:
        try:
            return await passwords.check(self.pages, self._bank(), page, core_ref(setting.id_of(page)), letter)
        except BankFailure as failure:
            raise BankSilent(type(failure).__name__) from None

    async def begin(self, page: Page, letter: str) -> bool:
        """The page is spent and its operation approved, in one transaction; false when somebody was faster."""
        store, op_id = self.pages.store, setting.id_of(page)
        opened_by = await store.find(page.op_id)
        async with store.pool.acquire() as connection, connection.transaction():
            locked = await self.pages.find(page.place, connection, lock=True)
            now = store.clock()
            if locked is None or locked.state(now) != "open":
                return False
            await setting.begin(store, connection, page, opened_by, now)
            taken = await self.pages.take(connection, page, now, op_id)
            assert taken, "it is open and locked"
        assert self.setting is not None, "without it no such page is opened"
        self.setting.hold(op_id, letter)
        return True

    async def _seen_through(self, page: Page) -> Outcome:
        assert self.setting is not None, "without it no such page is opened"
        try:
            return _in_words(await self.desk.see_through(setting.id_of(page), WAIT_S))
        finally:
            self.setting.drop(setting.id_of(page))

    async def _content(self, page: Page, key: str) -> Shown:
        if page.kind != "card_number":
            return Shown(page.inside.document)
        reference = core_ref(page.op_id)
        try:
            letter = await self._bank().number(page.customer_id, page.inside.subject, reference, key)
        except BankFailure as failure:
            raise BankSilent(type(failure).__name__) from None
        return Shown(letter=letter, bound=f"card_number|{reference}|{page.inside.subject}")

    async def _spent(self, page: Page) -> bool:
        store = self.pages.store
        async with store.pool.acquire() as connection, connection.transaction():
            now = store.clock()
            if not await self.pages.take(connection, page, now):
                return False
            who, what = f"customer {page.customer_id}", f"{page.kind} shown"
            await store.audit.write(connection, now, who, what, str(page.op_id), page.inside.about)
            return True

    async def _outcome(self, page: Page) -> Outcome:
        if page.kind == "password_check":
            return "done" if await passwords.has_proven(self.pages, page) else "failed"
        if page.set_by is None:
            return ""
        return _in_words((await self.pages.store.find(page.set_by)).state)

    def _bank(self) -> Credentials:
        if self.credentials is None:
            raise NoSuchPage("this bank has no such pages")
        return self.credentials


def bound_of(page: Page) -> str:
    """What a letter from this page is for: this reference and this card or holder, and nothing else."""
    return f"{page.kind}|{core_ref(setting.id_of(page))}|{page.inside.subject}"


def _in_words(state: State) -> Outcome:
    if state is State.POSTED:
        return "done"
    return "failed" if state in NOTHING_MOVED else "unknown"

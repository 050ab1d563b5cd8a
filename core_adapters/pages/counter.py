"""Where pages are looked at and spent, for the process that shows them. Looking spends nothing."""

from dataclasses import dataclass

from core_adapters.pages.document import Document
from core_adapters.pages.store import Page, PageStore, State


class NoSuchPage(LookupError):
    """We never gave this address out, or have forgotten it."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A page and whether it may still be used."""

    page: Page
    state: State


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter of one bank."""

    pages: PageStore

    async def look(self, place: bytes) -> Looked:
        """What may be seen of a page without spending it. Raises NoSuchPage."""
        page = await self.pages.find(place)
        if page is None:
            raise NoSuchPage("there is no such page")
        return Looked(page, page.state(self.pages.store.clock()))

    async def show(self, place: bytes) -> Document | None:
        """Spend a page that shows something; None when it shows nothing (any more). Raises NoSuchPage."""
        looked = await self.look(place)
        page, store = looked.page, self.pages.store
        if page.inside.document is None or looked.state != "open":
            return None
        async with store.pool.acquire() as connection, connection.transaction():
            now = store.clock()
            if not await self.pages.take(connection, page, now):
                return None
            await store.audit.write(connection, now, f"customer {page.customer_id}", "page shown", str(page.op_id))
        return page.inside.document

"""Where open pages lie: sealed, found by the hash of their address, used once."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID

from pydantic import TypeAdapter

from bot.store import Link
from flows.ports import Sealer

# A used or expired page still says what became of it for so long, then it is as if it had never been.
OPEN = """
insert into bot.form (id, conversation, body, due) values ($1, $2, $3, $4)
on conflict (id) do nothing"""
CLEAN = "delete from bot.form where due < now() - interval '1 day'"
FIND = "select conversation, body, due, used_at from bot.form where id = $1"
USE = "update bot.form set used_at = now() where id = $1 and used_at is null"


@dataclass(frozen=True, slots=True)
class Form:
    """One page: what it asks, for which conversation and customer, and until when."""

    conversation: UUID
    customer_id: str | None
    channel: str
    slot: str
    slot_type: str
    title: str
    locale: str
    due: datetime


_FORM: TypeAdapter[Form] = TypeAdapter(Form)
State = Literal["open", "used", "expired"]


def place(token: str) -> bytes:
    """Where a page lies; the address itself is stored nowhere outside sealed bodies."""
    return sha256(token.encode()).digest()


class Forms:
    """The table of pages. Every method raises StoreDown when the database is away."""

    def __init__(self, link: Link, sealer: Sealer) -> None:
        self._link, self._sealer = link, sealer

    async def open(self, token: str, form: Form) -> None:
        """Make a page; the same one again changes nothing."""
        id_ = place(token)
        body = self._sealer.seal(_FORM.dump_json(form), b"bot.form.body:" + id_)
        await self._link.fetch(CLEAN)
        await self._link.fetch(OPEN, id_, form.conversation, body, form.due)

    async def find(self, token: str, now: datetime) -> tuple[Form, State] | None:
        """A page and whether it may still be used; None for an address that we never gave out or have forgotten."""
        id_ = place(token)
        rows = await self._link.fetch(FIND, id_)
        if not rows:
            return None
        form = _FORM.validate_json(self._sealer.open(rows[0]["body"], b"bot.form.body:" + id_))
        state: State = "used" if rows[0]["used_at"] is not None else "expired" if form.due <= now else "open"
        return form, state

    async def use(self, token: str) -> None:
        """The page has done what it was for."""
        await self._link.fetch(USE, place(token))

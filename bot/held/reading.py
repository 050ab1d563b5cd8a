"""Reads what is held of a person, table by table, with what was sealed opened."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from bot.held.tables import HELD, Held
from channels.ids import conversation_id
from customer_api.seals import Chat, Seals
from flows.ports import Sealer

BINDINGS = "select id, channel, account, address from customers.binding where customer_id = $1"
PHONES = "select id, sealed from customers.identifier where customer_id = $1 and kind = 'phone'"
THERE = "select to_regclass($1) is not null"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(frozen=True, slots=True)
class Whose:
    """What a person's rows are found by."""

    customer_id: UUID
    conversations: Sequence[UUID]
    phones: Sequence[str]
    chats: Sequence[str]

    @property
    def arguments(self) -> tuple[str, list[UUID], list[str], list[str]]:
        return str(self.customer_id), list(self.conversations), list(self.phones), list(self.chats)


async def whose(connection: Connection, sealer: Sealer, customer_id: UUID) -> Whose:
    """The person's chats, the ended ones too, and the fingerprints of these and of their phones under every key."""
    seals = Seals(sealer)
    conversations: list[UUID] = []
    chats: list[str] = []
    for row in await connection.fetch(BINDINGS, customer_id):
        address = seals.open(bytes(row["address"]), "binding.address", row["id"])["text"]
        if address:
            conversations.append(conversation_id(row["channel"], row["account"], address))
            chats += seals.marks(Chat(row["channel"], row["account"], address).text, "chat")
    phones: list[str] = []
    for row in await connection.fetch(PHONES, customer_id):
        phones += seals.marks(seals.open(bytes(row["sealed"]), "identifier.sealed", row["id"])["text"], "phone")
    return Whose(customer_id, conversations, phones, chats)


async def everything(connection: Connection, sealer: Sealer, who: Whose) -> dict[str, list[dict[str, object]]]:
    """All rows by table. Call it in one transaction that sees one moment."""
    found: dict[str, list[dict[str, object]]] = {}
    for table, held in HELD.items():
        if await connection.fetchval(THERE, table):
            found[table] = [_shown(dict(row), held, sealer) for row in await rows(connection, table, held.where, who)]
    return found


async def rows(connection: Connection, table: str, where: str, who: Whose) -> list[asyncpg.Record]:
    """A person's rows of one table. Each condition has one of the four arguments in it."""
    number = next(n for n in (1, 2, 3, 4) if f"${n}" in where)
    query = f"select * from {table} where {where.replace(f'${number}', '$1')}"  # noqa: S608 # nosec B608 # both are ours
    return await connection.fetch(query, who.arguments[number - 1])


def _shown(row: Mapping[str, Any], held: Held, sealer: Sealer) -> dict[str, object]:
    shown: dict[str, object] = {}
    for name, value in row.items():
        if name in held.unread or value is None:
            continue
        shown[name] = _opened(sealer, bytes(value), held.opens[name](row)) if name in held.opens else _plain(value)
    return shown


def _opened(sealer: Sealer, sealed: bytes, place: bytes) -> object:
    """A body is JSON wherever we seal one."""
    value: object = json.loads(sealer.open(sealed, place))
    return value


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str | int | bool):
        return value
    return [_plain(one) for one in value] if isinstance(value, list) else str(value)

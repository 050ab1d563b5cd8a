"""The business numbers that have been called: who they are to their customers."""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from sandbox import house

ABOUT = "The bank in your messenger"

SCHEMA = """
create table if not exists whatsapp_number (
    id text primary key, name text not null, display text not null, waba text not null) without rowid
"""


@dataclass(frozen=True, slots=True)
class Number:
    """`id` is what calls name, `display` the number that people see, `waba` the business account it belongs to."""

    id: str
    name: str
    display: str
    waba: str

    @property
    def metadata(self) -> dict[str, str]:
        return {"display_phone_number": self.display.removeprefix("+"), "phone_number_id": self.id}

    def as_graph(self) -> dict[str, Any]:
        return {
            "verified_name": self.name, "display_phone_number": self.display, "id": self.id,
            "quality_rating": "GREEN", "platform_type": "CLOUD_API", "code_verification_status": "VERIFIED",
        }  # fmt: skip


class Numbers:
    """Keeps the numbers. One exists from its first call on."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(SCHEMA)

    def find(self, number_id: str) -> Number | None:
        row = self._database.execute("select * from whatsapp_number where id = ?", (number_id,)).fetchone()
        return Number(**dict(row)) if row else None

    def all(self) -> list[Number]:
        rows = self._database.execute("select * from whatsapp_number order by length(id), id")
        return [Number(**dict(row)) for row in rows]

    def appear(self, number_id: str) -> tuple[Number, bool]:
        """The number, and whether it was never seen before."""
        if known := self.find(number_id):
            return known, False
        first = not self.all()
        number = Number(
            number_id,
            house.of(self._database).name if first else f"Business {number_id}",
            f"+380800{number_id[-6:]:0>6}",
            f"10{number_id[-13:]}",
        )
        self._database.execute("insert into whatsapp_number values (:id, :name, :display, :waba)", asdict(number))
        return number, True

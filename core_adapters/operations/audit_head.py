"""The audit's head: which row is the newest of the chain, sealed, and kept apart from it.

A chain shows what is missing before a row and not behind the last one. So the sealer moves the head along in the same
transaction. Where the row that it names is gone, the next link is torn: it follows on nothing, and `check` names that
place for ever. Who owns the tables and has kept an older head may put it back, and take the rows behind it; a copy of
the head elsewhere, in a file or a log, shows that (`teller audit verify --head FILE`).
"""

import json
from dataclasses import dataclass
from typing import Any, Self

from core_adapters.database import Connection

START, TORN = "start", "torn"
LETTERS = str.maketrans("0123456789", "ghijklmnop")  # no log's mask takes a link for a card's number

STANDING = """
select l.place as last_place, l.seq as last_seq, l.link as last_link, h.place, h.seq, h.link, h.since, h.mac,
    exists (select from money.audit a where a.place = h.place and a.seq = h.seq and a.link = h.link) as there
from (select) one
left join (select place, seq, link from money.audit where place is not null order by place desc limit 1) l on true
left join money.audit_head h on true
"""
MOVE = """
insert into money.audit_head (place, seq, link, since, mac) values ($1, $2, $3, $4, $5)
on conflict (one) do update
set place = excluded.place, seq = excluded.seq, link = excluded.link, since = excluded.since, mac = excluded.mac
"""


@dataclass(frozen=True, slots=True)
class Head:
    """A row of the chain by its place, number and link. ``since`` is the place from which on a head has been kept."""

    place: int = 0
    seq: int = 0
    link: str = START
    since: int = 0
    mac: str = ""

    @property
    def says(self) -> str:
        """What its seal covers."""
        return f"head|{self.place}|{self.seq}|{self.link}|{self.since}"

    def told(self) -> dict[str, Any]:
        """As it is logged and kept elsewhere."""
        return {"place": self.place, "seq": self.seq, "link": self.link.translate(LETTERS)}

    def is_of(self, place: int | None, seq: int, link: str | None) -> bool:
        """Whether a head that was told is that of this row."""
        return link is not None and (self.place, self.seq, self.link) == (place, seq, link.translate(LETTERS))

    @classmethod
    def kept(cls, text: str) -> Self:
        """From the last line of what was kept elsewhere; a ValueError where that is none."""
        try:
            line = json.loads(text.strip().splitlines()[-1])
            return cls(int(line["place"]), int(line["seq"]), str(line["link"]))
        except (IndexError, KeyError, TypeError, ValueError) as problem:
            raise ValueError("its last line is none that `teller audit head` or the log has written") from problem


@dataclass(frozen=True, slots=True)
class Standing:
    """The head as it stands beside the newest row of the chain. ``there``: the row that it names is in its place."""

    last: Head
    head: Head | None
    there: bool

    @classmethod
    async def read(cls, connection: Connection) -> Self:
        """Both, as of one moment."""
        row = await connection.fetchrow(STANDING)
        assert row is not None, "it selects from one row"
        last = Head(row["last_place"], row["last_seq"], row["last_link"]) if row["last_place"] else Head()
        head = Head(row["place"], row["seq"], row["link"], row["since"], row["mac"]) if row["mac"] is not None else None
        return cls(last, head, row["there"])

    def end(self, is_sound: bool) -> Head:
        """From what the chain goes on. ``is_sound``: the head's seal is ours."""
        last, head = self.last, self.head
        if head is None:
            return Head(last.place, last.seq, last.link, last.place)
        if is_sound and self.there:
            return Head(last.place, last.seq, last.link, head.since)
        return Head(max(last.place, head.place), last.seq, TORN, head.since)

    def problem(self, is_sound: bool) -> tuple[int, str] | None:
        """What does not hold, with the number of the row that it is about."""
        last, head = self.last, self.head
        if head is None:
            return (last.seq, "nothing says whether this row is the newest: the head is gone") if last.place else None
        if not is_sound:
            return head.seq, "the head was changed"
        missing = head.place - last.place
        if missing == 1:
            return head.seq, "this row, the newest, was removed"
        if missing > 1:
            return head.seq, f"this row and {missing - 1} before it, the newest, were removed"
        if not self.there:
            return head.seq, "another row stands where this one, the newest, was sealed"
        return (head.seq, f"the head was put back to this row: {-missing} are behind it") if missing else None


async def move(connection: Connection, head: Head) -> None:
    """Move the head to a row. It is sealed already."""
    await connection.execute(MOVE, head.place, head.seq, head.link, head.since, head.mac)

"""How a business knows a person: by number, and by an id that is only for this business (BSUID)."""

import hashlib
import sqlite3

import phonenumbers

from sandbox.phones.people import People, Person

SCHEMA = """
create table if not exists whatsapp_user (bsuid text primary key, person integer not null) without rowid
"""
BSUID_DIGITS = 16


def wa_id_of(person: Person) -> str:
    """The number without the plus."""
    return person.phone.removeprefix("+")


class Users:
    """Finds people by what calls name."""

    def __init__(self, database: sqlite3.Connection, people: People) -> None:
        self._database, self._people = database, people
        database.execute(SCHEMA)

    def bsuid_of(self, person: Person) -> str:
        """`UA.` and digits; it belongs to person and number, so who changes the number gets another."""
        digest = hashlib.blake2b(f"{person.id}:{person.phone}".encode(), digest_size=8).digest()
        bsuid = f"{_country(person.phone)}.{int.from_bytes(digest) % 10**BSUID_DIGITS:0{BSUID_DIGITS}}"
        self._database.execute("insert or ignore into whatsapp_user values (?, ?)", (bsuid, person.id))
        return bsuid

    def by_phone(self, to: str) -> Person | None:
        """`to` as calls write it: with or without plus, spaces and dashes."""
        return self._people.by_phone(f"+{digits(to)}")

    def by_bsuid(self, bsuid: str) -> Person | None:
        row = self._database.execute("select person from whatsapp_user where bsuid = ?", (bsuid,)).fetchone()
        person = self._people.find(row["person"]) if row else None
        return person if person and self.bsuid_of(person) == bsuid else None


def recipient(to: str) -> dict[str, str]:
    """Whom a call means: {"wa_id"} for a number, however it is written, {"user_id"} for a BSUID."""
    return {"user_id": to} if to[:2].isalpha() else {"wa_id": digits(to)}


def digits(phone: str) -> str:
    return "".join(c for c in phone if c.isascii() and c.isdigit())


def _country(phone: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or "ZZ"
    except phonenumbers.NumberParseException:
        return "ZZ"

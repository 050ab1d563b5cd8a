"""The people who hold the phones. One person has one number and may talk over every messenger."""

import re
import sqlite3
from dataclasses import asdict, dataclass

PHONE = re.compile(r"\+[0-9]{7,15}")
LANGUAGE = re.compile(r"[a-z]{2}(-[A-Za-z]{2,4})?")
NAME_MAX = 64
LISTED_MAX = 200
FIRST_ID = 700_000_001

SCHEMA = """
create table if not exists phone_person (
    id integer primary key, first_name text not null, last_name text not null,
    phone text not null unique, language text not null)
"""


class UnfitPerson(ValueError):
    """What was said about a person cannot be taken; the text says which field and how it should look."""


@dataclass(frozen=True, slots=True)
class Person:
    """`phone` is E.164 with the plus, `language` an IETF tag such as `uk` or `en-GB`."""

    id: int
    first_name: str
    last_name: str
    phone: str
    language: str

    def __post_init__(self) -> None:
        if not 0 < len(self.first_name) <= NAME_MAX or len(self.last_name) > NAME_MAX:
            raise UnfitPerson(f"first_name must have 1 to {NAME_MAX} characters, last_name up to {NAME_MAX}")
        if not PHONE.fullmatch(self.phone):
            raise UnfitPerson("phone must look like +380501112233: a plus and 7 to 15 digits")
        if not LANGUAGE.fullmatch(self.language):
            raise UnfitPerson("language must look like en, uk or en-GB")

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def as_json(self) -> dict[str, str | int]:
        return asdict(self)


class People:
    """Keeps the people."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(SCHEMA)

    def add(self, first_name: str, last_name: str, phone: str, language: str) -> Person:
        """A number belongs to one person: the same number again gives that person, under the new name."""
        known = self.by_phone(_e164(phone))
        highest = self._database.execute("select max(id) from phone_person").fetchone()[0]
        identity = known.id if known else (highest or FIRST_ID - 1) + 1
        person = Person(identity, first_name.strip(), last_name.strip(), _e164(phone), language)
        self._save(person)
        return person

    def find(self, person_id: int) -> Person | None:
        row = self._database.execute("select * from phone_person where id = ?", (person_id,)).fetchone()
        return Person(**dict(row)) if row else None

    def by_phone(self, phone: str) -> Person | None:
        row = self._database.execute("select * from phone_person where phone = ?", (phone,)).fetchone()
        return Person(**dict(row)) if row else None

    def change(self, person: Person) -> None:
        """Raises UnfitPerson when the number is another person's."""
        try:
            self._save(person)
        except sqlite3.IntegrityError:
            raise UnfitPerson("phone belongs to another person of the sandbox") from None

    def newest(self) -> list[Person]:
        rows = self._database.execute("select * from phone_person order by id desc limit ?", (LISTED_MAX,))
        return [Person(**dict(row)) for row in rows]

    def _save(self, person: Person) -> None:
        self._database.execute(
            """insert into phone_person values (:id, :first_name, :last_name, :phone, :language)
               on conflict (id) do update set first_name = :first_name, last_name = :last_name,
                                              phone = :phone, language = :language""",
            asdict(person),
        )


def _e164(phone: str) -> str:
    bare = re.sub(r"[\s()\-]", "", phone)
    return bare if bare.startswith("+") else f"+{bare}"

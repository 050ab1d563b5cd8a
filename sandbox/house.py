"""Whose sandbox it is: the name, the currency and the colours of the bank that all its faces show."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

SCHEMA = """
CREATE TABLE IF NOT EXISTS sandbox_house (
    one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, currency TEXT NOT NULL, colours TEXT NOT NULL
);
"""
COLOURS = {
    "ink": "#14213D", "accent": "#E4572E", "accent_text": "#C2410C", "ground": "#F6F1E9", "paper": "#FFFFFF",
    "quiet": "#4A5568", "good": "#1F7A6D", "bad": "#B4232C",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class House:
    """A bank as people see it. ``colours`` are ``#RRGGBB`` by role."""

    name: str = "Teller Bank"
    currency: str = "UAH"  # of a card that is ordered
    colours: Mapping[str, str] = field(default_factory=lambda: COLOURS)

    @property
    def roles(self) -> Mapping[str, str]:
        """The colours by role, those that go without saying filled in."""
        return {**COLOURS, "button": self.colours["accent_text"], **self.colours}

    @property
    def mark(self) -> str:
        """The sign on the page and in the chats, as SVG: our T, or the first letter of another name."""
        letter = "#fff" if _is_dark(self.colours["accent"]) else self.colours["ink"]
        if self.name[:1].upper() == "T":
            return f'<path d="M8 10.5h16M16 10.5V23" stroke="{letter}" stroke-width="4" stroke-linecap="round"/>'
        font = 'font-family="Manrope, Roboto, sans-serif" font-weight="800" font-size="18" text-anchor="middle"'
        return f'<text x="13.5" y="22.5" fill="{letter}" {font}>{escape(self.name[:1].upper())}</text>'

    @property
    def handle(self) -> str:
        """The name as messengers write it: `teller_bank`."""
        return "_".join(self.name.lower().split())


def _is_dark(colour: str) -> bool:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red * 299 + green * 587 + blue * 114 < 150_000


def move_in(db: sqlite3.Connection, house: House) -> None:
    """From now on this house's name is on the door."""
    values = (house.name, house.currency, json.dumps(dict(house.colours)))
    db.execute("INSERT OR REPLACE INTO sandbox_house VALUES (1, ?, ?, ?)", values)


def of(db: sqlite3.Connection) -> House:
    """The house of this file; the default one where nobody has moved in."""
    row = db.execute("SELECT name, currency, colours FROM sandbox_house").fetchone()
    return House(row[0], row[1], {**COLOURS, **json.loads(row[2])}) if row else House()

"""A bank's look as data: the colours, name and languages that everything drawn takes its appearance from."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Look:
    """One brand. Colours are ``#RRGGBB``; ``accent`` is for shapes, ``accent_text`` for words on white.

    ``echo`` is for the shape behind the accent's; without one it is mixed of ink and accent, which suits near colours.
    """

    name: str
    time_zone: str
    ink: str
    accent: str
    accent_text: str
    ground: str
    paper: str
    quiet: str
    good: str
    bad: str
    echo: str = ""

    @classmethod
    def of(cls, name: str, time_zone: str, colours: Mapping[str, str]) -> "Look":
        """From a brand file's ``name``, ``time_zone`` and ``colours``. Raises TypeError where a colour is missing."""
        known = {field.name for field in fields(cls)}
        return cls(name=name, time_zone=time_zone, **{role: c for role, c in colours.items() if role in known})

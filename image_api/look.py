"""A bank's look as data: the colours, name and languages that everything drawn takes its appearance from."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """One brand. Colours are ``#RRGGBB``; ``accent`` is for shapes, ``accent_text`` for words on white."""

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

    @classmethod
    def of(cls, name: str, time_zone: str, colours: Mapping[str, str]) -> "Look":
        """From a brand file's ``name``, ``time_zone`` and ``colours``. Raises TypeError where a colour is missing."""
        return cls(name=name, time_zone=time_zone, **dict(colours))

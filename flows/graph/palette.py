"""The colours of a drawn flow: those of the bank's brand, and one for each kind of step."""

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as CSS writes them; the names are those of brand.yml."""

    ink: str = "#14213D"
    accent: str = "#E4572E"
    ground: str = "#F6F1E9"
    paper: str = "#FFFFFF"
    quiet: str = "#4A5568"
    good: str = "#1F7A6D"
    bad: str = "#B4232C"

    @classmethod
    def of(cls, colours: Mapping[str, str]) -> "Palette":
        """The palette of a brand; what it does not name stays as it is."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: colour for name, colour in colours.items() if name in known})

    def kind(self, kind: str) -> str:
        """The colour of a kind of step."""
        own = {"action": self.ink, "confirm": self.accent, "handoff": self.bad, "say": self.quiet}
        return own.get(kind) or _KINDS.get(kind, self.quiet)


_KINDS: Mapping[str, str] = {
    "collect": "#2F6690", "wait": "#B7791F", "if": "#7C5295", "call": "#2F7F79", "link": "#2F7F79", "flow": "#2F7F79",
}  # fmt: skip
AMBER = "#B7791F"  # partly covered

"""A bank's look as data: the name, colours, art, currency and languages that everything drawn takes its face from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Literal

from image_api import canvas

Art = Literal["sun", "sail"]
GOLD = "#C99A2E"
SOFT = "#E7EAF1"
WHITE = "#FFFFFF"


class NoSuchColour(LookupError):
    """A template names a role that no brand has."""


@dataclass(frozen=True, slots=True)
class Look:
    """One brand. Colours are ``#RRGGBB``; ``accent`` is for shapes, ``accent_text`` for words on white.

    ``echo`` is for the shape behind the accent's; without one it is mixed of ink and accent, which suits near colours.
    ``art`` is the bank's one bold shape.
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
    art: Art = "sun"
    currency: str = "UAH"
    locales: tuple[str, ...] = ("en", "uk")

    @classmethod
    def of(
        cls,
        name: str,
        time_zone: str,
        colours: Mapping[str, str],
        *,
        art: Art = "sun",
        currency: str = "UAH",
        locales: tuple[str, ...] = ("en", "uk"),
    ) -> "Look":
        """From what a brand file says. Raises TypeError where a colour is missing."""
        known = {field.name for field in fields(cls)}
        roles = {role: colour for role, colour in colours.items() if role in known}
        return cls(name=name, time_zone=time_zone, art=art, currency=currency, locales=locales, **roles)

    def colour(self, role: str) -> str:
        """The colour of a role.

        Raises:
            NoSuchColour: when there is no such role.
        """
        if role in COLOURS:
            return str(getattr(self, role))
        if role not in _MIXED:
            raise NoSuchColour(f"no colour is called '{role}'; there are {', '.join(sorted({*COLOURS, *_MIXED}))}")
        return _MIXED[role](self)

    def echo_on(self, band: str) -> str:
        """The colour of the shape on a band."""
        if band != self.ink:
            return canvas.hexed(canvas.blend(band, WHITE, 0.35))
        return self.echo or canvas.hexed(canvas.blend(band, self.accent, 0.35))


COLOURS = frozenset({"ink", "accent", "accent_text", "ground", "paper", "quiet", "good", "bad"})
_MIXED: Mapping[str, Callable[[Look], str]] = {
    "white": lambda _: WHITE,
    "soft": lambda _: SOFT,
    "gold": lambda _: GOLD,
    "line": lambda look: canvas.hexed(canvas.blend(look.paper, look.ink, 0.10)),
    "on_accent": lambda look: canvas.readable_on(look.accent, look.ink, SOFT),
    "on_gold": lambda look: canvas.readable_on(GOLD, look.ink, SOFT),
    "soft_on_ink": lambda look: canvas.hexed(canvas.blend(look.ink, WHITE, 0.78)),
}

"""What all pages of ours share: the bank's name, its colours in a style sheet, the policy, and the page around a body.

In a style sheet a role stands in capitals where its colour goes.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class House:
    """Whose pages they are: the bank's name, its time zone, its colours by role. Each room has a style of its own."""

    name: str
    time_zone: str
    colours: Mapping[str, str]
    sheet: ClassVar[str]
    forms: ClassVar[Literal["self", "none"]]

    @property
    def style(self) -> str:
        """The style sheet in the bank's colours."""
        return painted(self.sheet, self.colours)

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of a page: this style, forms to us or none, and nothing else."""
        digest = base64.b64encode(sha256(self.style.encode()).digest()).decode()
        return (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action '{self.forms}'; base-uri 'none'; "
            "frame-ancestors 'none'"
        )

    def clock(self, at: datetime, pattern: str = "%d.%m.%Y %H:%M") -> str:
        """A moment as the bank's clock shows it."""
        return at.astimezone(ZoneInfo(self.time_zone)).strftime(pattern)


def painted(style: str, colours: Mapping[str, str]) -> str:
    """The style sheet; a button without a colour of its own has that of the accent's words."""
    roles = {"button": colours["accent_text"], **colours}
    for role in sorted(roles, key=len, reverse=True):
        style = style.replace(role.upper(), roles[role])
    return style


def whole(house: House, language: str, title: str, body: str, turns: str = "", look_again_s: int = 0) -> str:
    """A page around its body. ``turns`` is the word for the other language, where there is a way to it."""
    other = "en" if language == "uk" else "uk"
    again = f'\n<meta http-equiv="refresh" content="{look_again_s}">' if look_again_s else ""
    top = f"<i></i>{escape(house.name)}"
    if turns:
        top = f'<span>{top}</span>\n<a href="?lang={other}" lang="{other}">{escape(turns)}</a>'
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">{again}
<title>{escape(title)} · {escape(house.name)}</title>
<style>{house.style}</style>
</head>
<body>
<header>{top}</header>
<main>
{body}
</main>
</body>
</html>
"""

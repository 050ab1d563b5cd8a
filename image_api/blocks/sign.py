"""A state, as a disc with a sign and words beside it:

- sign: {name: state, of: state, signs: {done: [tick, good], pending: [clock, accent_text]}}
"""

from collections.abc import Mapping
from typing import Literal

from image_api import page
from image_api.blocks.shape import Shape
from image_api.page import Box
from image_api.sheet import Sheet

SIDE = 44
BESIDE = 60


class Sign(Shape):
    """``signs``: for each value of the field the sign and the colour's role; the words are the template's."""

    block: Literal["sign"]
    name: str
    of: str
    signs: Mapping[str, tuple[Literal["tick", "clock"], str]]

    def place(self, sheet: Sheet) -> None:
        sheet.y += self.gap
        value = str(sheet.facts[self.of])
        sign, role = self.signs[value]
        colour, left = sheet.look.colour(role), sheet.paper.left
        words = sheet.teller.word(value)
        at = (left + BESIDE, sheet.y - 3)
        box = sheet.write(self.name, words, "strong", colour, at, sheet.room - BESIDE, most=2)
        sheet.put(page.Sign(f"{self.name}.sign", Box(left, sheet.y, left + SIDE, sheet.y + SIDE), sign, colour))
        sheet.y = max(box.bottom, sheet.y + SIDE)

"""A thin line across the column: ``- line: {gap: 24}``."""

from typing import Literal

from image_api.blocks.shape import Shape
from image_api.page import Box
from image_api.page import Shape as Filled
from image_api.sheet import Sheet

THICK = 2


class Line(Shape):
    block: Literal["line"]

    def place(self, sheet: Sheet) -> None:
        sheet.y += self.gap
        sheet.put(Filled(Box(sheet.paper.left, sheet.y, sheet.paper.right, sheet.y + THICK), sheet.look.colour("line")))
        sheet.y += THICK

"""White paper on a dark ground, for what has to be read or scanned: ``- panel: {at: [72, 672], to: [1008, 1278]}``.

What follows stands on it, from its top.
"""

from typing import Literal

from image_api.blocks.shape import Pixels, Shape
from image_api.page import Box
from image_api.page import Shape as Filled
from image_api.sheet import Sheet

RADIUS = 36


class Panel(Shape):
    block: Literal["panel"]
    at: tuple[Pixels, Pixels]
    to: tuple[Pixels, Pixels]

    def place(self, sheet: Sheet) -> None:
        sheet.put(Filled(Box(*self.at, *self.to), sheet.look.paper, RADIUS))
        sheet.y = self.at[1]

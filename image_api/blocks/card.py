"""The face of the card itself, at its true size: ``- card: {face: card_front}``."""

from typing import Literal

from image_api.blocks.shape import Shape
from image_api.page import Box, Face
from image_api.sheet import Sheet


class Card(Shape):
    """``face`` is the template that is drawn; its values are among this one's."""

    block: Literal["card"]
    face: str

    def place(self, sheet: Sheet) -> None:
        sheet.y += self.gap
        page = sheet.lay(self.face)
        left = (sheet.paper.width - page.width) // 2
        sheet.put(Face("card", Box(left, sheet.y, left + page.width, sheet.y + page.height), page))
        sheet.y += page.height

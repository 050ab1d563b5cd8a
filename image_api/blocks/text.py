"""Words under what stands above, or at a place of their own:

- text: {name: amount, say: "{amount:money}", style: figure}
- text: {name: tariff, say: "{tariff:word}", style: big, at: [1008, 76], room: 300, align: right}
"""

from typing import Literal

from image_api.blocks.shape import Pixels, Shape
from image_api.page import Align
from image_api.sheet import Choice, Sheet


class Text(Shape):
    """A text that names something unknown is left out. ``room``: how wide it may be; else as wide as the column."""

    block: Literal["text"]
    name: str
    say: str
    style: str = "small"
    colour: Choice = "ink"
    lines: int = 1
    at: tuple[Pixels, Pixels] | None = None
    room: Pixels | None = None
    align: Align = "left"

    def place(self, sheet: Sheet) -> None:
        said = sheet.teller.say(self.say, sheet.facts)
        if said is None:
            return
        room = self.room or sheet.room
        colour = sheet.colour(self.colour)
        if self.at is not None:
            sheet.write(self.name, said, self.style, colour, self.at, room, most=self.lines, align=self.align)
            return
        sheet.y += self.gap
        x = {
            "left": sheet.paper.left,
            "right": sheet.paper.right,
            "center": (sheet.paper.left + sheet.paper.right) // 2,
        }
        box = sheet.write(
            self.name, said, self.style, colour, (x[self.align], sheet.y), room, most=self.lines, align=self.align
        )
        sheet.y = box.bottom

    def texts(self) -> tuple[str, ...]:
        return (self.say,)

"""A card scheme's mark of our own, its name under a line of the accent; the schemes' logos are not ours to draw:

- mark: {name: scheme, say: "{scheme}", at: [1008, 566], room: 300}
"""

from typing import Literal

from image_api.blocks.shape import Pixels, Shape
from image_api.page import Box
from image_api.page import Shape as Filled
from image_api.sheet import Sheet

ABOVE = 14
THICK = 6


class Mark(Shape):
    block: Literal["mark"]
    name: str
    say: str
    at: tuple[Pixels, Pixels]
    room: Pixels

    def place(self, sheet: Sheet) -> None:
        said = sheet.teller.say(self.say, sheet.facts) or ""
        box = sheet.write(
            self.name, said.lower(), "mark", sheet.look.colour("white"), self.at, self.room, align="right"
        )
        line = Box(box.left, box.top - ABOVE, box.right, box.top - ABOVE + THICK)
        sheet.put(Filled(line, sheet.look.accent))

    def texts(self) -> tuple[str, ...]:
        return (self.say,)

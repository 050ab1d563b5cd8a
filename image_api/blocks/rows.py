"""Things with their names, a line under each:

    - rows:
        of:
          - {name: from, label: "{from}", say: "•••• {from_last4}"}
          - {name: fee, label: "{fee_word}", say: "{fee:money}"}

With ``stacked`` the name stands over the thing, for what is long. With ``label_room`` the things begin at a column.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from image_api.blocks.line import THICK
from image_api.blocks.shape import Pixels, Shape
from image_api.page import Box
from image_api.page import Shape as Filled
from image_api.sheet import GAP, Sheet

LABEL_LINES = 2
BETWEEN = GAP  # between a name and its thing
PAD = 11  # over and under both


class Row(BaseModel):
    """A row whose text names something unknown is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    label: str
    say: str
    lines: Annotated[int, Field(ge=1, le=8)] = 2


class Rows(Shape):
    block: Literal["rows"]
    of: tuple[Row, ...]
    stacked: bool = False
    label_room: Pixels | None = None
    style: str = "strong"

    def place(self, sheet: Sheet) -> None:
        sheet.y += self.gap
        for row in self.of:
            label = sheet.teller.say(row.label, sheet.facts)
            said = sheet.teller.say(row.say, sheet.facts)
            if label is not None and said is not None:
                self._row(sheet, row, label, said)

    def _row(self, sheet: Sheet, row: Row, label: str, said: str) -> None:
        sheet.need(4 * GAP)
        sheet.y += PAD
        put = self._stacked if self.stacked else self._beside
        sheet.y = put(sheet, row, label, said) + PAD
        line = Box(sheet.paper.left, sheet.y, sheet.paper.right, sheet.y + THICK)
        sheet.put(Filled(line, sheet.look.colour("line")))
        sheet.y += THICK

    def _stacked(self, sheet: Sheet, row: Row, label: str, said: str) -> int:
        quiet, ink, left = sheet.look.quiet, sheet.look.ink, sheet.paper.left
        top = sheet.write(f"{row.name}.label", label, "label", quiet, (left, sheet.y), sheet.room).bottom
        return sheet.write(row.name, said, self.style, ink, (left, top), sheet.room, most=row.lines).bottom

    def _beside(self, sheet: Sheet, row: Row, label: str, said: str) -> int:
        quiet, ink, left = sheet.look.quiet, sheet.look.ink, sheet.paper.left
        room = self.label_room or sheet.room * 2 // 5
        name = sheet.write(f"{row.name}.label", label, "small", quiet, (left, sheet.y), room, most=LABEL_LINES)
        if self.label_room is not None:
            x = left + room + BETWEEN
            box = sheet.write(row.name, said, self.style, ink, (x, sheet.y), sheet.paper.right - x, most=row.lines)
        else:
            left_over = sheet.paper.right - name.right - BETWEEN
            box = sheet.write(
                row.name, said, self.style, ink, (sheet.paper.right, sheet.y), left_over, most=row.lines, align="right"
            )
        return max(name.bottom, box.bottom)

    def texts(self) -> tuple[str, ...]:
        return tuple(text for row in self.of for text in (row.label, row.say))

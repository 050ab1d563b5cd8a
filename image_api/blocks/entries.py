"""The operations of a statement, a line each; on paged paper all of them, else the first ``most``:

- entries: {most: 8, more: "{more}"}
"""

from typing import Annotated, Literal

from pydantic import Field

from flows import formats
from image_api.blocks.line import THICK
from image_api.blocks.shape import Shape
from image_api.page import Box
from image_api.page import Shape as Filled
from image_api.sheet import GAP, Sheet
from image_api.values.fields import read
from image_api.values.statement import Entry, Statement

AMOUNT_SHARE = 3  # of eight parts of the width; the text has the rest


class Entries(Shape):
    """``more``: the word before how many operations are not shown."""

    block: Literal["entries"]
    most: Annotated[int, Field(ge=1, le=2000)] | None = None
    more: str

    def place(self, sheet: Sheet) -> None:
        assert isinstance(sheet.values, Statement)
        sheet.y += self.gap
        entries = sheet.values.entries[: self.most]
        for number, entry in enumerate(entries):
            self._entry(sheet, number, entry)
        left = len(sheet.values.entries) - len(entries) + sheet.values.left_out
        if left:
            sheet.need(3 * GAP)
            said = f"{sheet.teller.word(self.more)}: {formats.number(left, sheet.teller.locale)}"
            sheet.y += GAP // 2
            at = (sheet.paper.left, sheet.y)
            sheet.y = sheet.write("more", said, "label", sheet.look.quiet, at, sheet.room).bottom

    def _entry(self, sheet: Sheet, number: int, entry: Entry) -> None:
        sheet.need(5 * GAP)
        look, left, right, say = sheet.look, sheet.paper.left, sheet.paper.right, sheet.teller
        came = read(entry.amount).minor > 0
        amounts = sheet.room * AMOUNT_SHARE // 8
        texts, top = sheet.room - amounts - GAP, sheet.y + GAP // 2
        name = f"entry.{number}"
        box = sheet.write(name, entry.text, "entry", look.ink, (left, top), texts, most=2)
        colour = look.good if came else look.ink
        summed = sheet.write(
            f"{name}.amount", say.signed(entry.amount), "amount", colour, (right, top), amounts, align="right"
        )
        box = sheet.write(f"{name}.at", say.moment(entry.at), "label", look.quiet, (left, box.bottom), texts)
        sheet.write(
            f"{name}.balance",
            say.money(entry.balance),
            "label",
            look.quiet,
            (right, summed.bottom),
            amounts,
            align="right",
        )
        sheet.y = box.bottom + GAP // 2
        sheet.put(Filled(Box(left, sheet.y, right, sheet.y + THICK), look.colour("line")))
        sheet.y += THICK

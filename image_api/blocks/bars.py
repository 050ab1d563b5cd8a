"""A bar for each share of a spending summary, the longest on top: ``- bars: {other: other}``.

``other`` is the word for what the named ones leave.
"""

from typing import Literal

from flows import formats
from image_api.blocks.shape import Shape
from image_api.page import Box
from image_api.page import Shape as Filled
from image_api.sheet import GAP, Sheet
from image_api.values.spending import Share, Spending

THICK = 28
ROW = 108
AMOUNT_ROOM = 330  # of a row's width; the name has the rest


class Bars(Shape):
    block: Literal["bars"]
    other: str

    def place(self, sheet: Sheet) -> None:
        assert isinstance(sheet.values, Spending)
        sheet.y += self.gap
        for number, share in enumerate(sheet.values.shares):
            self._bar(sheet, number, share)
            sheet.y += ROW

    def _bar(self, sheet: Sheet, number: int, share: Share) -> None:
        look, left, right = sheet.look, sheet.paper.left, sheet.paper.right
        name = share.name or sheet.teller.word(self.other)
        sheet.write(f"name.{number}", name, "small", look.ink, (left, sheet.y), sheet.room - AMOUNT_ROOM)
        percent = f"{share.percent}%" if share.percent else "<1%"
        text = f"{formats.money(share.amount, sheet.teller.locale)} · {percent}"
        at = (right, sheet.y)
        sheet.write(f"amount.{number}", text, "amount", look.ink, at, AMOUNT_ROOM - GAP, align="right")
        top = sheet.y + 54
        sheet.put(Filled(Box(left, top, right, top + THICK), look.colour("line"), THICK // 2))
        length = max(sheet.room * share.length // 1000, THICK)
        sheet.put(Filled(Box(left, top, left + length, top + THICK), look.accent, THICK // 2))

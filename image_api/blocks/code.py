"""A QR code on the right, and on the left the words where it leads:

    - code: {to: "{verify_url}", say: "{check}", under: "{verify_url:bare}"}

With ``center`` it stands in the middle and the words under it. It is drawn in whole pixels a module, so that it reads,
and is therefore a little smaller than ``side``.
"""

from typing import Literal

from image_api import page
from image_api.blocks.shape import Pixels, Shape
from image_api.page import Box
from image_api.sheet import GAP, Sheet


class Code(Shape):
    block: Literal["code"]
    to: str
    say: str
    under: str
    side: Pixels = 216
    center: bool = False

    def place(self, sheet: Sheet) -> None:
        data = sheet.teller.say(self.to, sheet.facts)
        if data is None:
            return
        sheet.y += self.gap
        sheet.need(self.side)
        modules = page.modules_of(data)
        with_zone = len(modules) + 2 * page.QUIET_ZONE
        scale = max(self.side // with_zone, 1)
        side = scale * with_zone
        middle = (sheet.paper.left + sheet.paper.right - side) // 2
        left = middle if self.center else sheet.paper.right - side
        box = Box(left, sheet.y, left + side, sheet.y + side)
        sheet.put(page.Code("code", box, data, modules, scale, sheet.look.ink, sheet.look.paper))
        if self.center:
            sheet.y = box.bottom + GAP // 2
            sheet.y = self._words(sheet, (sheet.paper.left + sheet.paper.right) // 2, sheet.room, "center")
        else:
            sheet.y += 2 * GAP
            under = self._words(sheet, sheet.paper.left, left - sheet.paper.left - GAP, "left")
            sheet.y = max(under, box.bottom)

    def _words(self, sheet: Sheet, x: int, room: int, align: Literal["left", "center"]) -> int:
        said, under = (sheet.teller.say(text, sheet.facts) or "" for text in (self.say, self.under))
        box = sheet.write("check", said, "label", sheet.look.quiet, (x, sheet.y), room, most=2, align=align)
        at = (x, box.bottom)
        return sheet.write("url", under, "link", sheet.look.accent_text, at, room, most=3, align=align).bottom

    def texts(self) -> tuple[str, ...]:
        return (self.to, self.say, self.under)

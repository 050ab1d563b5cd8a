"""Laid out pages as a PDF, with fpdf2: text that can be selected and searched, in fonts that lie in the file.

It is PDF/A-2u (ISO 19005-2): complete in itself and readable in thirty years, each letter with its Unicode.
"""

from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import DocumentCompliance

from image_api import canvas, fonts
from image_api.fonts import FIGURES
from image_api.grounds import STRIP
from image_api.look import Look
from image_api.page import QUIET_ZONE, Box, Code, Page, Shape, Sign, Words
from image_api.painting import STROKES

# Shaping is most of a document's time. In these fonts it only brings letters closer, which nobody sees in small text.
PLAIN, SMALL = frozenset({"manrope", "roboto"}), 36
POINTS = 72 / 240  # of a pixel: the page is laid out at 240 to an inch


def written(pages: Sequence[Page], look: Look, title: str, alternative: str, locale: str, at: datetime) -> bytes:
    """The pages as the bytes of a PDF, made at a moment."""
    first = pages[0]
    paper = (first.width, first.height)
    pdf = FPDF(unit=POINTS, format=paper, enforce_compliance=DocumentCompliance.PDFA_2U)
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_title(title)
    pdf.set_author(look.name)
    pdf.set_subject(alternative[:500])
    pdf.set_creator("Teller")
    pdf.set_lang(locale)
    pdf.set_creation_date(at)
    writer = _Writer(pdf)
    for page in pages:
        writer.page(page, look)
    return bytes(pdf.output())


class _Writer:
    """Draws what stands on pages into one PDF; adds each font when it is first needed."""

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        self._added: set[str] = set()

    def page(self, page: Page, look: Look) -> None:
        self._pdf.add_page()
        self._filled(Shape(Box(0, 0, page.width, STRIP), look.ink))
        for item in page.items:
            match item:
                case Words():
                    self._words(item)
                case Shape():
                    self._filled(item)
                case Sign():
                    self._sign(item)
                case Code():
                    self._code(item)

    def _words(self, words: Words) -> None:
        pdf, style, size = self._pdf, words.style, words.size
        pdf.set_text_color(*canvas.rgb(words.colour))
        for line, x, baseline in words.placed():
            for piece, family in fonts.runs(line):
                self._font(family, style.weight, size)
                if family in PLAIN and size <= SMALL and not style.figures:
                    pdf.text(x, baseline, piece)
                    x += pdf.get_string_width(piece)
                    continue
                pdf.set_text_shaping(True, features=dict.fromkeys(FIGURES, True) if style.figures else {})
                pdf.set_xy(x, baseline - 0.3 * size)  # a cell of no height has its baseline so far below its top
                pdf.cell(h=0, text=piece)
                pdf.set_text_shaping(False)
                x = pdf.x

    def _font(self, family: fonts.Family, weight: fonts.Weight, size: int) -> None:
        name = f"{family}-{weight}"
        if name not in self._added:
            self._pdf.add_font(name, fname=fonts.file_of(family, weight))
            self._added.add(name)
        self._pdf.set_font(name, size=size * POINTS)

    def _filled(self, shape: Shape) -> None:
        box = shape.box
        self._pdf.set_fill_color(*canvas.rgb(shape.colour))
        self._pdf.rect(box.left, box.top, box.right - box.left, box.bottom - box.top, style="F")

    def _sign(self, sign: Sign) -> None:
        pdf, box = self._pdf, sign.box
        side = box.right - box.left
        pdf.set_fill_color(*canvas.rgb(sign.colour))
        pdf.ellipse(box.left, box.top, side, side, style="F")
        pdf.set_draw_color(255, 255, 255)
        pdf.set_line_width(5 * side / 44)
        pdf.polyline([(box.left + x * side / 44, box.top + y * side / 44) for x, y in STROKES[sign.sign]])

    def _code(self, code: Code) -> None:
        """Its dark modules as lines of squares."""
        pdf, scale = self._pdf, code.scale
        pdf.set_fill_color(*canvas.rgb(code.dark))
        left, top = code.box.left + QUIET_ZONE * scale, code.box.top + QUIET_ZONE * scale
        for y, row in enumerate(code.modules):
            for x, length in _dark(row):
                pdf.rect(left + x * scale, top + y * scale, length * scale, scale, style="F")


def _dark(row: bytes) -> list[tuple[int, int]]:
    """Where dark modules stand together: the first, and how many."""
    found: list[tuple[int, int]] = []
    for x, module in enumerate(row):
        if not module:
            continue
        if found and found[-1][0] + found[-1][1] == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((x, 1))
    return found

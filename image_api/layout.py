"""From a template and its values to pages: decides where everything stands, and draws nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from image_api.fitting import Style
from image_api.look import Look
from image_api.page import Ground, Page
from image_api.sheet import Paper, Sheet
from image_api.telling import Teller
from image_api.template import A4_MARGIN, Template, Under, read_all, read_styles
from image_api.values import Values

STEP = 48  # pictures grow by it, so that a few grounds serve all of them


class NoDocument(LookupError):
    """The template is a picture only."""


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates, ready to be laid out."""

    by_name: Mapping[str, Template]
    styles: Mapping[str, Style]

    @classmethod
    def ours(cls) -> "Templates":
        """Those of image_api/templates. Raises TemplateUnusable."""
        return cls(read_all(), read_styles())

    def picture(self, name: str, values: Values, look: Look, locale: str) -> Page:
        """The template's picture of these values."""
        template = self.by_name[name]
        sheet = self._sheet(template, template.picture.ground, template.picture.paper, values, look, locale)
        for block in template.picture.blocks:
            block.place(sheet)
        height = max(template.picture.height, -(-(sheet.y + template.picture.bottom) // STEP) * STEP)
        return Page(template.picture.width, height, sheet.ground, tuple(sheet.pages[0]))

    def document(self, name: str, values: Values, look: Look, locale: str) -> tuple[Page, ...]:
        """The template's pages of these values, on A4.

        Raises:
            NoDocument: when there is none of it.
        """
        template = self.by_name[name]
        if template.document is None:
            raise NoDocument(f"'{name}' is a picture only")
        paper = template.document.paper
        sheet = self._sheet(template, Under(kind="letter"), paper, values, look, locale)
        for block in template.document.blocks:
            block.place(sheet)
        pages = sheet.pages
        for number, items in enumerate(pages, 1):
            sheet.pages = [items]
            facts = {**sheet.facts, "page": str(number), "pages": str(len(pages))}
            said = sheet.teller.say(template.document.foot, facts) or ""
            at = (paper.left, paper.height - A4_MARGIN + 24)
            sheet.write("foot", said, "label", look.quiet, at, sheet.room)
        return tuple(Page(paper.width, paper.height, sheet.ground, tuple(items)) for items in pages)

    def title(self, name: str, values: Values, look: Look, locale: str) -> str:
        """What the template's document is called."""
        template = self.by_name[name]
        assert template.document is not None, "a document was laid out before"
        return (
            self._teller(template, look, locale).say(template.document.title, template.facts(values, look.name, locale))
            or look.name
        )

    def alternative(self, name: str, values: Values, look: Look, locale: str) -> str:
        """What the template shows, in words."""
        template = self.by_name[name]
        facts = template.facts(values, look.name, locale)
        return template.alternative(self._teller(template, look, locale), facts)

    def _sheet(self, template: Template, under: Under, paper: Paper, values: Values, look: Look, locale: str) -> Sheet:
        facts = template.facts(values, look.name, locale)
        teller = self._teller(template, look, locale)

        def lay(name: str) -> Page:
            return self.picture(name, values, look, locale)

        sheet = Sheet(paper, Ground(under.kind, ""), look, teller, values, facts, self.styles, lay)
        sheet.ground = replace(sheet.ground, colour=sheet.colour(under.colour), torn=sheet.pick(under.torn) == "yes")
        return sheet

    def _teller(self, template: Template, look: Look, locale: str) -> Teller:
        return Teller(locale, look.time_zone, template.words[locale])

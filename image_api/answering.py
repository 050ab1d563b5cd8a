"""From what was asked to an answer: what is there is checked, drawn and sent; what is not is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from fastapi import HTTPException, Request, Response

from image_api import describing
from image_api.asking import DocumentRequest, Wrong, checked
from image_api.layout import NoDocument, Templates
from image_api.look import Look
from image_api.rendering import Busy, Rendered, Renderer, Wanted
from image_api.values import Values

Kind = Literal["jpeg", "png", "webp", "pdf"]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers for the brands of ``looks``. Its methods raise HTTPException."""

    templates: Templates
    looks: Mapping[str, Look]
    renderer: Renderer

    async def asked(self, template: str, asked: DocumentRequest, kind: Kind, request: Request) -> Response:
        """A picture or document of these values."""
        look = self._look(template, asked.brand, asked.locale)
        try:
            values = checked(self.templates, template, asked.values)
        except Wrong as error:
            raise HTTPException(422, error.what) from error
        drawn = await self._drawn(Wanted(template, asked.brand, asked.locale, values, kind))
        tag = f'"{drawn.etag}"'
        headers = {"X-Text-Alternative": quote(drawn.alt), "ETag": tag, "Content-Language": asked.locale}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if kind == "pdf":
            headers["Content-Disposition"] = self._named(template, values, look, asked.locale)
        return Response(drawn.data, media_type=drawn.mime, headers=headers)

    async def sample(
        self, template: str, brand: str, locale: Literal["en", "uk"], name: str, kind: Kind, request: Request
    ) -> Response:
        """A picture or document of one of the template's samples."""
        look = self._look(template, brand, locale)
        samples = self.templates.by_name[template].samples
        if name not in samples:
            raise HTTPException(404, f"no sample is called that; there are {', '.join(samples)}")
        values = self.templates.by_name[template].sample(name, look.currency).model_dump(mode="json", exclude_none=True)
        return await self.asked(template, DocumentRequest(brand=brand, locale=locale, values=values), kind, request)

    async def _drawn(self, wanted: Wanted) -> Rendered:
        try:
            return await self.renderer.render(wanted)
        except NoDocument as error:
            raise HTTPException(
                404, f"{error}; documents are {', '.join(describing.documents(self.templates))}"
            ) from error
        except Busy as error:
            raise HTTPException(503, "too many pictures are waiting", {"Retry-After": "1"}) from error

    def _look(self, template: str, brand: str, locale: str) -> Look:
        """The look of a known brand that speaks the language."""
        if template not in self.templates.by_name:
            raise HTTPException(404, f"no template is called that; there are {', '.join(self.templates.by_name)}")
        if brand not in self.looks:
            raise HTTPException(404, f"no brand is called that; there are {', '.join(self.looks)}")
        if locale not in self.looks[brand].locales:
            raise HTTPException(422, f"this brand speaks {', '.join(self.looks[brand].locales)}")
        return self.looks[brand]

    def _named(self, template: str, values: Values, look: Look, locale: str) -> str:
        title = quote(f"{self.templates.title(template, values, look, locale)}.pdf", safe="")
        return f"inline; filename*=UTF-8''{title}"

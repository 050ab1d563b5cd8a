"""What ImageAPI tells of itself: its templates, an example of each, and where the example can be seen drawn."""

from collections.abc import Mapping
from typing import Any

from fastapi.openapi.models import Example
from pydantic import BaseModel

from image_api.layout import Templates
from image_api.look import Look

TEXT = """
Cards, receipts and documents in a bank's colours. A template names the values that it shows and no others: unknown
fields are refused, so that no whole card number, code or password can reach a picture. Amounts are literals such as
`50.00 UAH`; equal requests get equal bytes, with the same `ETag`.
"""


class Shown(BaseModel):
    """One template. ``fields`` is the JSON Schema of its values."""

    name: str
    is_document: bool
    samples: list[str]
    fields: dict[str, Any]


class Face(BaseModel):
    """One brand."""

    name: str
    bank: str
    currency: str
    locales: list[str]


class Listed(BaseModel):
    """Everything that can be asked for."""

    templates: list[Shown]
    brands: list[Face]
    formats: list[str] = ["jpeg", "png", "webp"]


def listed(templates: Templates, looks: Mapping[str, Look]) -> Listed:
    """All templates and brands."""
    shown = [
        Shown(
            name=name, is_document=template.document is not None, samples=list(template.samples),
            fields=template.model.model_json_schema(),
        )
        for name, template in templates.by_name.items()
    ]  # fmt: skip
    faces = [
        Face(name=name, bank=look.name, currency=look.currency, locales=list(look.locales))
        for name, look in looks.items()
    ]
    return Listed(templates=shown, brands=faces)


def documents(templates: Templates) -> list[str]:
    """The templates of which there are documents."""
    return [name for name, template in templates.by_name.items() if template.document is not None]


def examples(templates: Templates, looks: Mapping[str, Look]) -> dict[str, Example]:
    """A body for each template."""
    brand, look = next(iter(looks.items()))
    made: dict[str, Example] = {}
    for name, template in templates.by_name.items():
        first = next(iter(template.samples))
        values = template.sample(first, look.currency).model_dump(mode="json", exclude_none=True)
        made[name] = {"summary": f"as {name}", "value": {"brand": brand, "locale": "en", "values": values}}
    return made


def of_documents(templates: Templates, made: Mapping[str, Example]) -> dict[str, Example]:
    """Those of the documents."""
    return {name: made[name] for name in documents(templates)}


def pictures(templates: Templates) -> dict[int | str, dict[str, Any]]:
    """The answer of a picture, with the address of each sample drawn."""
    drawn = {name: {"summary": name, "externalValue": f"/api/v1/images/{name}/sample"} for name in templates.by_name}
    return {
        200: {"content": {"image/jpeg": {"examples": drawn}, "image/png": {}, "image/webp": {}}},
        **_others("picture"),
    }


def papers(templates: Templates) -> dict[int | str, dict[str, Any]]:
    """The answer of a document, with the address of each sample written."""
    written = {
        name: {"summary": name, "externalValue": f"/api/v1/documents/{name}/sample"} for name in documents(templates)
    }
    return {200: {"content": {"application/pdf": {"examples": written}}}, **_others("document")}


def _others(what: str) -> dict[int | str, dict[str, Any]]:
    return {
        304: {"description": f"you have this {what} already: its ETag is the one that you sent"},
        401: {"description": "the bearer token is missing or not known"},
        403: {"description": "the token's role may not do this"},
        404: {"description": "no such template, brand or sample"},
        413: {"description": "the body is larger than 2 MB"},
        422: {"description": "what is wrong and where, never what was sent"},
        503: {"description": "too many are waiting; try again after Retry-After seconds"},
    }

"""The list of templates: a new one is a file and a line here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from image_api.look import Look
from image_api.templates import card_front, receipt, spending
from image_api.type import Box
from image_api.values import CardFront, Receipt, Spending, Values


class _Draw(Protocol):
    def __call__(self, values: Values, look: Look, locale: str) -> tuple[Image.Image, dict[str, Box]]: ...


class _Alt(Protocol):
    def __call__(self, values: Values, look: Look, locale: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Template:
    """How a template's values are checked, drawn and put in words."""

    values: type[Values]
    draw: _Draw
    alt: _Alt


TEMPLATES: Mapping[str, Template] = {
    "card_front": Template(CardFront, card_front.draw, card_front.alt),  # type: ignore[arg-type]  # values pairs with draw
    "receipt": Template(Receipt, receipt.draw, receipt.alt),  # type: ignore[arg-type]  # values pairs with draw
    "spending": Template(Spending, spending.draw, spending.alt),  # type: ignore[arg-type]  # values pairs with draw
}

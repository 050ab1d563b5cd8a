"""What a template is put together from. One file a kind of block: its YAML, and how it is laid out."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from image_api.blocks.bars import Bars
from image_api.blocks.card import Card
from image_api.blocks.code import Code
from image_api.blocks.entries import Entries
from image_api.blocks.line import Line
from image_api.blocks.mark import Mark
from image_api.blocks.panel import Panel
from image_api.blocks.rows import Rows
from image_api.blocks.sign import Sign
from image_api.blocks.text import Text


def _named(block: object) -> object:
    """``{text: {...}}`` is a block of the kind ``text``."""
    if isinstance(block, dict) and len(block) == 1:
        ((kind, inside),) = block.items()
        return {"block": kind} | (inside if isinstance(inside, dict) else {})
    return block


Block = Annotated[
    Annotated[Bars | Card | Code | Entries | Line | Mark | Panel | Rows | Sign | Text, Field(discriminator="block")],
    BeforeValidator(_named),
]

__all__ = ["Block"]

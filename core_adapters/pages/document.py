"""What a page may show: a heading, lines with a label, a table. Data, never HTML, so that nothing in it can act."""

import json
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, StrictStr

LINES_MAX = 2_000  # a year of a busy card; more is a file and no page
PAPER_CHARS_MAX = 2_000_000  # what so many lines come to at their longest


def _bounded(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if len(json.dumps(values, ensure_ascii=False)) > PAPER_CHARS_MAX:
        raise ValueError("this is too much to be drawn")
    return values


Text = Annotated[StrictStr, Field(max_length=500, pattern=r"^[^\x00]*$")]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(Shape):
    """One thing with its name; ``copied``: people copy it, so that it stands alone and one tap takes all of it."""

    label: Text
    value: Text
    copied: bool = False


class Paper(Shape):
    """The same to keep: a template of ImageAPI with its values, and what the file is called, without an extension.

    ``as_picture``: people send it on as a picture, too.
    """

    template: Annotated[StrictStr, Field(pattern=r"^[a-z_]{1,40}$")]
    values: Annotated[dict[str, JsonValue], AfterValidator(_bounded)]
    name: Annotated[StrictStr, Field(pattern=r"^[a-z0-9-]{1,80}$")]
    as_picture: bool = False


class Document(Shape):
    """``lead`` stands under the title, ``notes`` at the end. The table's last column is of figures; a cell may have
    several lines, so that a table stays narrow enough for a phone.

    The title is seen by whoever looks at the page, so nothing secret stands in it.
    """

    title: Text
    lead: tuple[Text, ...] = ()
    lines: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    columns: Annotated[tuple[Text, ...], Field(max_length=8)] = ()
    rows: Annotated[tuple[tuple[Text, ...], ...], Field(max_length=LINES_MAX)] = ()
    notes: tuple[Text, ...] = ()
    paper: Paper | None = None

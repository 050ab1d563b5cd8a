"""What a page may show: a heading, lines with a label, a table. Data, never HTML, so that nothing in it can act."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictStr

LINES_MAX = 2_000  # a year of a busy card; more is a file and no page

Text = Annotated[StrictStr, Field(max_length=500, pattern=r"^[^\x00]*$")]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Line(Shape):
    """One thing with its name; ``copied``: people copy it, so that it stands alone and one tap takes all of it."""

    label: Text
    value: Text
    copied: bool = False


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

"""Which operation opens which page: one line an operation. How long it lives stands here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Kind = Literal["document"]

SHOWN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Opens:
    """``output`` is the catalogue's name for the page's address. ``content`` is the question whose answer it shows."""

    kind: Kind
    life: timedelta
    content: str = ""
    output: str = "secure_page"


OPENS: Mapping[str, Opens] = {
    "accounts.open_details_page": Opens("document", SHOWN, content="accounts.details"),
    "statements.document": Opens("document", SHOWN, content="statements.whole", output="document_link"),
}

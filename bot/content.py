"""The staff's content as the engine runs it, refused at the start when something in it is wrong."""

from pathlib import Path

import flows
from flows.checks import check
from flows.model import Brand, Library
from flows.problems import as_text, has_errors

CONTENT = Path(flows.__file__).parent / "content"


class ContentBroken(Exception):
    """The content cannot be run; the text says every problem with its place."""


def library(brand: Brand, folder: Path = CONTENT) -> Library:
    """The library of the content folder.

    Raises:
        ContentBroken: with all problems, as ``teller flows check`` says them.
    """
    loaded = check(folder, brand)
    if loaded.library is None or has_errors(loaded.problems):
        texts = [as_text(problem, loaded.sources) for problem in loaded.problems]
        raise ContentBroken("The flows cannot be run:\n\n" + "\n\n".join(texts))
    return loaded.library

"""What `teller flows check --tests --nlu` adds: failing tests, untested ways, examples that are taken or shared."""

from dataclasses import replace
from pathlib import Path

from bot.cli.flow_content import capabilities, embedded, templates
from bot.cli.flow_overlap import shared
from flows.loader import Loaded
from flows.model import Library
from flows.problems import Problem, in_order
from flows.source import read
from flows.testing import prove, read_tests, taken_elsewhere


def proved(checked: Loaded, library: Library, folder: Path, *, tests: bool, models: Path | None) -> Loaded:
    """The checked content with the problems that only show when it is played."""
    found: list[Problem] = list(checked.problems)
    sources = dict(checked.sources)
    if tests:
        files, wrong, texts = read_tests(folder, library, channels=capabilities(), templates=templates())
        sources |= texts
        found += wrong
        if not wrong:
            found += prove(library, files, capabilities())
    if models is not None:
        trees = {file: read(text.encode(), file)[0] for file, text in sources.items()}
        found += taken_elsewhere(library, trees, embedded(library, models))
        found += shared(library, trees)
    return replace(checked, problems=in_order(found), sources=sources)

"""The static checks: ``check`` reads a content folder and says everything that is wrong with it.

Each check is a function from a draft to problems, in a file with its relatives. To add one, write it and name it in
``CHECKS``; codes are stable and listed in the page on the flow language.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from flows.checks import (
    bank,
    channels,
    choices,
    conditions,
    confirmation,
    jumps,
    links,
    overlap,
    privacy,
    published,
    spelling,
    texts,
    values,
)  # fmt: skip
from flows.loader import Loaded, library_of, read_content
from flows.loading.draft import Draft, replace_outside
from flows.model import Brand, Library
from flows.ports import Capabilities
from flows.problems import Problem, has_errors, in_order

CHECKS: tuple[Callable[[Draft], Iterable[Problem]], ...] = (
    jumps.check_targets, jumps.check_ends, jumps.check_loops, jumps.check_repeats, jumps.check_reached,
    links.check_responses, links.check_shown, links.check_flows, links.check_call_cycles, links.check_calls_return,
    links.check_ways_in,
    bank.check_operations, bank.check_errors, bank.check_events, bank.check_inputs, bank.check_saves,
    bank.check_collected,
    confirmation.check_confirmation, privacy.check_guests, privacy.check_masked,
    conditions.check_names, conditions.check_types, conditions.check_constant,
    values.check_filled, values.check_used, choices.check_sources, choices.check_buttons,
    texts.check_locales, texts.check_placeholders, texts.check_same_placeholders, texts.check_plurals,
    texts.check_lengths, texts.check_twins, spelling.check_spelling,
    channels.check_texts, channels.check_buttons, channels.check_pictures, channels.check_taken,
    overlap.check_overlap,
    published.check_migrations, published.check_slot_types, published.check_removed_slots,
)  # fmt: skip


def check(
    content: Path,
    brand: Brand,
    catalogue: Path | None = None,
    *,
    channels: tuple[Capabilities, ...] = (),
    templates: Mapping[str, frozenset[str]] | None = None,
    before: Library | None = None,
    over: Path | None = None,
) -> Loaded:
    """Read and check a content folder; the library is there when nothing blocks.

    ``before`` is the published version, for what a change would do to conversations under way. ``over`` is a folder
    of files that stand in for the content's own, as ``flows.loader.read_content`` has it.

    Raises:
        ContentError: when the folder is no content folder.
    """
    draft, problems = read_content(content, brand, catalogue, over)
    draft = replace_outside(draft, channels, templates, before)
    checks = () if draft.blind else CHECKS
    found = in_order([*problems, *(problem for one in checks for problem in one(draft))])
    return Loaded(None if has_errors(found) else library_of(draft), found, dict(draft.sources))

"""`teller nlu review`: what customers said and nobody understood, put together, to be given an intent."""

import asyncio
import hashlib
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from uuid import UUID

import typer

from nlu.anonymous import as_example

if TYPE_CHECKING:
    from bot.unheard import Sentence, Unheard
    from nlu.trained import Model

SHOWN_MOST = 4  # sentences of a cluster
WIDTH = 80
WRONG = 1
OUTSIDE = "out_of_scope"
ASK = "  1-3 or an intent's name; o: out of scope; x: forget; Enter: later; q: enough"

Ids = Annotated[list[str] | None, typer.Option(help="The id of a cluster, as the list shows it.")]


@dataclass(frozen=True, slots=True)
class Group:
    """A cluster as it is shown. ``key`` stays the same while its leading sentence does."""

    key: str
    sentences: tuple["Sentence", ...]
    texts: tuple[str, ...]
    nearest: tuple[tuple[str, float], ...]


@dataclass(slots=True)
class Decided:
    """``intents`` is by cluster; None forgets the cluster."""

    intents: dict[str, str | None] = field(default_factory=dict)


def review(
    project: Annotated[Path | None, typer.Option(help="The Rasa project to add examples to; ours by default.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where trained models are kept.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Only show what there is.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Show it as JSON.")] = False,
    accept: Annotated[
        list[str] | None, typer.Option(help="ID=INTENT: a cluster's sentences are of this intent.")
    ] = None,
    outside: Ids = None,
    ignore: Ids = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    bank: Annotated[str, typer.Option(envvar="TELLER_BANK", help="Whose flows bring examples.")] = "sandbox",
) -> None:
    """Look at what was not understood and make examples of it. Asks before it writes, then forgets the sentences."""
    from bot.cli.flow_content import CONTENT, library_of
    from nlu.embedded import open_engine
    from nlu.training_data import PROJECT, of_flows, read

    project = project or PROJECT
    of_staff = of_flows(library_of(CONTENT, bank))
    model = open_engine(cache or _data_folder() / "nlu", of_staff, project).model
    groups = _groups(model, asyncio.run(_kept()))
    if listed or as_json or not groups:
        typer.echo(_as_json(groups) if as_json else _as_text(groups))
        return
    intents = frozenset({*read(project), *of_staff})
    flagged = bool(accept or outside or ignore)
    decided = _flags(groups, intents, accept or (), outside or (), ignore or ()) if flagged else _asked(groups, intents)
    _write(project, groups, decided, yes=yes)


def _groups(model: "Model", sentences: Sequence["Sentence"]) -> list[Group]:
    from nlu.nearness import clusters

    by_text: dict[str, list[Sentence]] = {}
    for one in sentences:
        by_text.setdefault(one.text, []).append(one)
    found = []
    for cluster in clusters([one.text for one in sentences]):
        leader = cluster.texts[0]
        ranked = [one for one in model.rank(as_example(leader, "uk")) if one[0] != OUTSIDE][:3]
        key = hashlib.sha256(leader.encode()).hexdigest()[:4]
        found.append(
            Group(key, tuple(one for text in cluster.texts for one in by_text[text]), cluster.texts, tuple(ranked))
        )
    return found


def _as_text(groups: Sequence[Group]) -> str:
    if not groups:
        return "Nothing waits: every sentence was understood, or has been looked at."
    total = sum(len(group.sentences) for group in groups)
    head = f"{total} sentences were not understood, in {len(groups)} clusters."
    return "\n\n".join([head, *(_one(group) for group in groups)])


def _one(group: Group) -> str:
    nearest = "   ".join(f"{n} {intent} {sure:.0%}" for n, (intent, sure) in enumerate(group.nearest, 1))
    said = f"said {len(group.sentences)} times" if len(group.sentences) > 1 else "said once"
    lines = [f"{group.key}  {said}", *(f"      {_cut(text)}" for text in group.texts[:SHOWN_MOST])]
    if len(group.texts) > SHOWN_MOST:
        lines.append(f"      and {len(group.texts) - SHOWN_MOST} more")
    return "\n".join([*lines, f"      nearest: {nearest}"])


def _cut(text: str) -> str:
    room = WIDTH - 6
    return text if len(text) <= room else f"{text[: room - 1]}…"


def _as_json(groups: Sequence[Group]) -> str:
    return json.dumps(
        [
            {"id": g.key, "said": len(g.sentences), "sentences": g.texts,
             "nearest": [{"intent": intent, "confidence": sure} for intent, sure in g.nearest]}
            for g in groups
        ],
        ensure_ascii=False, indent=2,
    )  # fmt: skip


def _flags(
    groups: Sequence[Group],
    intents: frozenset[str],
    accept: Sequence[str],
    outside: Sequence[str],
    ignore: Sequence[str],
) -> Decided:
    decided = Decided()
    pairs = [one.partition("=")[::2] for one in accept]
    for key, intent in [*pairs, *((key, OUTSIDE) for key in outside), *((key, None) for key in ignore)]:
        if key not in {group.key for group in groups}:
            _refuse(f"there is no cluster '{key}'; look with: teller nlu review --list")
        if intent is not None and intent not in intents:
            _refuse(f"there is no intent '{intent}'; there are {', '.join(sorted(intents))}")
        decided.intents[key] = intent
    return decided


def _asked(groups: Sequence[Group], intents: frozenset[str]) -> Decided:
    if not sys.stdin.isatty():
        _refuse("nobody is there to be asked; use --list, --accept ID=INTENT, --outside ID, --ignore ID and --yes")
    decided = Decided()
    typer.echo(f"{len(groups)} clusters.\n{ASK}")
    for group in groups:
        typer.echo(f"\n{_one(group)}")
        answer = _answer(group, intents)
        if answer == "q":
            break
        if answer:
            decided.intents[group.key] = None if answer == "x" else answer
    return decided


def _answer(group: Group, intents: frozenset[str]) -> str:
    """An intent, "x", "q", or nothing."""
    while True:
        said = typer.prompt("     ", default="", show_default=False).strip()
        if said.isdecimal() and 1 <= int(said) <= len(group.nearest):
            return group.nearest[int(said) - 1][0]
        if said == "o":
            return OUTSIDE
        if said in ("", "x", "q") or said in intents:
            return str(said)
        typer.echo(f"  '{said}' is no intent.\n{ASK}")


def _write(project: Path, groups: Sequence[Group], decided: Decided, *, yes: bool) -> None:
    """Show what would be written, ask, write, and forget what was decided."""
    files = _files(project, groups, decided)
    done = [group for group in groups if group.key in decided.intents]
    if not done:
        typer.echo("Nothing was decided, nothing is changed.")
        return
    for group in done:
        typer.echo(f"{group.key}  {len(group.texts)} sentences -> {decided.intents[group.key] or 'forgotten'}")
    for file in files:
        typer.echo(f"to {file.relative_to(project.parent)}")
    if not yes and not typer.confirm("Write this?"):
        typer.echo("Nothing is changed.")
        return
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    asyncio.run(_forget([one.id for group in done for one in group.sentences]))
    typer.echo("Done. Look at the change, run: teller nlu train, teller nlu test")


def _files(project: Path, groups: Sequence[Group], decided: Decided) -> Mapping[Path, str]:
    from nlu.reviewed import added, by_language

    examples: dict[str, dict[str, list[str]]] = {}
    for group in groups:
        intent = decided.intents.get(group.key)
        if intent is None:
            continue
        locales = {one.text: one.locale for one in group.sentences}
        for language, texts in by_language([(text, locales[text]) for text in group.texts]).items():
            kept = [example for text in texts if (example := as_example(text, language))]
            examples.setdefault(language, {}).setdefault(intent, []).extend(kept)
    return dict(added(project, language, found) for language, found in sorted(examples.items()))


def _refuse(why: str) -> NoReturn:
    typer.echo(f"teller nlu review: {why}", err=True)
    raise typer.Exit(WRONG)


def _data_folder() -> Path:
    from bot.settings import load_settings

    return load_settings().data_dir


async def _kept() -> Sequence["Sentence"]:
    async with _unheard() as unheard:
        return await unheard.read()


async def _forget(ids: Sequence[UUID]) -> None:
    async with _unheard() as unheard:
        await unheard.forget(ids)


@asynccontextmanager
async def _unheard() -> AsyncIterator["Unheard"]:
    import asyncpg

    from bot.keyring import Keyring
    from bot.postgres import database_of
    from bot.settings import load_settings
    from bot.store import Link
    from bot.unheard import Unheard

    settings = load_settings()
    dsn = await asyncio.to_thread(database_of, settings)
    link = Link(lambda: asyncpg.connect(dsn))
    try:
        yield Unheard(link, Keyring([key.get_secret_value() for key in settings.vault.keys]))
    finally:
        await link.close()

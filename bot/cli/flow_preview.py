"""`teller flows preview`: what customers will see of a flow on each messenger, with sample values."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.flow_content import CONTENT, Bank, cannot_run, capabilities, library_of

if TYPE_CHECKING:
    from bot.cli.preview.terminal import Seen
    from flows.model import Library
    from flows.ports import Capabilities

ALL = "all"


class PreviewFormat(StrEnum):
    """How a preview is written."""

    TEXT = "text"
    JSON = "json"


def preview(
    flow: Annotated[str, typer.Argument(help="A flow's name, or system; without it all of them.")] = "",
    response: Annotated[str, typer.Option(help="Only the response of this name.")] = "",
    channel: Annotated[str, typer.Option(help="One messenger, or all.")] = ALL,
    locale: Annotated[str, typer.Option(help="The customer's language.", show_default="the bank's first")] = "",
    format: Annotated[PreviewFormat, typer.Option(help="For people, or for editors.")] = PreviewFormat.TEXT,
    folder: Annotated[Path, typer.Option(help="The content folder.", show_default="flows/content")] = CONTENT,
    bank: Bank = "sandbox",
) -> None:
    """Show what customers will see. Ends with 0, with 1 when a choice is lost on its way, 2 if it could not run."""
    from bot.cli.preview.samples import SYSTEM

    library = library_of(folder, bank)
    channels = _channels(channel)
    spoken = locale or library.brand.locales[0]
    if spoken not in library.brand.locales:
        cannot_run(f"the bank does not speak '{spoken}'; it speaks {', '.join(library.brand.locales)}")
    flows = _flows(library, flow, response)
    shown = _seen(library, folder, channels, flows, response, spoken)
    if format is PreviewFormat.JSON:
        _as_json(shown, spoken)
    else:
        titles = {SYSTEM: "what the bot says by itself", **{one.id: one.title for one in library.flows.values()}}
        _as_text(shown, titles, spoken)
    raise typer.Exit(1 if any(screen.lost for rows in shown.values() for seen in rows for _, screen in seen) else 0)


def _channels(wanted: str) -> "tuple[Capabilities, ...]":
    from flows.problems import did_you_mean

    known = {one.channel: one for one in capabilities()}
    if wanted == ALL:
        return tuple(known.values())
    if wanted not in known:
        near = did_you_mean(wanted, known, "")
        cannot_run(f"there is no channel '{wanted}'; there are {', '.join(known)}. {near}".strip())
    return (known[wanted],)


def _flows(library: "Library", flow: str, response: str) -> tuple[str, ...]:
    """The flows to show; ends with 2 for a name that nothing has."""
    from bot.cli.preview.samples import SYSTEM
    from flows.problems import did_you_mean

    known = {SYSTEM: library.system, **{one.id: one.responses for one in library.flows.values()}}
    if flow and flow not in known:
        cannot_run(f"there is no flow '{flow}'. {did_you_mean(flow, known, 'There are ' + ', '.join(known))}")
    having = tuple(name for name in ([flow] if flow else known) if not response or response in known[name])
    if not having:
        names = dict.fromkeys(one for name in ([flow] if flow else known) for one in known[name])
        where = f"'{flow}' has no response" if flow else "there is no response"
        cannot_run(f"{where} '{response}'. {did_you_mean(response, names, 'There are ' + ', '.join(names))}")
    return having


def _seen(
    library: "Library", folder: Path, channels: "tuple[Capabilities, ...]", flows: tuple[str, ...], response: str,
    locale: str,
) -> "dict[str, list[list[Seen]]]":  # fmt: skip
    """By flow, a row for each message, with what each messenger makes of it."""
    from bot.cli.preview.samples import Samples
    from bot.cli.preview.screen import screen
    from flows.testing import read_tests

    files, _, _ = read_tests(folder, library)
    makers = [Samples(library, files, one, locale) for one in channels]
    return {
        flow: [
            [(sample, screen(sample.channel, sample.message)) for sample in row]
            for row in zip(*(maker.of(flow, response) for maker in makers), strict=True)
        ]
        for flow in flows
    }


def _as_text(shown: "dict[str, list[list[Seen]]]", titles: dict[str, str], locale: str) -> None:
    from bot.cli.preview.terminal import Terminal

    terminal = Terminal()
    for flow, rows in shown.items():
        terminal.flow(flow, titles[flow], locale)
        for seen in rows:
            terminal.response(seen)


def _as_json(shown: "dict[str, list[list[Seen]]]", locale: str) -> None:
    import json
    from dataclasses import asdict

    from bot.cli.preview.words import notes

    rows = [
        {"flow": sample.flow, "response": sample.name, "file": sample.at.file, "line": sample.at.line, "locale": locale}
        | asdict(screen)
        | {"notes": notes(sample, screen)}
        for messages in shown.values() for seen in messages for sample, screen in seen
    ]  # fmt: skip
    typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))

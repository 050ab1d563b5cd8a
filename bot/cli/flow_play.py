"""`teller flows play`: talk to a flow in the terminal, with the real engine and a made-up bank; keep it as a test."""

from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from bot.cli.flow_content import CONTENT, Bank, cannot_run, capabilities, embedded, library_of
from flows.model import AuthLevel

CARDS = (("c1", "Everyday", "4242"), ("c2", "Savings", "0002"), ("c3", "Travel", "7771"))


def play(
    flow: Annotated[str, typer.Argument(help="Begin with this flow; without it you begin.")] = "",
    folder: Annotated[Path, typer.Option(help="The content folder.", show_default="flows/content")] = CONTENT,
    locale: Annotated[str, typer.Option(help="The customer's language.")] = "",
    channel: Annotated[str, typer.Option(help="Which messenger's limits hold.")] = "telegram",
    auth: Annotated[str, typer.Option(help="What the customer has proven: guest, verified or strong.")] = "verified",
    cards: Annotated[
        int | None,
        typer.Option(min=0, max=len(CARDS), help="How many cards the customer has.", show_default="1, a guest none"),
    ] = None,
    nlu: Annotated[Path | None, typer.Option(help="A folder for trained models: understand with the real NLU.")] = None,
    bank: Bank = "sandbox",
) -> None:
    """Talk to the bot here: type, tap by number, and /? for the rest. Reads from a pipe, too."""
    from bot.cli.flow_terminal import Terminal
    from flows.playing import Play
    from flows.testing.example_bank import bank_of
    from flows.testing.meaning import by_examples
    from flows.testing.script import Person

    library = library_of(folder, bank)
    known = {one.channel: one for one in capabilities()}
    if channel not in known:
        cannot_run(f"there is no channel '{channel}'; there are {', '.join(known)}")
    if locale and locale not in library.brand.locales:
        cannot_run(f"the bank does not speak '{locale}'; it speaks {', '.join(library.brand.locales)}")
    if auth not in get_args(AuthLevel):
        cannot_run(f"'{auth}' is no level; write guest, verified or strong")
    held = cards if cards is not None else int(auth != "guest")
    rows = [{"id": i, "name": n, "last4": d, "balance": "1000"} for i, n, d in CARDS[:held]]
    person = Person(
        "played", cast("AuthLevel", auth), locale or library.brand.locales[0], channel, "Anna", cards=tuple(rows)
    )
    understand = embedded(library, nlu) if nlu is not None else by_examples(library)
    session = Play(library, person, understand, known[channel], nlu is not None, bank_of(folder))
    Terminal(session, folder).talk(flow)

"""`teller nlu export` and `teller nlu calibrate`: what Rasa learns from, and what its confidences are worth."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

WRONG = 1

Project = Annotated[Path | None, typer.Option(help="The Rasa project to learn from; ours by default.")]
Bank = Annotated[str, typer.Option(envvar="TELLER_BANK", help="Whose flows bring examples.")]


def export(
    to: Annotated[Path, typer.Option(help="The file to write, for `rasa train nlu --nlu`.")],
    project: Project = None,
    bank: Bank = "sandbox",
) -> None:
    """Write down for Rasa what the embedded engine learns from: the project's examples and those of the flows."""
    from bot.cli.flow_content import CONTENT, library_of
    from nlu import families
    from nlu.rasa_project import exported
    from nlu.training_data import PROJECT, merged, of_flows, read

    with _told():
        examples = merged(read(project or PROJECT), of_flows(library_of(CONTENT, bank)))
        spoken = families.read(project or PROJECT)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(exported(examples, spoken), encoding="utf-8")
    typer.echo(f"{sum(map(len, examples.values()))} examples of {len(examples)} intents in {to}")


def calibrate(
    project: Project = None,
    to: Annotated[Path | None, typer.Option(help="The file to write; the one that Teller reads by default.")] = None,
    bank: Bank = "sandbox",
) -> None:
    """Ask the Rasa of TELLER_NLU__URL the held-out sentences and write down how much its confidences are worth."""
    from bot.cli.asking_rasa import measured_at
    from bot.cli.flow_content import CONTENT, library_of
    from nlu.rasa import RasaFailed
    from nlu.rasa_project import CALIBRATION, keep
    from nlu.training_data import PROJECT, held_out

    try:
        with _told():
            found = measured_at(library_of(CONTENT, bank), held_out(project or PROJECT))
    except RasaFailed as failed:
        typer.echo(f"teller nlu: Rasa cannot be asked: {failed.reason}; `teller doctor` says more", err=True)
        raise typer.Exit(WRONG) from failed
    keep(found, to or CALIBRATION)
    typer.echo(
        f"{found.accuracy:.1%} of the held-out sentences are understood; temperature {found.temperature:.2f}; under "
        f"a confidence of {found.threshold:.2f} a sentence is not understood "
        f"({found.rejected:.1%} of what the bank does serve)."
    )


@contextmanager
def _told() -> Iterator[None]:
    """Examples that cannot be used end the command with what is wrong about them."""
    from nlu.training_data import TrainingDataError

    try:
        yield
    except TrainingDataError as problem:
        typer.echo(f"teller nlu: {problem}", err=True)
        raise typer.Exit(WRONG) from problem

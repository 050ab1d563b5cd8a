"""`teller nlu`: train the embedded engine, question it, and measure it on sentences it has not seen."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.nlu_rasa import calibrate, export
from bot.cli.nlu_review import review

if TYPE_CHECKING:
    from flows.entities.every import Entity
    from nlu.embedded import EmbeddedEngine

app = typer.Typer(no_args_is_help=True, help="Train and question the understanding.")
WRONG = 1

Project = Annotated[Path | None, typer.Option(help="The Rasa project to learn from; ours by default.")]
Cache = Annotated[Path | None, typer.Option(help="Where trained models are kept; under the data folder by default.")]


@app.command()
def train(project: Project = None, cache: Cache = None) -> None:
    """Train now, or say that the kept model is of these very examples, and how good it is."""
    calibration = _engine(project, cache).model.calibration
    typer.echo(
        f"{calibration.accuracy:.1%} of the examples are understood by a model that has not seen them; "
        f"under a confidence of {calibration.threshold:.2f} a sentence is not understood "
        f"({calibration.rejected:.1%} of what the bank does serve)."
    )


@app.command()
def parse(
    text: Annotated[str, typer.Argument(help="A sentence, in quotes.")], project: Project = None, cache: Cache = None
) -> None:
    """Show the intents of a sentence, the likeliest first, and the values that stand in it."""
    model = _engine(project, cache).model
    for intent, confidence in model.rank(text)[:5]:
        under = "  (not understood)" if confidence < model.calibration.threshold else ""
        typer.echo(f"{confidence:6.1%}  {intent}{under}")
    for one in _values(text):
        typer.echo(f"{one['start']:>3}-{one['end']:<3} {one['entity']}: {one['value']}")


@app.command("test")
def measured(
    project: Project = None,
    cache: Cache = None,
    least: Annotated[float, typer.Option(help="Fail when a language's accuracy is under this share.")] = 0.0,
    final: Annotated[bool, typer.Option("--final", help="The sentences that nobody looks at: figures only.")] = False,
) -> None:
    """Measure on the held-out sentences: accuracy a language, and every sentence that was taken for something else."""
    from nlu.measure import measure
    from nlu.training_data import FINAL, HELD_OUT, PROJECT, held_out

    model = _engine(project, cache).model
    poor = False
    for locale, sentences in held_out(project or PROJECT, FINAL if final else HELD_OUT).items():
        result = measure(model, sentences)
        typer.echo(
            f"{locale}: {result.right} of {result.asked} right, {result.accuracy:.1%}; out of scope noticed: "
            f"{result.noticed:.0%}; in scope but under the threshold: {result.rejected:.1%}"
        )
        for miss in () if final else result.misses:
            typer.echo(f"  {miss.meant} taken for {miss.taken} ({miss.confidence:.0%}): {miss.text}")
        poor = poor or result.accuracy < least
    if poor:
        raise typer.Exit(WRONG)


@app.command()
def confusions(
    project: Project = None,
    cache: Cache = None,
    as_json: Annotated[bool, typer.Option("--json", help="Show it as JSON.")] = False,
) -> None:
    """Which intents are taken for which on the held-out sentences, the most frequent first, with the sentences."""
    from nlu.confusions import as_text, confused, to_json
    from nlu.training_data import PROJECT, held_out

    found = confused(_engine(project, cache).model, held_out(project or PROJECT))
    typer.echo(to_json(found) if as_json else as_text(found))


@app.command()
def languages(
    sentences: Annotated[Path | None, typer.Option(help="YAML: language -> sentences to measure on.")] = None,
    learn: Annotated[bool, typer.Option("--learn", help="Learn again from nlu/model and keep the tables.")] = False,
) -> None:
    """How well languages are told apart; after a change of examples, learn anew."""
    import yaml

    from nlu import language, language_learning

    if learn:
        language_learning.keep(language_learning.learn())
        language.tables.cache_clear()
        typer.echo(f"Learnt; kept in {language.TABLES.name}.")
    if sentences is None:
        return
    for kind, heard in language_learning.measure(yaml.safe_load(sentences.read_text(encoding="utf-8"))).items():
        typer.echo(f"{kind}: {heard.asked - len(heard.wrong)} of {heard.asked} right, {heard.accuracy:.1%}")
        for text, taken in heard.wrong:
            typer.echo(f"  {taken}: {text}")


app.command()(export)
app.command()(calibrate)
app.command()(review)


def _values(text: str) -> "list[Entity]":
    from bot.cli.flow_content import brand_of
    from bot.settings import load_settings
    from flows.entities import every

    brand = brand_of(load_settings().bank)
    today = datetime.now(ZoneInfo(brand.time_zone)).date()
    return every.find(text, every.Known(today, brand.currency, brand.regions[0]))


def _engine(project: Path | None, cache: Path | None) -> "EmbeddedEngine":
    from nlu.embedded import open_engine
    from nlu.training_data import PROJECT, TrainingDataError

    try:
        return open_engine(cache or _data_folder() / "nlu", project=project or PROJECT)
    except TrainingDataError as problem:
        typer.echo(f"teller nlu: {problem}", err=True)
        raise typer.Exit(WRONG) from problem


def _data_folder() -> Path:
    from bot.settings import load_settings

    return load_settings().data_dir

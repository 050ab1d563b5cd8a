"""The `teller` command: a table of commands, each imported only when it is called, so that the start stays quick.

To add one: a line in COMMANDS. A group's file holds `app = typer.Typer()`; the file of a single command holds a
function, whose parameters Typer turns into options. A command that is not there yet is not shown.
"""

import importlib
import importlib.util
import sys

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("bot.cli.run:run", "Start Teller, or one part of it."),
    "doctor": ("bot.cli.doctor:doctor", "Say what is wrong with this installation and how to mend it."),
    "chat": ("bot.cli.chat:chat", "Talk to the bot in this terminal."),
    "flows": ("bot.cli.flows:app", "Check, try and publish the conversations."),
    "nlu": ("bot.cli.nlu:app", "Train and question the understanding."),
    "operations": ("bot.cli.operations:app", "Look after the operations that move money."),
    "channels": ("bot.cli.channels:app", "See and stop the sending of messengers."),
    "partners": ("bot.cli.partners:app", "Look after the bank's partners and their webhooks."),
    "audit": ("bot.cli.audit:app", "Verify the chain of the audit."),
    "customers": ("bot.cli.customers:app", "Seal customers' data with the current key."),
    "db": ("bot.cli.db:app", "Bring the database's schema up to date."),
    "gallery": ("bot.cli.gallery:gallery", "Draw every picture and document on one page, to be looked at."),
    "token": ("bot.cli.token:token", "Issue a token of our own for the APIs."),
}
WRONG_USE = 2
INTERRUPTED = 130
# Their texts say what to do. By name, for most commands never import them.
FOR_PEOPLE = (
    "SettingsWrong", "NoPostgres", "PostgresDidNotStart", "PortTaken", "KeyUnusable", "TokenKeyUnusable",
    "ContentBroken", "NothingPublished", "BrandUnusable", "TemplateUnusable",
)  # fmt: skip


def main() -> None:
    """The entry point. A problem that people can mend is said in a sentence, without a stack trace."""
    name, rest = (sys.argv[1:2] or ["--help"])[0], sys.argv[2:]
    if name in ("--help", "-h", "help"):
        sys.stdout.write(overview())
        return
    target, _ = COMMANDS.get(name, ("", ""))
    if not target or not _is_there(target):
        sys.stderr.write(f"teller: there is no command {name!r}.{_near(name)}\n\n{overview()}")
        sys.exit(WRONG_USE)
    try:
        _call(name, target, rest)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as problem:
        if type(problem).__name__ not in FOR_PEOPLE and not isinstance(problem, PermissionError):
            raise
        sys.stderr.write(f"teller: {problem}\n")
        sys.exit(1)


def overview() -> str:
    """What `teller --help` says."""
    there = {name: what for name, (target, what) in COMMANDS.items() if _is_there(target)}
    rows = "".join(f"  {name:<12} {what}\n" for name, what in there.items())
    return f"Usage: teller COMMAND [OPTIONS]\n\n{rows}\nteller COMMAND --help says more about each.\n"


def _is_there(target: str) -> bool:
    return importlib.util.find_spec(target.split(":")[0]) is not None


def _near(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, [n for n, (target, _) in COMMANDS.items() if _is_there(target)], n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _call(name: str, target: str, arguments: list[str]) -> None:
    import typer

    module, attribute = target.split(":")
    found = getattr(importlib.import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        single = typer.Typer(add_completion=False)
        single.command(name)(found)
        found = single
    found.pretty_exceptions_enable = False
    found(arguments, prog_name=f"teller {name}")

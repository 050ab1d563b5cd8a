"""The terminal of `teller flows play`: draws the conversation, reads what is typed, and keeps it as a test."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bot.cli.flow_content import cannot_run, capabilities
from flows.playing import CannotSave, Play, Reply, added
from flows.playing.commands import HELP, NotUnderstood, number_is_value
from flows.playing.saving import flow_of
from flows.source import read
from flows.testing import run
from flows.testing.chat import Shown, Turned
from flows.testing.reading import read_test_file

ACCENT, QUIET, GOOD, BAD = "#E4572E", "grey58", "#1F7A6D", "#B4232C"
WIDEST = 68


class Terminal:
    """Draws the conversation and reads what is typed."""

    def __init__(self, play: Play, folder: Path) -> None:
        self._play, self._folder = play, folder
        self._typing = sys.stdin.isatty()
        self._out = Console(highlight=False)
        self._wide = min(self._out.width - 4, WIDEST)

    def talk(self, flow: str) -> None:
        """Until /quit or the end of the input."""
        person = self._play.person
        self._out.print(
            Text.assemble(
                ("teller flows play", f"bold {ACCENT}"),
                (f"   {person.channel} · {person.locale} · {person.auth} · the bank is made up, /? helps", QUIET),
            )
        )
        if flow:
            try:
                self._show(self._play.start(flow))
            except NotUnderstood as error:
                cannot_run(str(error))
        while (typed := self._next()) is not None and typed.strip() not in ("/quit", "/exit"):
            self._obey(typed.strip())

    def _next(self) -> str | None:
        try:
            typed = input("\n› ") if self._typing else sys.stdin.readline()
        except (EOFError, KeyboardInterrupt):
            return None
        if self._typing:
            return typed
        if typed.strip():
            self._out.print(Text(f"\n› {typed.strip()}", style="bold"))
        return typed or None

    def _obey(self, typed: str) -> None:
        word, _, rest = typed.partition(" ")
        if word in ("/?", "?"):
            width = max(map(len, HELP)) + 2
            self._notes([f"{what:<{width}}{why}" for what, why in HELP.items()])
        elif word == "/save":
            self._save(rest.strip())
        else:
            self._show(self._play.hear(typed))

    def _show(self, reply: Reply) -> None:
        self._notes(reply.notes, BAD if reply.wrong else QUIET)
        turned = reply.turned
        if turned is None:
            return
        for news in turned.news:
            self._out.print(Text(f"  bank  {news}", style=QUIET))
        for shown in turned.shown:
            self._out.print(self._bubble(shown))
        for handed in turned.handed:
            self._out.print(Text(f"  the chat goes to people: {handed.queue}", style=GOOD))
        if not turned.shown and not turned.handed:
            self._notes(["(nothing is said)"])
        self._place(turned)

    def _place(self, turned: Turned) -> None:
        done = [flow for flow in turned.open_before if flow not in turned.open_after]
        for flow in dict.fromkeys([*done, *(f for f, _ in turned.steps if f not in turned.open_after)]):
            self._out.print(Text(f"  ✓ {flow} has ended", style=GOOD))
        for row in self._play.where()[:1]:
            self._out.print(Text(f"  {row}", style=QUIET))

    def _bubble(self, shown: Shown) -> Padding:
        """A message with its picture and its buttons, as wide as it needs."""
        parts: list[Text] = [Text(f"▣ picture: {shown.picture}", style=QUIET)] if shown.picture else []
        parts += [Text(shown.text)] if shown.text else []
        names = ", ".join(shown.responses)
        body = Panel.fit(
            Group(*parts), border_style=ACCENT, subtitle=Text(names, style=QUIET), subtitle_align="right",
            padding=(0, 1), width=self._fitting(shown, names),
        )  # fmt: skip
        sign = "#" if number_is_value(self._play.chat.session) else ""
        buttons = Text("  ").join(
            Text.assemble((f" {sign}{number} ", f"bold {ACCENT}"), (f" {choice.title} ", "reverse"))
            for number, choice in enumerate(shown.choices, 1)
        )
        return Padding(Group(body, buttons) if shown.choices else body, (1, 0, 0, 2))

    def _fitting(self, shown: Shown, names: str) -> int:
        longest = max([len(row) for row in shown.text.split("\n")] + [len(shown.picture) + 12, len(names) + 4])
        return min(longest + 4, self._wide)

    def _notes(self, notes: Sequence[str], style: str = QUIET) -> None:
        for note in notes:
            self._out.print(Text(f"  {note}", style=style))

    def _save(self, name: str) -> None:
        """Keep the conversation; nothing is written before it has passed as a test."""
        try:
            path, text = self._candidate(name)
        except CannotSave as error:
            self._notes([str(error)], BAD)
            return
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self._notes([f"kept as '{name}' in {path.parent.name}/{path.name}; it passes"], GOOD)

    def _candidate(self, name: str) -> tuple[Path, str]:
        if not name:
            raise CannotSave("write /save and a name, such as /save a guest opens a card")
        path = self._folder / "tests" / f"{flow_of(self._play)}.test.yml"
        before = path.read_text(encoding="utf-8") if path.is_file() else ""
        file = f"tests/{path.name}"
        text = added(before, read(before.encode(), file)[0] if before else None, self._play, name)
        library = self._play.library
        found, wrong = read_test_file(text, file, library, self._play.examples)
        if found is None or wrong:
            raise CannotSave(f"it could not be written as a test: {wrong[0].what if wrong else 'the file is empty'}")
        alone = type(found)(file, found.flow, tuple(case for case in found.cases if case.name == name))
        report = run(library, [alone], capabilities())
        if report.failures:
            raise CannotSave(f"it does not pass as a test, so it is not kept:\n{report.failures[0].as_text()}")
        return path, text

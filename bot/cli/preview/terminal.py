"""Draws screens in the terminal: messengers side by side where there is room, else one below the other."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from bot.cli.preview.samples import Sample
from bot.cli.preview.screen import Bubble, Button, Screen
from bot.cli.preview.words import notes

ACCENT, QUIET, BAD = "#E4572E", "grey58", "#B4232C"
PHONE_WIDE_MIN = 33  # narrower, and most sentences break at every third word
PHONE_WIDE_MAX = 46
INDENT = 2
SIGNS = {"link": "↗ ", "phone": "☎ ", "place": "⌖ ", "answer": "", "page": ""}
NAMES = {"telegram": "Telegram", "viber": "Viber", "whatsapp": "WhatsApp", "messenger": "Messenger"}
Seen = tuple[Sample, Screen]


class Terminal:
    """Prints to the terminal, or plainly into a pipe."""

    def __init__(self, out: Console | None = None) -> None:
        self._out = out or Console(highlight=False)

    def flow(self, name: str, title: str, locale: str) -> None:
        """The head of a flow."""
        self._out.print(Text.assemble((name, f"bold {ACCENT}"), (f"   {title} · {locale}", QUIET)))

    def response(self, seen: Sequence[Seen]) -> None:
        """One response on all messengers asked for."""
        sample = seen[0][0]
        self._out.print(
            Rule(
                Text.assemble((sample.name, "bold"), (f"  {sample.at.file}:{sample.at.line}", QUIET)),
                align="left",
                style=QUIET,
            )
        )
        alike = _alike(seen)
        across = max(1, min(len(alike), (self._out.width + 1) // (PHONE_WIDE_MIN + 1)))
        if len(alike) % across and len(alike) < 2 * across:
            across = (len(alike) + 1) // 2  # two and two look tidier than three and one
        wide = min(PHONE_WIDE_MAX, (self._out.width - across + 1) // across)
        for start in range(0, len(alike), across):
            grid = Table.grid(padding=(0, 1, 0, 0))
            group = alike[start : start + across]
            for _ in group:
                grid.add_column(width=wide)
            grid.add_row(*(_phone(same, wide) for same in group))
            self._out.print(grid)
            self._out.print()


def _alike(seen: Sequence[Seen]) -> list[list[Seen]]:
    """Messengers that show the very same are drawn once."""
    groups: dict[tuple[object, ...], list[Seen]] = {}
    for sample, screen in seen:
        groups.setdefault((screen.pages, screen.lost, *notes(sample, screen)), []).append((sample, screen))
    return list(groups.values())


def _phone(same: Sequence[Seen], wide: int) -> RenderableType:
    sample, screen = same[0]
    names = " · ".join(NAMES.get(one.channel, one.channel) for _, one in same)
    parts: list[RenderableType] = [Text(names, style="bold")]
    for number, page in enumerate(screen.pages, 1):
        if len(screen.pages) > 1:
            parts.append(Text(f"page {number} of {len(screen.pages)}", style=QUIET))
        parts += [part for bubble in page for part in _bubble(bubble, wide)]
    parts += [_hanging("! ", Text(note, style=QUIET)) for note in notes(sample, screen)]
    parts += [
        _hanging("✗ ", Text(f"LOST: “{title}” is nowhere to be tapped or read", style=f"bold {BAD}"))
        for title in screen.lost
    ]
    return Group(*parts)


def _bubble(bubble: Bubble, wide: int) -> Iterable[RenderableType]:
    words = [Text(f"▣ {bubble.shows}", style=QUIET)] if bubble.shows else []
    words += [Text(bubble.text)] if bubble.text else []
    if words:
        longest = max(len(line) for word in words for line in word.plain.split("\n"))
        yield Panel(Group(*words), box=box.ROUNDED, border_style=ACCENT, padding=(0, 1), width=min(wide, longest + 4))
    if not bubble.rows:
        return
    if bubble.manner == "list":
        yield Text(f"[ ≡ {bubble.opens} ]", style="bold", justify="left")
        for (button,) in bubble.rows:
            yield _hanging("  ○ ", _row(button))
    elif bubble.manner == "quick":
        yield Text("quick replies:", style=QUIET)
        chips = [_title(button, "(", ")") for row in bubble.rows for button in row]
        yield Padding(Text("\n".join(_in_lines(chips, wide - INDENT)), style="bold"), (0, 0, 0, INDENT))
    else:
        if bubble.manner == "keyboard":
            yield Text("in place of the keyboard:", style=QUIET)
        yield from (_buttons(row, wide) for row in bubble.rows)


def _row(button: Button) -> Text:
    text = Text(button.title, style="bold")
    return text.append(f"\n{button.description}", style=QUIET) if button.description else text


def _in_lines(chips: Sequence[str], wide: int) -> list[str]:
    """As many to a line as stand there whole."""
    lines: list[str] = []
    for chip in chips:
        if lines and len(lines[-1]) + 1 + len(chip) <= wide:
            lines[-1] += f" {chip}"
        else:
            lines.append(chip)
    return lines


def _buttons(row: Sequence[Button], wide: int) -> RenderableType:
    """A row as the messenger divides it: by its columns, or by the titles where those would not stand whole then."""
    titles = [_title(button, "[ ", " ]") for button in row]
    needs = [len(title) + 1 for title in titles]
    total = sum(button.columns for button in row)
    shares = [wide * button.columns // total for button in row]
    if any(
        need > share + (number == len(row)) for number, (need, share) in enumerate(zip(needs, shares, strict=True), 1)
    ):
        spare = max(0, wide + 1 - sum(needs)) // len(row)
        shares = [need + spare for need in needs] if sum(needs) <= wide + 1 else shares
    grid = Table.grid(padding=0)
    for share in shares:
        grid.add_column(width=share)
    grid.add_row(*(Text(title, style="bold") for title in titles))
    return grid


def _title(button: Button, before: str, after: str) -> str:
    return f"{before}{SIGNS[button.kind]}{button.title}{after}"


def _hanging(mark: str, text: Text) -> RenderableType:
    grid = Table.grid(padding=0)
    grid.add_column(width=len(mark))
    grid.add_column()
    grid.add_row(Text(mark), text)
    return grid

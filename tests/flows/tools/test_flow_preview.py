"""An editor sees what each messenger shows, and no choice is ever lost between the engine and the phone."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from bot.cli.flows import app, brand_of, capabilities, templates
from bot.cli.preview.samples import SYSTEM, Sample, Samples
from bot.cli.preview.screen import Screen, screen
from bot.cli.preview.words import CHANGES, in_words
from channels import references
from channels.telegram.render import render as render_telegram
from flows.checks import check
from flows.loader import load_library
from flows.messages import Choice, OutboundMessage
from flows.model import Library
from flows.problems import Problem
from flows.testing import read_tests
from flows.testing.script import TestFile as StaffTests

ROOT = Path(__file__).parents[3]
CONTENT = ROOT / "flows" / "content"
NAMES = [one.channel for one in capabilities()]
REF = references.ref_of(UUID(int=7))
CODES = re.compile(r"\x1b")


@pytest.fixture(scope="module")
def library() -> Library:
    found = check(CONTENT, brand_of("sandbox"), channels=capabilities(), templates=templates())
    assert found.library is not None
    return found.library


@pytest.fixture(scope="module")
def files(library: Library) -> list[StaffTests]:
    return read_tests(CONTENT, library)[0]


def preview(*arguments: str, columns: int = 80) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["preview", *arguments], env={"COLUMNS": str(columns)})
    return result.exit_code, result.output


def message(*choices: Choice, text: str = "Which?") -> OutboundMessage:
    return OutboundMessage("k", text, choices, ref=REF)


def answers(count: int, title: str = "Answer") -> tuple[Choice, ...]:
    return tuple(Choice(f"q.{number}", f"{title} {number}") for number in range(1, count + 1))


@pytest.mark.parametrize("locale", ["en", "uk"])
@pytest.mark.parametrize("channel", capabilities(), ids=NAMES)
def test_every_response_reaches_every_messenger_with_all_of_its_choices(
    library: Library, files: list[StaffTests], channel: Any, locale: str
) -> None:
    all_reach(library, files, channel, locale)


@pytest.mark.parametrize("channel", capabilities(), ids=NAMES)
def test_amounts_of_thousandths_find_room_on_every_messenger(channel: Any) -> None:
    library = check(CONTENT, brand_of("dhow"), channels=capabilities(), templates=templates()).library
    assert library is not None
    shown = all_reach(library, read_tests(CONTENT, library)[0], channel, "uk")
    assert any("KWD" in one.message.text for one in shown)
    assert not any("UAH" in one.message.text or "₴" in one.message.text for one in shown)


def all_reach(library: Library, files: list[StaffTests], channel: Any, locale: str) -> list[Sample]:
    samples = Samples(library, files, channel, locale)
    seen = [(one, screen(one.channel, one.message)) for flow in (SYSTEM, *library.flows) for one in samples.of(flow)]
    assert {one.name for one, _ in seen} >= {name for flow in library.flows.values() for name in flow.responses}
    assert [(one.flow, one.name, shown.lost) for one, shown in seen if shown.lost] == []
    assert [(one.flow, one.name) for one, shown in seen if not any(shown.pages)] == []
    assert [one.name for one, _ in seen if re.search(r"\{\w|  |•(?![•\w ])", one.message.text)] == []
    return [one for one, _ in seen]


@dataclass(frozen=True)
class Drawn:
    calls: tuple[Any, ...]
    degradations: tuple[str, ...] = ()


def test_a_renderer_that_drops_a_choice_is_found_out() -> None:
    def forgetful(said: OutboundMessage, address: str) -> Any:
        return render_telegram(replace(said, choices=said.choices[:-1]), address)

    assert screen("telegram", message(*answers(3)), forgetful).lost == ("Answer 3",)
    assert screen("telegram", message(*answers(3))).lost == ()


def test_a_title_that_is_cut_and_nowhere_whole_is_found_out() -> None:
    def cutting(said: OutboundMessage, address: str) -> Any:
        return render_telegram(
            replace(said, choices=tuple(replace(c, title=c.title[:4]) for c in said.choices)), address
        )

    assert screen("telegram", message(*answers(1)), cutting).lost == ("Answer 1",)


HARD = {
    "many answers": message(*answers(30)),
    "long titles": message(*answers(5, "An answer of so many words that no button of any phone shows it whole to you")),
    "answers and links": message(
        *answers(2), Choice("u", "Open the bank's page", kind="url", url="https://b.example/1")
    ),
    "a phone and an answer": message(Choice("p", "Share", kind="request_phone"), *answers(1)),
    "a place": message(Choice("p", "Where I am", kind="request_location")),
    "a long text with answers": message(*answers(2), text="All that there is to say. " * 400),
    "long data": message(Choice("x" * 3000, "Yes"), Choice("y" * 3000, "No")),
    "links alone": message(*(Choice(f"{n}", f"Page {n}", kind="url", url=f"https://b.example/{n}") for n in range(6))),
}


@pytest.mark.parametrize("channel", NAMES)
@pytest.mark.parametrize("hard", HARD.values(), ids=HARD.keys())
def test_what_fits_badly_is_all_there_and_told_in_words(hard: OutboundMessage, channel: str) -> None:
    shown = screen(channel, hard)
    assert shown.lost == ()
    for change in shown.changes:
        assert change.partition(":")[0] in {*CHANGES, "text_split", "pages"}, change
        assert "_" not in in_words(change)


def test_pages_of_a_list_are_all_shown_with_the_way_between_them() -> None:
    shown = screen("whatsapp", message(*answers(30)))
    assert len(shown.pages) == 4
    assert "pages:4" in shown.changes
    assert [sum(one.kind == "page" for b in page for row in b.rows for one in row) for page in shown.pages] == [
        1,
        2,
        2,
        1,
    ]


def test_a_messenger_nobody_knows_yet_is_shown_all_the_same() -> None:
    def fifth(said: OutboundMessage, address: str) -> Any:
        buttons = [{"label": one.title, "value": one.id} for one in said.choices]
        return Drawn(({"to": address, "content": {"text": said.text, "buttons": buttons}},))

    shown = screen("fifth", message(*answers(2)), fifth)
    assert shown.lost == ()
    assert shown.pages[0][0].text == "Which?"


def test_a_pipe_gets_no_terminal_codes_and_no_line_wider_than_it_is() -> None:
    for columns in (80, 140):
        status, said = preview("choose_cashback", "--locale", "uk", columns=columns)
        assert status == 0
        assert not CODES.search(said)
        assert max(map(len, said.split("\n"))) <= columns
        for name in ("Telegram", "Viber", "WhatsApp", "Messenger"):
            assert name in said


def test_what_a_messenger_may_not_ask_for_is_asked_on_the_banks_page() -> None:
    _, said = preview("transfer_money", "--response", "ask_to_card", "--channel", "whatsapp")
    assert "bank's own page" in said
    assert "may not be asked for in this chat" in " ".join(said.split())
    _, said = preview("transfer_money", "--response", "ask_to_card", "--channel", "telegram")
    assert "recipient's card" in said


def test_an_editor_reads_it_as_data() -> None:
    status, said = preview("card_issue", "--response", "ask_tariff", "--format", "json", "--channel", "whatsapp")
    (row,) = json.loads(said)
    assert status == 0
    assert (row["channel"], row["response"], row["lost"]) == ("whatsapp", "ask_tariff", [])
    assert [one["title"] for (one,) in row["pages"][0][0]["rows"]] == ["Digital", "Gold"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("trasfer_money",), "Did you mean 'transfer_money'?"),
        (("card_issue", "--response", "ask_tarif"), "Did you mean 'ask_tariff'?"),
        (("--response", "welcom"), "Did you mean 'welcome'?"),
        (("--channel", "vibre"), "Did you mean 'viber'?"),
        (("--locale", "fr"), "it speaks en, uk"),
    ],
    ids=["flow", "response", "response of all", "channel", "locale"],
)
def test_an_unknown_name_is_answered_with_the_nearest(arguments: tuple[str, ...], words: str) -> None:
    status, said = preview(*arguments)
    assert status == 2
    assert words in said


def test_a_lost_choice_ends_the_command_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import channels.viber.render as viber

    whole = viber.render

    def forgetful(said: OutboundMessage, address: str, *, sender: str) -> Any:
        return whole(replace(said, choices=()), address, sender=sender)

    monkeypatch.setattr(viber, "render", forgetful)
    status, said = preview("card_issue", "--response", "ask_tariff", "--channel", "viber")
    assert status == 1
    assert "LOST: “Digital”" in said


def test_the_guides_show_what_the_tool_prints() -> None:
    for guide in (CONTENT / "README.md", ROOT / "docs" / "flow-tools.md"):
        text = guide.read_text("utf-8")
        shown = list(_previews(text))
        assert shown, guide
        for arguments, printed in shown:
            status, said = preview(*arguments)
            assert status == 0
            assert _plain(printed) in _plain(said), f"{guide.name}: teller flows preview {' '.join(arguments)}"


def _previews(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The commands of a guide and what stands below each, to the end of its block."""
    for found in re.finditer(r"```\n\$ teller flows preview ([^\n]*)\n(.*?)```", text, re.DOTALL):
        yield tuple(found[1].split()), found[2]


def _plain(text: str) -> str:
    """Line numbers move with every edit of the flow, and nobody sees spaces at the end of a line."""
    rows = (re.sub(r"yml:\d+ ─+", "yml ", row).rstrip() for row in text.split("\n"))
    return "\n".join(rows).strip()


LONG = "It takes a while to read all of this, and still there is more to say. "


def _problems(folder: Path) -> tuple[Problem, ...]:
    return check(folder, brand_of("sandbox"), channels=capabilities(), templates=templates()).problems


def _tariff(tmp_path: Path, old: str, new: str) -> Path:
    folder = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    path = folder / "flows" / "card_issue.flow.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


GOLD = "      - {en: Gold, uk: Золота, set: {tariff: gold}}\n"
FEARED: dict[str, tuple[str, str, str, str, str]] = {
    "a text too long for its buttons": (
        "en: Which card would you like?", "en: " + LONG * 10, "W427", "messenger", "choices_apart",
    ),
    "a text too long for a message": (
        "en: Which card would you like?", "en: " + LONG * 40, "E420", "messenger", "text_split:2",
    ),
    "a link among answers": (
        GOLD, GOLD + '      - {en: Terms, uk: Умови, url: "https://bank.example/t"}\n',
        "W428", "whatsapp", "mixed_kinds",
    ),
    "more answers than a list holds": (
        GOLD, GOLD + "      - {en: Balance, uk: Баланс, flow: show_balance}\n" * 10, "W421", "whatsapp", "pages:2",
    ),
    "a label that no button shows": (
        "en: Gold, uk", "en: Gold with a golden edge, uk", "E422", "messenger", "titles_cut",
    ),
    "a place that nobody can send": (
        GOLD, GOLD + "      - {en: Where I am, uk: Де я, request: location}\n", "W425", "messenger", "no_place_button",
    ),
}  # fmt: skip


@pytest.mark.parametrize("feared", FEARED.values(), ids=FEARED.keys())
def test_what_the_check_says_of_a_messenger_is_what_it_does(
    tmp_path: Path, files: list[StaffTests], library: Library, feared: tuple[str, str, str, str, str]
) -> None:
    old, new, code, channel, change = feared
    folder = _tariff(tmp_path, old, new)
    told = [one for one in _problems(folder) if one.code == code]
    assert [channel in one.what + one.why for one in told] == [True]
    capability = next(one for one in capabilities() if one.channel == channel)
    loaded = load_library(folder, brand_of("sandbox")).library
    assert loaded is not None
    (sample,) = Samples(loaded, files, capability, "en").of("card_issue", "ask_tariff")
    shown: Screen = screen(channel, sample.message)
    assert change in shown.changes
    assert shown.lost == ()


def test_words_of_its_own_free_a_messenger_from_the_length_of_the_others(tmp_path: Path) -> None:
    asked = "en: Which card would you like?\n"
    folder = _tariff(tmp_path, asked, "en: " + LONG * 10 + "\n    channels: {messenger: {en: Which card?}}\n")
    assert [one for one in _problems(folder) if one.code == "W427"] == []


def test_messengers_that_show_the_same_are_drawn_once() -> None:
    _, said = preview("card_issue", "--response", "issuing")
    assert said.count("Issuing your card") == 1
    assert "Messenger · Telegram · Viber · WhatsApp" in said

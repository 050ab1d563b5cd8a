"""Whatever is put into a content folder, the answer is a problem with its place, soon and in little memory."""

import shutil
import time
import tracemalloc
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.flows import app, brand_of, capabilities, templates
from flows.checks import check
from flows.loader import Loaded
from flows.problems import as_text

PAGE = Path(__file__).parents[1] / "lang" / "page"
FILE = "flows/big.flow.yml"
HEAD = 'dsl: "1"\nflow: big\ntitle: Big\nstarts_on: {intents: [big]}\nrequires: {auth: verified}\n'
SETTINGS = HEAD + "settings:\n  expires_after: %s\nsteps:\n  - say: a\n    next: END\nresponses:\n  a: {en: A, uk: Б}\n"
RESPONSES = "responses:\n  a: {en: A, uk: Б}\n"
SECONDS_MAX = 5.0  # of the processor; everything below takes less than one
BYTES_MAX = 200_000_000
BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))


def checked(tmp_path: Path, text: "str | bytes") -> Loaded:
    folder = Path(shutil.copytree(PAGE, tmp_path / "content"))
    (folder / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
    return check(folder, brand_of("sandbox"), channels=capabilities(), templates=templates())


BAD = {
    "a Python object": (HEAD + 'note: !!python/object/apply:os.system ["true"]\n', "E103", 6, 7, "the tag"),
    "an anchor": (HEAD + "owner: &me somebody\n", "E103", 6, 8, "the anchor '&me'"),
    "a bomb of aliases": (BOMB, "E103", 1, 4, "the anchor '&a'"),
    "a merge key": (HEAD + "<<: {owner: me}\n", "E103", 6, 1, "the merge key"),
    "a million nodes": ("- " * 3 + "a\n" + "- a\n" * 1_000_000, "E101", 1, 1, "larger than"),
    "all the nodes that fit": ("[" + "[]," * 160_000 + "]", "E101", 1, 59999, "too many parts"),
    "a deep well": ("[" * 500_000, "E101", 1, 25, "too many levels"),
    "too many steps": (HEAD + "steps:\n" + "  - say: a\n" * 600 + RESPONSES, "E101", 7, 3, "600 steps"),
    "tabs": ("\t\n" * 200_000, "E101", 1, 1, "a tab"),
    "bidi characters": (HEAD + "owner: \u202egro.knab\n", "E106", 6, 8, "right-to-left override"),
    "a great many of them": ("\u202e" * 150_000, "E106", 1, 1, "right-to-left override"),
    "a key twice": (HEAD + "owner: one\nowner: two\n", "E102", 7, 1, "'owner' stands here twice"),
    "other bytes": (b"\xff\xfe" + HEAD.encode("utf-16-le"), "E106", 1, 1, "not UTF-8"),
    "zero bytes": (b"dsl: \x00\n", "E106", 1, 6, "invisible"),
    "NO": (SETTINGS % "NO", "E205", 7, 18, "'NO'"),
    "0123": (SETTINGS % "0123", "E205", 7, 18, "'0123'"),
    "12:30": (SETTINGS % "12:30", "E205", 7, 18, "a duration looks like 15m"),
    "an endless condition": (
        HEAD + "steps:\n  - if: " + "(" * 200_000 + "\n    then: END\n" + RESPONSES,
        "E302", 7, 0, "",
    ),
    "an endless text": (
        HEAD + 'steps:\n  - say: a\n    next: END\nresponses:\n  a: {en: "' + "{w" * 150_000 + '", uk: Б}\n',
        "E411", 10, 12, "a curly bracket",
    ),
    "an endless word": (
        HEAD + 'steps:\n  - say: a\n    next: END\nresponses:\n  a: {en: "' + "w" * 400_000 + '", uk: Б}\n',
        "E420", 10, 11, "400000 long",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_bad_input_has_a_place_and_costs_little(tmp_path: Path, bad: tuple[str, str, int, int, str]) -> None:
    text, code, line, col, word = bad
    began = time.process_time()
    found = checked(tmp_path, text)
    assert time.process_time() - began < SECONDS_MAX
    mine = [one for one in found.problems if one.at.file == FILE and one.code == code]
    assert mine, [(one.code, str(one.at)) for one in found.problems]
    assert (mine[0].at.line, mine[0].at.col or 0) == (line, col or mine[0].at.col)
    assert word in mine[0].what
    assert found.library is None
    assert len(as_text(mine[0], found.sources)) < 2000


@pytest.mark.parametrize("name", ["a million nodes", "all the nodes that fit", "a bomb of aliases", "a deep well"])
def test_what_is_huge_takes_no_memory(tmp_path: Path, name: str) -> None:
    tracemalloc.start()
    try:
        checked(tmp_path, BAD[name][0])
        assert tracemalloc.get_traced_memory()[1] < BYTES_MAX
    finally:
        tracemalloc.stop()


def test_the_other_flows_are_still_judged(tmp_path: Path) -> None:
    found = checked(tmp_path, "\t")
    assert {one.at.file for one in found.problems} == {FILE}


def test_the_command_survives_them_all_together(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PAGE, tmp_path / "content"))
    for number, (text, *_) in enumerate(BAD.values()):
        data = text if isinstance(text, bytes) else text.encode()
        (folder / "flows" / f"bad_{number}.flow.yml").write_bytes(data)
    result = CliRunner().invoke(app, ["check", str(folder)])
    assert result.exit_code == 1
    assert all(f"flows/bad_{number}.flow.yml:" in result.output for number in range(len(BAD)))

"""Every fault of the catalogue is found where it stands, and the page's own examples have none.

The plants stand in ``plants.yml``; ``§`` marks the character that the problem must point at.
"""

import shutil
from pathlib import Path

import pytest
import yaml

from flows.checks import check
from flows.loader import Loaded, load_brand
from flows.model import Brand
from flows.ports import ButtonLimits, Capabilities, ListLimits

PAGE = Path(__file__).parent / "page"
BRAND = Path(__file__).parents[3] / "core_adapters" / "internal" / "sandbox" / "brand.yml"
TEMPLATES = {"receipt": frozenset({"transfer"}), "card_front": frozenset({"card"})}
SMALL = Capabilities(
    channel="small", max_text=200, text_unit="char", max_caption=100, request_phone=True, max_text_beside=130,
    mixed_kinds=False,
    choice_list=ListLimits(3, 24, 72, 64, 20),
    buttons=ButtonLimits(3, 3, 20, 64), may_take=frozenset({"card_number"}),
)  # fmt: skip
PLANTS = [tuple(plant.values()) for plant in yaml.safe_load((PAGE.parent / "plants.yml").read_text(encoding="utf-8"))]
STARTS = "starts_on:\n  intents: [show_balance]\n  commands: [/balance]\n  examples:\n    - what's my balance?\n"


@pytest.fixture(scope="session")
def brand() -> Brand:
    return load_brand(BRAND)


def checked(folder: Path, brand: Brand) -> Loaded:
    return check(folder, brand, channels=(SMALL,), templates=TEMPLATES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PAGE, tmp_path / "content"))


def plant(folder: Path, file: str, old: str, new: str) -> tuple[int, int] | None:
    """Change a file; the line and column of the mark."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    text = text.replace(old, new, 1)
    mark = text.find("§")
    path.write_text(text.replace("§", ""), encoding="utf-8")
    return None if mark < 0 else (text.count("\n", 0, mark) + 1, mark - text.rfind("\n", 0, mark))


def test_an_unreadable_slots_file_is_one_problem(brand: Brand, folder: Path) -> None:
    (folder / "slots.yml").write_text("slots: a: b\n", encoding="utf-8")
    assert [problem.code for problem in checked(folder, brand).problems] == ["E101"]


def test_the_examples_of_the_page_pass(brand: Brand) -> None:
    found = checked(PAGE, brand)
    assert found.problems == ()
    assert found.library is not None


@pytest.mark.parametrize(("code", "file", "old", "new"), PLANTS, ids=[f"{p[0]}-{n}" for n, p in enumerate(PLANTS)])
def test_a_planted_fault_is_found_where_it_stands(
    brand: Brand, folder: Path, code: str, file: str, old: str, new: str
) -> None:
    if code == "E224":
        plant(
            folder,
            file,
            "starts_on:\n  intents: [show_balance]\n  commands: [/balance]\n  examples:\n    - what's my balance?\n",
            "",
        )
    place = plant(folder, file, old, new)
    found = [problem for problem in checked(folder, brand).problems if problem.code == code]
    assert found, [str(problem.at) + problem.code for problem in checked(folder, brand).problems]
    if place is not None:
        assert place in [(problem.at.line, problem.at.col) for problem in found]
    assert {problem.severity for problem in found} == {"warning" if code[0] == "W" else "error"}


# Faults whose consequences could be told, too: one root cause is one message.
ALONE = (
    "E102", "E103", "E104", "E202", "E203", "E204", "E205", "E206", "E211", "E213", "E230", "E231", "E232",
    "E301", "E302", "E304",
)  # fmt: skip


@pytest.mark.parametrize(("code", "file", "old", "new"), [p for p in PLANTS if p[0] in ALONE])
def test_one_cause_is_one_error(brand: Brand, folder: Path, code: str, file: str, old: str, new: str) -> None:
    plant(folder, file, old, new)
    errors = [problem for problem in checked(folder, brand).problems if problem.severity == "error"]
    assert [problem.code for problem in errors] == [code], [str(p.at) + p.code + p.what for p in errors]

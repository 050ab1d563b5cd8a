"""What counts as logic and what as wording, and where a conversation goes when its flow migrates."""

from pathlib import Path
from textwrap import dedent

import pytest

from flows.checks import check
from flows.loader import load_brand, load_library
from flows.model import Library
from flows.versioning import Hashes, hashes

ROOT = Path(__file__).parents[3]
BRAND = load_brand(ROOT / "core_adapters" / "internal" / "sandbox" / "brand.yml")
SLOTS = """
dsl: "1"
slots:
  note:   {type: text}
  agreed: {type: flag}
"""
SYSTEM = """
dsl: "1"
responses:
  label_yes: {en: "Yes", uk: Так}
  menu: {en: Choose., uk: Оберіть.}
"""
FLOW = """
dsl: "1"
flow: memo
title: A note
owner: notes@bank.example
starts_on:
  commands: [/memo]
  examples: [make a note]
steps:
  - id: ask_note
    collect: note
    ask: ask_note
    note: the first question
  - id: terms
    collect: agreed
    ask: ask_terms
  - id: sure
    confirm: sure
    show: [note]
  - id: done
    say: done
    next: END
responses:
  ask_note:  {en: "What shall I note?", uk: "Що занотувати?"}
  ask_terms: {en: "Do you agree?", uk: "Згодні?"}
  sure:      {en: "Keep {note}?", uk: "Зберегти {note}?", buttons: confirm}
  done:
    en: Noted.
    uk: Занотовано.
    buttons:
      - {en: Menu, uk: Меню, command: /menu}
"""


def library(folder: Path, flow: str = FLOW, slots: str = SLOTS, system: str = SYSTEM) -> Library:
    """A small content as it is read."""
    (folder / "flows").mkdir(exist_ok=True)
    for name, text in (("slots.yml", slots), ("system.yml", system), ("flows/memo.flow.yml", flow)):
        (folder / name).write_text(dedent(text))
    loaded = load_library(folder, BRAND)
    assert loaded.library is not None, loaded.problems
    return loaded.library


def hashed(folder: Path, **texts: str) -> Hashes:
    return hashes(library(folder, **texts), {"x": str(sorted(texts.items()))})


@pytest.mark.parametrize(("before", "after"), [
    ("Noted.", "Written down."), ("Занотовано.", "Записано."), ("What shall I note?", "What is it?"),
    ("en: Menu,", "en: To the menu,"), ("title: A note", "title: Notes"), ("make a note", "write this down"),
])  # fmt: skip
def test_words_that_only_are_read_are_no_logic(tmp_path: Path, before: str, after: str) -> None:
    one, other = hashed(tmp_path), hashed(tmp_path, flow=FLOW.replace(before, after))
    assert (one.logic, one.texts) != (other.logic, other.texts)
    assert one.logic == other.logic


@pytest.mark.parametrize(("before", "after"), [
    ("Keep {note}?", "Shall I keep {note}?"), ("Зберегти {note}?", "Записати {note}?"), ("Do you agree?", "Agreed?"),
    ("command: /menu", "command: /help"), ("commands: [/memo]", "commands: [/note]"), ("next: END", "next: ask_note"),
    ("show: [note]", "show: [note, agreed]"),
])  # fmt: skip
def test_what_decides_and_what_is_agreed_to_is_logic(tmp_path: Path, before: str, after: str) -> None:
    assert hashed(tmp_path).logic != hashed(tmp_path, flow=FLOW.replace(before, after)).logic


def test_the_words_on_the_button_of_a_yes_are_logic_and_those_of_the_menu_are_not(tmp_path: Path) -> None:
    one = hashed(tmp_path)
    assert one.logic != hashed(tmp_path, system=SYSTEM.replace('"Yes"', '"Agreed"')).logic
    assert one.logic == hashed(tmp_path, system=SYSTEM.replace("Choose.", "What now?")).logic


@pytest.mark.parametrize(("before", "after"), [
    ("the first question", "a remark"), ("notes@bank", "texts@bank"), ("steps:\n", "steps:\n\n# a comment\n"),
])  # fmt: skip
def test_remarks_owners_and_lines_are_neither(tmp_path: Path, before: str, after: str) -> None:
    one, other = hashed(tmp_path), hashed(tmp_path, flow=FLOW.replace(before, after))
    assert (one.logic, one.texts) == (other.logic, other.texts)
    assert one.whole != other.whole


MIGRATES = FLOW.replace("starts_on:", "settings: {when_published: migrate}\nstarts_on:")


def codes(folder: Path, before: Library, flow: str, slots: str = SLOTS) -> list[tuple[str, str]]:
    """What the checks say of the draft beside the published version."""
    library(folder, flow, slots)
    found = check(folder, BRAND, before=before).problems
    return [(problem.code, str(problem.at)) for problem in found if problem.code in ("E501", "E502", "W503")]


def test_a_map_that_misses_a_step_is_an_error_where_the_flow_says_that_it_migrates(tmp_path: Path) -> None:
    before = library(tmp_path)
    assert codes(tmp_path, before, MIGRATES) == []
    renamed = MIGRATES.replace("id: ask_note", "id: ask_text")
    assert codes(tmp_path, before, renamed) == [("E501", "flows/memo.flow.yml:6:28")]
    assert codes(tmp_path, before, renamed.replace("migrate}", "migrate, migrate: {ask_note: ask_text}}")) == []
    assert codes(tmp_path, before, renamed.replace("when_published: migrate", "when_published: finish_on_old")) == []


@pytest.mark.parametrize("target", ["done", "nowhere"])
def test_a_map_into_a_step_that_cannot_take_the_conversation_is_an_error_at_that_line(
    tmp_path: Path, target: str
) -> None:
    before = library(tmp_path)
    draft = MIGRATES.replace("id: ask_note", "id: ask_text").replace(
        "migrate}", f"migrate, migrate: {{ask_note: {target}}}}}"
    )
    assert codes(tmp_path, before, draft) == [("E501", "flows/memo.flow.yml:6:57")]


def test_a_slot_that_is_taken_along_keeps_its_type(tmp_path: Path) -> None:
    before = library(tmp_path)
    other = SLOTS.replace("note:   {type: text}", "note:   {type: integer}")
    assert codes(tmp_path, before, MIGRATES, other) == [("E502", "slots.yml:4:18")]
    assert codes(tmp_path, before, FLOW, other) == []


def test_a_slot_that_is_gone_is_a_warning(tmp_path: Path) -> None:
    before = library(tmp_path)
    shorter = FLOW.replace("  - id: terms\n    collect: agreed\n    ask: ask_terms\n", "")
    assert codes(tmp_path, before, shorter, SLOTS.replace("  agreed: {type: flag}\n", "")) == [
        ("W503", "slots.yml:1:1")
    ]

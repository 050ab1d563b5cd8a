"""Reads one file of flows/*.flow.yml."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, cast

from flows.loading.draft import Reading, flow_owner
from flows.loading.fields import Fields
from flows.loading.responses import read_responses
from flows.loading.steps import StepReader
from flows.model import END, AuthLevel, Flow, FlowSettings, Slot, StartsOn
from flows.problems import unknown_word
from flows.source import Node, Scalar

DSL = "1"
STEPS_MAX = 500  # the longest flow of a bank has about forty
ENDING = ".flow.yml"
KEYS = ("dsl", "flow", "title", "owner", "starts_on", "requires", "settings", "steps", "responses")


def check_dsl(fields: Fields) -> None:
    """Whether the file is written in the language that is read here."""
    fields.require("dsl")
    node = fields.table.get("dsl")
    if isinstance(node, Scalar) and node.text != DSL:
        why = "this version of Teller reads language 1 only"
        fields.reading.add(
            "E104", node.at, f"the language version '{node.text}' is not known", why, f'write dsl: "{DSL}"'
        )


def read_flow(reading: Reading, node: Node, name: str, slots: Mapping[str, Slot]) -> Flow | None:
    """The flow of a file called ``<name>.flow.yml``, or None when nothing of it could be used."""
    fields = Fields(reading, node, "a flow", KEYS, code="E201")
    check_dsl(fields)
    fields.require("flow", "title", "steps")
    reading.marks[flow_owner(name)] = fields.table
    _check_name(fields, name)
    items = fields.items("steps")
    if fields.has("steps") and not items:
        reading.add("E206", fields.place("steps"), "the flow has no steps", "it would do nothing", "add a step")
    steps = StepReader(reading, name, slots).read(items)
    responses = read_responses(reading, fields.table.get("responses"), name)
    if not steps or _too_long(fields, len(steps)):
        return None
    starts, settings, (auth, flags) = _starts_on(fields), _settings(fields), _requires(fields)
    return Flow(
        id=name, title=fields.text("title"), at=fields.place("flow"), owner=fields.text("owner"), starts_on=starts,
        auth=auth, flags=flags, settings=settings, steps=steps, order=tuple(steps), responses=responses,
    )  # fmt: skip


def _too_long(fields: Fields, steps: int) -> bool:
    """Whether the ways through the flow are too many to be followed, by the checks or by a reviewer."""
    if steps <= STEPS_MAX:
        return False
    what = f"the flow has {steps} steps, {STEPS_MAX} are allowed"
    fields.reading.add("E101", fields.place("steps"), what, "nobody could review it", "split it into several flows")
    return True


def _check_name(fields: Fields, name: str) -> None:
    flow = fields.name("flow")
    if flow == END:
        fields.reading.add(
            "E214", fields.place("flow"), "'END' is a reserved word", "it ends a flow", "rename the flow"
        )
    elif flow and flow != name:
        what, why = f"the flow '{flow}' stands in '{name}{ENDING}'", "other flows find a flow by its file"
        problem = unknown_word(
            "E105", fields.place("flow"), what, why, flow, (), f"rename the file to '{flow}{ENDING}'"
        )
        fields.reading.problems.append(problem)


def _starts_on(fields: Fields) -> StartsOn:
    starts = fields.part("starts_on", "starts_on", ("intents", "commands", "deep_links", "examples"))
    if starts is None:
        return StartsOn()
    commands = starts.texts("commands")
    for number, command in enumerate(commands):
        if not command.startswith("/"):
            starts.wrong(starts.items("commands")[number], "a command looks like /send")
    return StartsOn(starts.names("intents"), commands, starts.texts("deep_links"), starts.texts("examples"))


def _requires(fields: Fields) -> tuple[AuthLevel, tuple[str, ...]]:
    requires = fields.part("requires", "requires", ("auth", "flags"))
    if requires is None:
        return "guest", ()
    return cast("AuthLevel", requires.word("auth", ("guest", "verified", "strong"), "guest")), requires.names("flags")


def _settings(fields: Fields) -> FlowSettings:
    keys = ("expires_after", "digressions", "max_attempts", "when_published", "migrate")
    settings = fields.part("settings", "settings", keys)
    if settings is None:
        return FlowSettings()
    digressions = settings.word("digressions", ("never", "resume_silently", "ask_to_resume"), "ask_to_resume")
    published = settings.word("when_published", ("finish_on_old", "migrate"), "finish_on_old")
    return FlowSettings(
        expires_after=settings.duration("expires_after") or timedelta(minutes=30),
        digressions=cast("Literal['never', 'resume_silently', 'ask_to_resume']", digressions),
        max_attempts=settings.integer("max_attempts") or 3,
        when_published=cast("Literal['finish_on_old', 'migrate']", published),
        migrate=settings.name_map("migrate"),
    )

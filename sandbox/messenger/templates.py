"""Utility templates of a Page: made (and approved at once), listed, and filled in when a message names one.

A template is {"name","language","category","components"}: BODY with placeholders {{1}} or {{name}}, a HEADER of text,
and BUTTONS of URL or POSTBACK. What is sent is {"name","language": {"code"},"components": [{"type","parameters"}]}.
"""

import json
import re
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from sandbox.messenger import failures, given

SCHEMA = """
create table if not exists messenger_template (
    id text primary key, page integer not null, name text not null, language text not null, body text not null,
    unique (page, name, language)) without rowid
"""
NAME = re.compile(r"[a-z0-9_]{1,512}")
PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
BODY_MAX = 1024
BUTTON_TEXT_MAX = 20


@dataclass(frozen=True, slots=True)
class Template:
    """An approved one."""

    id: str
    name: str
    language: str
    components: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        body = next(part for part in self.components if part["type"] == "BODY")["text"]
        told = {"name": self.name, "language": self.language, "category": "UTILITY", "status": "APPROVED"}
        return told | {"body": body, "components": self.components, "id": self.id}


class Templates:
    """Keeps the templates."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(SCHEMA)

    def add(self, page: int, asked: dict[str, Any]) -> Template:
        """Raises GraphRefused."""
        name = str(asked.get("name") or "")
        if not NAME.fullmatch(name):
            raise failures.bad("Param name must be lowercase letters, digits and underscores")
        given.one_of(asked.get("category"), "category", ("UTILITY",))
        language = given.text(asked.get("language"), "language", 10)
        components = _components(asked.get("components"))
        template = Template(str(secrets.randbelow(9 * 10**14) + 10**14), name, language, components)
        if self.find(page, name, language):
            raise failures.bad("Content in this language already exists", 2388024)
        self._database.execute(
            "insert into messenger_template values (?, ?, ?, ?, ?)",
            (template.id, page, name, language, json.dumps(components)),
        )
        return template

    def find(self, page: int, name: str, language: str) -> Template | None:
        row = self._database.execute(
            "select * from messenger_template where page = ? and name = ? and language = ?", (page, name, language)
        ).fetchone()
        return _read(row) if row else None

    def all(self, page: int, name_contains: str = "") -> list[Template]:
        rows = self._database.execute(
            "select * from messenger_template where page = ? and instr(name, ?) order by name, language",
            (page, name_contains),
        )
        return [_read(row) for row in rows]

    def remove(self, page: int, name: str) -> bool:
        return (
            self._database.execute("delete from messenger_template where page = ? and name = ?", (page, name)).rowcount
            > 0
        )


def filled(template: Template, components: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """The text that the person reads, and buttons as those of a button template. Raises GraphRefused."""
    sent = {str(part.get("type", "")).lower(): part.get("parameters") or [] for part in components}
    lines, buttons = list[str](), list[dict[str, Any]]()
    for part in template.components:
        if part["type"] == "BUTTONS":
            buttons = [_button(button, sent.get("buttons", []), i) for i, button in enumerate(part["buttons"])]
        else:
            lines.append(_fill(part["text"], sent.get(part["type"].lower(), [])))
    return "\n".join(lines), buttons


def _fill(text: str, parameters: list[dict[str, Any]]) -> str:
    values = {str(each.get("parameter_name") or place): each.get("text") for place, each in enumerate(parameters, 1)}
    wanted = set(PLACEHOLDER.findall(text))
    if wanted != values.keys() or not all(isinstance(value, str) and value for value in values.values()):
        raise failures.bad(f"Number of parameters does not match the template: it has {len(wanted)}")
    return PLACEHOLDER.sub(lambda found: str(values[found.group(1)]), text)


def _button(button: dict[str, Any], parameters: list[dict[str, Any]], place: int) -> dict[str, Any]:
    parameter = parameters[place] if place < len(parameters) else {}
    name = "url" if button["type"] == "URL" else "payload"
    value = PLACEHOLDER.sub(lambda _: str(parameter.get(name, "")), button[name])
    kind = "web_url" if button["type"] == "URL" else "postback"
    return {"type": kind, "title": button["text"], name: value}


def _components(value: Any) -> list[dict[str, Any]]:
    parts = given.several(value, "components", 4)
    read = [_component(part, f"components[{index}]") for index, part in enumerate(parts)]
    if [part["type"] for part in read].count("BODY") != 1:
        raise failures.bad("Param components must have one component of type BODY")
    return sorted(read, key=lambda part: ("HEADER", "BODY", "BUTTONS").index(part["type"]))


def _component(part: dict[str, Any], path: str) -> dict[str, Any]:
    kind = given.one_of(str(part.get("type", "")).upper(), f"{path}[type]", ("HEADER", "BODY", "BUTTONS"))
    if kind != "BUTTONS":
        return {"type": kind, "text": given.text(part.get("text"), f"{path}[text]", BODY_MAX)}
    buttons = given.several(part.get("buttons"), f"{path}[buttons]", 3)
    for index, button in enumerate(buttons):
        here = f"{path}[buttons][{index}]"
        given.one_of(button.get("type"), f"{here}[type]", ("URL", "POSTBACK"))
        given.text(button.get("text"), f"{here}[text]", BUTTON_TEXT_MAX)
        given.text(button.get("url" if button["type"] == "URL" else "payload"), f"{here}", 2000)
    return {"type": kind, "buttons": buttons}


def _read(row: sqlite3.Row) -> Template:
    return Template(row["id"], row["name"], row["language"], json.loads(row["body"]))

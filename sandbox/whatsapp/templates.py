"""Approved templates: those that a bank would have, and those that a business adds over the API."""

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from sandbox.whatsapp.failures import bad_param, missing, refused
from sandbox.whatsapp.limits import TEMPLATE_BODY_MAX, TEMPLATE_SPACES_MAX

PLACE = re.compile(r"\{\{([0-9]+)\}\}")
UNFIT = re.compile(rf"[\n\r\t]| {{{TEMPLATE_SPACES_MAX + 1},}}")

SCHEMA = """
create table if not exists whatsapp_template (
    waba text not null, name text not null, language text not null, category text not null, body text not null,
    buttons text not null, primary key (waba, name, language)) without rowid
"""


@dataclass(frozen=True, slots=True)
class Approved:
    """`body` has its values as {{1}}, {{2}} …; `buttons` are {"type": "QUICK_REPLY" | "URL", "text", "url"?}."""

    name: str
    language: str
    category: str
    body: str
    buttons: tuple[dict[str, str], ...] = ()

    @property
    def values(self) -> int:
        return len(set(PLACE.findall(self.body)))

    def as_graph(self) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"type": "BODY", "text": self.body}]
        if self.buttons:
            parts.append({"type": "BUTTONS", "buttons": list(self.buttons)})
        known = {"name": self.name, "language": self.language, "category": self.category, "status": "APPROVED"}
        return known | {"components": parts}


BANK = (
    Approved("hello_world", "en_US", "UTILITY", "Welcome and congratulations! This message shows that sending works."),
    Approved("account_update", "en", "UTILITY", "There is news about your account: {{1}}"),
    Approved("account_update", "uk", "UTILITY", "Є новини про ваш рахунок: {{1}}"),
    Approved("payment_status", "en", "UTILITY", "Your payment of {{1}} is now: {{2}}."),
    Approved("payment_status", "uk", "UTILITY", "Ваш платіж на {{1}}: {{2}}."),
    Approved("card_ready", "en", "UTILITY", "Your card ending in {{1}} is ready."),
    Approved("card_ready", "uk", "UTILITY", "Ваша картка, що закінчується на {{1}}, готова."),
    Approved(
        "continue_chat", "en", "UTILITY", "{{1}}, we have an answer for you. May we go on?",
        ({"type": "QUICK_REPLY", "text": "Go on"},),
    ),
    Approved(
        "continue_chat", "uk", "UTILITY", "{{1}}, ми маємо для вас відповідь. Продовжити?",
        ({"type": "QUICK_REPLY", "text": "Продовжити"},),
    ),
    Approved("one_time_code", "en", "AUTHENTICATION", "{{1}} is your verification code."),
    Approved("one_time_code", "uk", "AUTHENTICATION", "{{1}} — ваш код підтвердження."),
)  # fmt: skip


class Templates:
    """Keeps what a business added; the bank's own are always there."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute(SCHEMA)

    def all(self, waba: str) -> list[Approved]:
        rows = self._database.execute("select * from whatsapp_template where waba = ?", (waba,))
        added = [
            Approved(row["name"], row["language"], row["category"], row["body"], tuple(json.loads(row["buttons"])))
            for row in rows
        ]
        return [*added, *BANK]

    def add(self, waba: str, new: Approved) -> None:
        self._database.execute(
            "insert or replace into whatsapp_template values (?, ?, ?, ?, ?, ?)",
            (waba, new.name, new.language, new.category, new.body, json.dumps(new.buttons)),
        )

    def find(self, waba: str, name: str, language: str) -> Approved:
        """Raises GraphRefused 132001."""
        for each in self.all(waba):
            if (each.name, each.language) == (name, language):
                return each
        raise refused(132001, f"template name ({name}) does not exist in {language}")


def filled(template: Approved, components: list[dict[str, Any]]) -> str:
    """The words that the person reads. Raises GraphRefused 132000, 132005, 132018 or 100."""
    values = [_value(each) for part in components if _kind(part) == "body" for each in part.get("parameters") or ()]
    if len(values) != template.values:
        details = f"number of localizable_params ({len(values)}) does not match the expected number of params"
        raise refused(132000, f"body: {details} ({template.values})")
    text = PLACE.sub(lambda place: values[int(place.group(1)) - 1], template.body)
    if len(text) > TEMPLATE_BODY_MAX:
        raise refused(132005, f"body: the text has {len(text)} characters, at most {TEMPLATE_BODY_MAX} are allowed")
    return text


def read_template(waba_values: dict[str, Any]) -> Approved:
    """A template that a business adds. Raises GraphRefused 100."""
    for name in ("name", "language", "category", "components"):
        if not waba_values.get(name):
            raise missing(name)
    parts = [part for part in waba_values["components"] if isinstance(part, dict)]
    body = next((str(part.get("text", "")) for part in parts if _kind(part) == "body"), "")
    buttons = next((part.get("buttons") or [] for part in parts if _kind(part) == "buttons"), [])
    if not body:
        raise bad_param("components", "must have a BODY with a text")
    return Approved(
        str(waba_values["name"]), str(waba_values["language"]), str(waba_values["category"]), body, tuple(buttons)
    )


def _kind(part: dict[str, Any]) -> str:
    return str(part.get("type", "")).lower()


def _value(parameter: Any) -> str:
    if not isinstance(parameter, dict) or parameter.get("type") != "text":
        raise refused(100, "Only parameters of type 'text' fit this template")
    text = parameter.get("text")
    if not isinstance(text, str) or not text:
        raise refused(100, "Parameter 'text' is mandatory for component parameter type 'text'")
    if UNFIT.search(text):
        words = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
        raise refused(132018, words)
    return text

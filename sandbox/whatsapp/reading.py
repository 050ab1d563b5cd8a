"""Reads one part of a message with the platform's own complaints about what is missing, too long or of a wrong kind.

A part knows where it stands (`interactive['action']`), because the platform names the place in its answer.
"""

from dataclasses import dataclass
from typing import Any

from sandbox.graph.failures import GraphRefused
from sandbox.whatsapp.failures import bad_param, missing, refused


@dataclass(frozen=True, slots=True)
class Part:
    """An object inside a message."""

    values: dict[str, Any]
    path: str

    def place(self, name: str) -> str:
        return f"{self.path}['{name}']" if self.path else name

    def part(self, name: str) -> "Part":
        """Raises GraphRefused 131008 when it is not there, 100 when it is no object."""
        value = self.values.get(name)
        if value is None:
            raise required(self.place(name))
        if not isinstance(value, dict):
            raise bad_param(self.place(name), "must be a JSON object.")
        return Part(value, self.place(name))

    def parts(self, name: str) -> list["Part"]:
        """A list of objects, possibly empty."""
        value = self.values.get(name)
        if value is None:
            raise required(self.place(name))
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise bad_param(self.place(name), "must be an array of JSON objects.")
        return [Part(each, f"{self.place(name)}[{index}]") for index, each in enumerate(value)]

    def text(self, name: str, most: int) -> str:
        """A text of a plain message. Raises GraphRefused 100."""
        value = self.optional(name, most)
        if not value.strip():
            raise missing(self.place(name))
        return value

    def optional(self, name: str, most: int) -> str:
        """ "" when it is not there."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise bad_param(self.place(name), "must be a string.")
        if len(value) > most:
            raise bad_param(self.place(name), f"must be at most {most} characters long.")
        return value

    def label(self, name: str, what: str, most: int, least: int = 1) -> str:
        """A text of an interactive message. Raises GraphRefused 131008 or 131009."""
        value = self.values.get(name)
        if value is None and least:
            raise required(self.place(name))
        if value is not None and not isinstance(value, str):
            raise bad_param(self.place(name), "must be a string.")
        words = value or ""
        if not least <= len(words) <= most or (least and not words.strip()):
            raise invalid(f"{what} length invalid. Min length: {least}, Max length: {most}")
        return words

    def number(self, name: str, most: float) -> float:
        """Raises GraphRefused 100."""
        value = self.values.get(name)
        if value is None or value == "":
            raise missing(self.place(name))
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise bad_param(self.place(name), "must be a number.") from None
        if not abs(number) <= most:
            raise bad_param(self.place(name), f"must be a number from -{most:g} to {most:g}.")
        return number


def required(place: str) -> GraphRefused:
    return refused(131008, f"{place} is required")


def invalid(details: str) -> GraphRefused:
    return refused(131009, details)

"""Text with entities, in the platform's own units, and what the platform does to every text: trim and measure."""

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.failures import bad_request
from sandbox.telegram.limits import utf16_length

Entity = dict[str, Any]

FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(@\w{3,32})?)"
    r"|(?P<url>https?://[^\s<>\"]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]+)"
    r"|(?P<phone_number>\+\d{10,15}\b)"
)


@dataclass(slots=True)
class Builder:
    """Grows a text and its entities while markup is read."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    entities: list[Entity] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += utf16_length(text)

    def close(self, kind: str, start: int, **more: str) -> None:
        """Empty entities vanish, as the platform makes them."""
        if self.length > start:
            self.entities.append({"type": kind, "offset": start, "length": self.length - start, **more})

    def since(self, start: int) -> str:
        return from_utf16("".join(self.parts), start, self.length)

    def finish(self) -> tuple[str, list[Entity]]:
        return "".join(self.parts), sorted(self.entities, key=lambda e: (e["offset"], -e["length"]))


def cannot_parse(words: str, source: str, at: int) -> Exception:
    """`at` is an index into the source; the platform speaks of bytes."""
    return bad_request(f"can't parse entities: {words} at byte offset {len(source[:at].encode())}")


def from_utf16(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le")[start * 2 : end * 2].decode("utf-16-le", "replace")


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """White space around a text is taken away and the entities move with it."""
    lead = utf16_length(text) - utf16_length(text.lstrip())
    trimmed = text.strip()
    size = utf16_length(trimmed)
    kept: list[Entity] = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] + entity["length"] - lead, size)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    return trimmed, kept


def found_entities(text: str) -> list[Entity]:
    """The entities that the platform finds by itself in plain text."""
    return [
        {
            "type": str(match.lastgroup),
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group(str(match.lastgroup))),
        }
        for match in FOUND.finditer(text)
    ]


def with_found(text: str, given: list[Entity]) -> list[Entity]:
    """What was marked stands; what the platform finds is added where nothing overlaps."""
    found = [each for each in found_entities(text) if not any(_overlap(each, other) for other in given)]
    return sorted(given + found, key=lambda e: (e["offset"], -e["length"]))


def _overlap(one: Entity, other: Entity) -> bool:
    apart = one["offset"] + one["length"] <= other["offset"] or other["offset"] + other["length"] <= one["offset"]
    return not apart

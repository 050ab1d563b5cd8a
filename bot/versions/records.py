"""What is kept: a version as it was written, and one line for everything that was done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

What = Literal["drafted", "approved", "overridden", "published", "rolled_back", "withdrawn", "restored"]
Rule = Literal["people", "urgent", "sandbox"]
SANDBOX = "sandbox"  # the author of what is saved in sandbox mode


@dataclass(frozen=True, slots=True)
class Head:
    """A version without its files. The hashes are those of ``flows.versioning``; ``logic`` is empty when unreadable."""

    number: int
    hash: str
    logic: str
    texts: str
    author: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A version with its files, by their names in the content folder."""

    head: Head
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody is about to do, with a version or with a flow. ``ticked`` are warnings that were accepted."""

    what: What
    who: str
    why: str
    version: int | None = None
    flow: str | None = None
    hash: str = ""
    rule: Rule = "people"
    ticked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A deed that was done. ``mac`` covers it and the event before it."""

    seq: int
    deed: Deed
    at: datetime
    mac: str


class VersionFailure(Exception):
    """Something could not be done with a version; the text says what, why, and what to do."""


class NotThere(VersionFailure):
    """There is no such version or flow."""


class Refused(VersionFailure):
    """The rules do not allow it. ``reasons`` are all of them."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class BadDraft(VersionFailure):
    """What was handed in are no files of a content folder."""

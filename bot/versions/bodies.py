"""The shapes of the API of versions. Times are ISO 8601, UTC; hashes are SHA-256 in hex."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.versions.records import What
from flows.entities.cards import none_in

Why = Annotated[
    str, Field(min_length=1, max_length=2000, description="Why; it stands in the audit."), AfterValidator(none_in)
]


class Body(BaseModel):
    """A body; what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class DraftBody(Body):
    """A new version: every file of the content folder, by its name there."""

    files: dict[str, str]
    why: Why


class ApproveBody(Body):
    """An approval of exactly the content with this hash."""

    hash: str = Field(description="The hash of what was read, as the version shows it.")
    why: Why
    accept_warnings: bool = Field(False, description="The tick under the warnings.")
    urgent: bool = Field(False, description="Take it on oneself without green tests; two people must.")


class ReasonBody(Body):
    """A reason."""

    why: Why


class RollbackBody(Body):
    """Back to the version before the live one, or to one that was live earlier."""

    why: Why
    to: int | None = None


class WithdrawBody(Body):
    """A flow of the live version that nobody shall start."""

    flow: str
    why: Why


class VersionShown(BaseModel):
    """A version without its files."""

    number: int
    state: Literal["draft", "approved", "published", "withdrawn"]
    live: bool
    hash: str
    logic_hash: str = Field(description="Of all that decides; empty when the files cannot be read.")
    texts_hash: str = Field(description="Of all that only is read.")
    author: str
    reason: str
    created_at: datetime


class VersionWhole(VersionShown):
    """A version with its files."""

    files: dict[str, str]


class Versions(BaseModel):
    """All versions, newest first."""

    live: int | None
    withdrawn_flows: list[str]
    versions: list[VersionShown]


class EditShown(BaseModel):
    """What an editor can do at one stroke."""

    range: dict[str, int]
    text: str


class ProblemShown(BaseModel):
    """A problem, as ``teller flows check --format json`` writes it."""

    file: str
    line: int
    col: int
    end_col: int
    code: str
    severity: Literal["error", "warning"]
    what: str
    why: str
    fix: str
    edit: EditShown | None = None


class Problems(BaseModel):
    """What is wrong."""

    problems: list[ProblemShown]


class Drafted(Problems):
    """The new version's number and hash, and what is wrong with it."""

    number: int
    hash: str


class Tested(BaseModel):
    """How the tests went."""

    passed: int
    failures: list[str]


class Saved(Problems):
    """Sandbox mode: what is wrong with the folder as it is saved, and which version serves meanwhile."""

    version: int | None
    trouble: str


class EventShown(BaseModel):
    """One line of the audit."""

    seq: int
    what: What
    version: int | None
    flow: str | None
    hash: str
    who: str
    why: str
    rule: Literal["people", "urgent", "sandbox"]
    ticked: list[str]
    at: datetime


class Events(BaseModel):
    """The audit, newest first. ``damage`` names events that are not as they were written."""

    events: list[EventShown]
    damage: list[str]


class Live(BaseModel):
    """Which version is live now."""

    live: int | None

"""Who may do what with a version. Pure: facts in, reasons against out."""

from collections.abc import Sequence

from bot.versions.proof import Played, Proof
from bot.versions.records import Deed, Head, Rule
from bot.versions.standing import Standing

OVERRIDERS = 2


def same(one: str, other: str) -> bool:
    """Whether two names are one person's."""
    return one.strip().casefold() == other.strip().casefold()


def against_approving(
    head: Head, standing: Standing, who: str, given: str, warnings: Sequence[str], ticked: bool
) -> list[str]:
    """Why this person may not approve this version now. ``given`` is the hash that they say they have read."""
    reasons = []
    if same(who, head.author):
        reasons.append(f"{head.author} wrote version {head.number}; somebody else has to approve it.")
    if given != head.hash:
        reasons.append(f"What you have read is not version {head.number}: its hash is {head.hash}. Read it again.")
    if standing.state(head.number) == "withdrawn":
        reasons.append(f"Version {head.number} was withdrawn. Hand in a new one.")
    if warnings and not ticked:
        reasons.append(f"Warnings that are not ticked: {'; '.join(warnings)}.")
    return reasons


def against_publishing(head: Head, standing: Standing, proof: Proof, played: Played) -> tuple[list[str], Rule]:
    """Why a version may not be published, and by which rule it otherwise is.

    Errors of the checks are never passed over. Red tests, unticked warnings and a missing approval are, when two
    people other than the author take it on themselves.
    """
    blocking = _never(head, standing, proof)
    reasons = [*_unapproved(head, standing, proof), *(_red(played) if proof.clean else ())]
    urgent = bool(reasons) and _overridden(head, standing)
    return [*blocking, *([] if urgent else reasons)], "urgent" if urgent else "people"


def _never(head: Head, standing: Standing, proof: Proof) -> list[str]:
    reasons = []
    if standing.live == head.number:
        reasons.append(f"Version {head.number} is live already.")
    elif head.number in standing.served and head.number not in standing.withdrawn:
        reasons.append(f"Version {head.number} was published before; go back to it with: rollback to {head.number}.")
    if head.number in standing.withdrawn:
        reasons.append(f"Version {head.number} was withdrawn. Hand in a new one.")
    errors = [problem for problem in proof.problems if problem.severity == "error"]
    if errors or not proof.clean:
        first = f", the first at {errors[0].at}: {errors[0].code}: {errors[0].what}" if errors else ""
        reasons.append(f"The checks find {_counted(len(errors), 'error')}{first}.")
    return reasons


def _unapproved(head: Head, standing: Standing, proof: Proof) -> list[str]:
    approvals = [deed for deed in _valid(head, standing) if deed.what == "approved"]
    if not approvals:
        return [f"Nobody but the author has approved version {head.number} with the hash {head.hash}."]
    unticked = min((sorted(set(proof.warnings) - set(deed.ticked)) for deed in approvals), key=len)
    return [f"Warnings that no approver has ticked: {'; '.join(unticked)}."] if unticked else []


def _red(played: Played) -> list[str]:
    if played.green:
        return []
    if not played.failures:
        return ["There are no tests."]
    return [f"{_counted(len(played.failures), 'test')} failed, the first: {played.failures[0].splitlines()[0]}."]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _overridden(head: Head, standing: Standing) -> bool:
    people = {deed.who.strip().casefold() for deed in _valid(head, standing) if deed.what == "overridden"}
    return len(people) >= OVERRIDERS


def _valid(head: Head, standing: Standing) -> list[Deed]:
    deeds = standing.approvals.get(head.number, ())
    return [deed for deed in deeds if deed.hash == head.hash and not same(deed.who, head.author)]

"""What the events add up to: which version is live, which were, what is withdrawn, who approved what. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.versions.records import Deed, Event, Head

State = Literal["draft", "approved", "published", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Standing:
    """``served`` are the versions in the order in which they went live, the newest last; a version may stand twice.

    ``seq`` is the last event. ``wording`` gives each logic hash the version whose words are said for it.
    """

    seq: int
    live: int | None
    served: tuple[int, ...]
    withdrawn: frozenset[int]
    withdrawn_flows: frozenset[str]
    wording: Mapping[str, int]
    approvals: Mapping[int, tuple[Deed, ...]]

    def state(self, number: int) -> State:
        """How far a version has come; the live one is the published one that ``live`` names."""
        if number in self.withdrawn:
            return "withdrawn"
        if number in self.served:
            return "published"
        return "approved" if any(deed.what == "approved" for deed in self.approvals.get(number, ())) else "draft"

    def before(self) -> int | None:
        """The version that was published before the live one and may be gone back to."""
        order = list(dict.fromkeys(self.served))
        earlier = order[: order.index(self.live)] if self.live in order else order
        return next((number for number in reversed(earlier) if number not in self.withdrawn), None)


def standing(events: Sequence[Event], heads: Mapping[int, Head], *, sandbox: bool) -> Standing:
    """Read the events in their order. What the sandbox published counts in sandbox mode alone."""
    served: list[int] = []
    withdrawn: set[int] = set()
    flows: set[str] = set()
    approvals: dict[int, tuple[Deed, ...]] = {}
    for deed in (event.deed for event in events):
        if deed.version is None:
            assert deed.flow is not None
            (flows.add if deed.what == "withdrawn" else flows.discard)(deed.flow)
        elif deed.what == "withdrawn":
            withdrawn.add(deed.version)
        elif deed.what in ("approved", "overridden"):
            approvals[deed.version] = (*approvals.get(deed.version, ()), deed)
        elif deed.what in ("published", "rolled_back") and (sandbox or deed.rule != "sandbox"):
            served.append(deed.version)
    live = next((number for number in reversed(served) if number not in withdrawn), None)
    seq = events[-1].seq if events else 0
    wording = _wording(served, withdrawn, heads)
    return Standing(seq, live, tuple(served), frozenset(withdrawn), frozenset(flows), wording, approvals)


def _wording(served: Sequence[int], withdrawn: set[int], heads: Mapping[int, Head]) -> dict[str, int]:
    """The version last served with each logic; a withdrawn one only where there is no other."""
    in_order = [*(n for n in served if n in withdrawn), *(n for n in served if n not in withdrawn)]
    return {heads[number].logic: number for number in in_order}

"""Content as far as it could be read, with the place of every word, for the checks to look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flows.expressions import Expression, literal
from flows.model import Brand, Catalogue, Flow, Library, Place, Response, Slot, Step
from flows.ports import Capabilities
from flows.problems import Problem
from flows.source import Listing, Node, Scalar, Table

# Stands where an expression could not be read, so that one fault is said once.
UNREADABLE = Expression("", frozenset(), literal(True).root, literal(True).run)

Owner = tuple[str, ...]


def flow_owner(flow: str) -> Owner:
    """The mark of a flow's file."""
    return ("flow", flow)


def step_owner(flow: str, step: str) -> Owner:
    """The mark of a step."""
    return ("step", flow, step)


def response_owner(flow: str, response: str) -> Owner:
    """The mark of a response; those of system.yml belong to the flow called ''."""
    return ("response", flow, response)


def slot_owner(slot: str) -> Owner:
    """The mark of an entry of slots.yml."""
    return ("slot", slot)


@dataclass(slots=True)
class Reading:
    """Problems and places as they are found while files are read."""

    problems: list[Problem] = field(default_factory=list)
    marks: dict[Owner, Table] = field(default_factory=dict)
    falling: set[tuple[str, str]] = field(default_factory=set)
    gaps: set[str] = field(default_factory=set)

    def add(self, code: str, at: Place, what: str, why: str, fix: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, at, what, why, fix))


@dataclass(frozen=True, slots=True)
class Draft:
    """What was read. Names that could not be read are empty; ``unreadable`` are flows whose file is broken.

    ``blind``: slots.yml or the catalogue could not be read, so that no name can be judged. ``gaps`` are flows with a
    step of unknown kind: what such a step fills or asks cannot be judged.
    ``falling`` are the (flow, step) behind which the list of steps is over and no ``next`` says so. ``channels`` and
    ``templates`` (the inputs of each picture) are what the bank runs and ``published`` is the version that customers
    have now; without them their checks have nothing to say.
    ``remembered`` spares checks from reading the same texts many times.
    """

    flows: Mapping[str, Flow]
    slots: Mapping[str, Slot]
    system: Mapping[str, Response]
    catalogue: Catalogue
    brand: Brand
    marks: Mapping[Owner, Table]
    sources: Mapping[str, str]
    unreadable: frozenset[str] = frozenset()
    falling: frozenset[tuple[str, str]] = frozenset()
    gaps: frozenset[str] = frozenset()
    blind: bool = False
    channels: tuple[Capabilities, ...] = ()
    templates: Mapping[str, frozenset[str]] | None = None
    published: Library | None = None
    remembered: dict[tuple[str, str], object] = field(default_factory=dict, repr=False, compare=False)

    def node(self, owner: Owner, *path: str | int) -> Node | None:
        """What stands under these keys (or list positions) of the owner, if anything."""
        node: Node | None = self.marks.get(owner)
        for part in path:
            if isinstance(node, Table) and isinstance(part, str):
                node = node.get(part)
            elif isinstance(node, Listing) and isinstance(part, int) and part < len(node.items):
                node = node.items[part]
            else:
                return None
        return node

    def at(self, owner: Owner, *path: str | int) -> Place:
        """The place of that value, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            node = self.node(owner, *path[:length])
            if node is not None:
                return node.at
        return Place("", 1, 1, 2)

    def key_at(self, owner: Owner, *path: str | int) -> Place:
        """The place of that key itself."""
        table = self.node(owner, *path[:-1])
        key = table.key(str(path[-1])) if isinstance(table, Table) else None
        return key.at if key is not None else self.at(owner, *path)

    def inside(self, owner: Owner, path: tuple[str | int, ...], start: int, end: int) -> Place:
        """The place of some characters of a text."""
        node = self.node(owner, *path)
        return node.place(start, end) if isinstance(node, Scalar) else self.at(owner, *path)

    def all_steps(self) -> list[tuple[Flow, Step]]:
        """Every step of every flow."""
        return [(flow, step) for flow in self.flows.values() for step in flow.steps.values()]


def replace_outside(
    draft: Draft,
    channels: tuple[Capabilities, ...],
    templates: Mapping[str, frozenset[str]] | None,
    published: Library | None = None,
) -> Draft:
    """The draft beside the channels and pictures that the bank runs, and the version that customers have now."""
    return replace(draft, channels=channels, templates=templates, published=published)

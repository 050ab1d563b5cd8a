"""The bank that the examples of a content folder are written for: ``tests/bank.yml``.

Examples send 50 and need a code from 500. What a real bank allows, offers and calls a national phone is another matter,
and is another one at every bank, so the examples bring these along. The money is the bank's own.

    limits: {transfer_min: 1, step_up_from: 500, quick_amounts: [100, 200, 500]}
    features: {top_up_offer: false}
    regions: [UA]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from flows.loading.draft import Reading
from flows.loading.fields import Fields
from flows.model import Brand
from flows.source import Listing, Node, Scalar, read
from flows.testing import amounts
from flows.testing.amounts import Limits

FILE = "bank.yml"


@dataclass(frozen=True, slots=True)
class ExampleBank:
    """What goes before the brand while examples are played. Empty: the brand as it is."""

    limits: Limits = field(default_factory=dict)
    features: Mapping[str, bool] = field(default_factory=dict)
    regions: tuple[str, ...] = ()

    def over(self, brand: Brand) -> Brand:
        """The brand with these in place of its own. Raises flows.testing.amounts.NotOfThisCurrency."""
        limits = amounts.of_limits(self.limits, brand.currency)
        return replace(
            brand,
            limits={**brand.limits, **{name: limits[name] for name in limits if name in brand.limits}},
            features={**brand.features, **self.features},
            regions=self.regions or brand.regions,
        )


def bank_of(content: Path) -> ExampleBank:
    """The bank of a content folder's examples, as far as it can be read."""
    return read_bank(content / "tests", Reading(), {})


def read_bank(folder: Path, reading: Reading, sources: dict[str, str]) -> ExampleBank:
    """The file of a folder of tests; without one, a bank that changes nothing."""
    path = folder / FILE
    if not path.is_file():
        return ExampleBank()
    file = f"{folder.name}/{FILE}"
    node, sources[file], problems = read(path.read_bytes(), file)
    reading.problems += problems
    return _bank(reading, node) if node is not None else ExampleBank()


def _bank(reading: Reading, node: Node) -> ExampleBank:
    fields = Fields(reading, node, "the bank of the examples", ("dsl", "limits", "features", "regions"))
    limits = fields.part("limits", "limits", (), open_=True)
    features = fields.part("features", "features", (), open_=True)
    return ExampleBank(
        {key.text: _limit(one) for key, one in limits.table.entries} if limits else {},
        {key.text: features.flag(key.text) for key, _ in features.table.entries} if features else {},
        fields.texts("regions"),
    )


def _limit(node: Node) -> str | tuple[str, ...]:
    if isinstance(node, Listing):
        return tuple(one.text for one in node.items if isinstance(one, Scalar))
    return node.text if isinstance(node, Scalar) else ""

"""Reads brand.yml: the bank's name, currency, languages and limits. Keys for pictures, such as colours, are let be."""

from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

from babel.dates import get_timezone

from flows.loading.draft import Reading
from flows.loading.fields import Fields
from flows.model import Brand
from flows.money import Money, MoneyError
from flows.problems import as_text, in_order
from flows.source import Listing, Node, Scalar, Table, read


class BrandError(ValueError):
    """The bank's brand cannot be used; the text lists every problem with its place."""


def load_brand(path: Path) -> Brand:
    """Read a brand.

    Raises:
        BrandError: when the file is missing or something in it is wrong.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BrandError(f"{path}: the brand of the bank cannot be read ({error.strerror})") from error
    node, text, problems = read(data, path.name)
    reading = Reading(problems)
    brand = _brand(reading, node) if node is not None else None
    if brand is None or reading.problems:
        sources = {path.name: text}
        raise BrandError("\n".join(as_text(problem, sources) for problem in in_order(reading.problems)))
    return brand


def _brand(reading: Reading, node: Node) -> Brand:
    fields = Fields(reading, node, "the brand", (), open_=True)
    fields.require("name", "currency", "locales", "time_zone", "limits")
    _check_zone(fields)
    currency = fields.text("currency")
    return Brand(
        name=fields.text("name"),
        currency=currency,
        locales=fields.texts("locales"),
        time_zone=fields.text("time_zone"),
        limits=_limits(fields, currency),
        features=_features(fields),
        regions=fields.texts("regions") or ("UA",),
        persona=fields.text("persona"),
        people_hours=fields.text("people_hours"),
    )


def _check_zone(fields: Fields) -> None:
    node = fields.table.get("time_zone")
    if isinstance(node, Scalar):
        try:
            get_timezone(node.text)
        except (LookupError, ZoneInfoNotFoundError, ValueError):
            fields.wrong(node, "a time zone looks like Europe/Kyiv")


def _limits(fields: Fields, currency: str) -> dict[str, str | tuple[str, ...]]:
    table = fields.table.get("limits")
    entries = table.entries if isinstance(table, Table) else ()
    return {name.text: _limit(fields, node, currency) for name, node in entries if not _is_count(node)}


def _is_count(node: Node) -> bool:
    """How often something may be done is a whole number; flows compare money and do not know it."""
    return isinstance(node, Scalar) and node.text.isascii() and node.text.isdigit()


def _limit(fields: Fields, node: Node, currency: str) -> str | tuple[str, ...]:
    if isinstance(node, Listing):
        return tuple(_amount(fields, item, currency) for item in node.items)
    return _amount(fields, node, currency)


def _amount(fields: Fields, node: Node, currency: str) -> str:
    """A limit is money of the bank's currency; one in another would stop every comparison."""
    try:
        amount = Money.parse(node.text) if isinstance(node, Scalar) else None
    except MoneyError:
        amount = None
    if amount is None or amount.currency != currency:
        fields.wrong(node, f"a limit looks like 5000 {currency}")
        return ""
    return str(amount)


def _features(fields: Fields) -> dict[str, bool]:
    features = fields.part("features", "features", (), open_=True)
    return {key.text: features.flag(key.text) for key, _ in features.table.entries} if features else {}

"""A day of a core's books, for the reconciliation: how much moved under each of our references.

`RestStatement` reads ``GET /postings?day=2026-11-21&after=0``, page by page:
``{"postings": [{"ref", "debit", "credit", "amount_minor", "currency"}, ...], "next": 500 or null}``. Movements under
one reference are netted by account, so that what went there and back is nothing. A leg's mark behind the reference
(``-R``) is no part of it; postings whose reference cannot be ours are others' business.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, runtime_checkable

from core_adapters.failures import Unclear
from core_adapters.http import Service
from core_adapters.validation import incoming

Sums = Mapping[str, int]  # minor units by currency
OURS = re.compile(r"([A-Z2-7]{26})(-[A-Z])?", re.ASCII)
PAGES_MAX = 10_000  # a core whose pages have no end must not keep us for ever
SCHEMA: Mapping[str, Any] = {
    "postings": {"type": "list", "schema": {"type": "dict"}},
    "next": {"type": "integer", "min": 1, "nullable": True},
}
POSTING: Mapping[str, Any] = {
    "ref": {"type": "string", "maxtext": 100},
    "debit": {"type": "string", "maxtext": 100},
    "credit": {"type": "string", "maxtext": 100},
    "amount_minor": {"type": "money_minor", "min": 1},
    "currency": {"type": "string", "regex": r"[A-Z]{3}"},
}


@runtime_checkable
class Stating(Protocol):
    """Who gives a core's statement; a wrapper may do it itself."""

    @property
    def name(self) -> str: ...

    async def statement(self, day: date) -> Mapping[str, Sums]:
        """What moved on a UTC day, by our reference. Raises BankFailure."""
        ...


@dataclass(frozen=True, slots=True)
class RestStatement:
    """The statement of a core with a REST face."""

    name: str
    service: Service

    async def statement(self, day: date) -> Mapping[str, Sums]:
        """Raises BankFailure; half a statement is none."""
        found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        after = 0
        for _ in range(PAGES_MAX):
            reply = await self.service.ask("/postings", {"day": day.isoformat(), "after": str(after)})
            page = incoming(reply.document, SCHEMA)
            for posting in page["postings"]:
                _count(found, incoming(posting, POSTING))
            if page["next"] is None:
                return {reference: sums for reference, moved in found.items() if (sums := _moved(moved))}
            if page["next"] <= after:
                raise Unclear("the pages of the statement do not go on")
            after = page["next"]
        raise Unclear("the statement has no end")


def books_of(bank: object, name: str, service: Service) -> Stating | None:
    """The bank's own way to its statement, or the REST one; None for a core that says it gives none."""
    if not getattr(bank, "gives_statement", True):
        return None
    return bank if isinstance(bank, Stating) else RestStatement(name, service)


def _count(found: dict[str, Counter[tuple[str, str]]], posting: Mapping[str, Any]) -> None:
    ours = OURS.fullmatch(posting["ref"])
    if ours is None:
        return
    moved = found[ours.group(1)]
    moved[posting["debit"], posting["currency"]] -= posting["amount_minor"]
    moved[posting["credit"], posting["currency"]] += posting["amount_minor"]


def _moved(moved: Counter[tuple[str, str]]) -> Sums:
    """What all accounts together have more, by currency."""
    sums: Counter[str] = Counter()
    for (_, currency), change in moved.items():
        if change > 0:
            sums[currency] += change
    return dict(sums)

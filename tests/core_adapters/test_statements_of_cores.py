"""A core's statement of a day, read page by page from its REST face: whole, or not at all."""

import json
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from raw_http import http, serving

from core_adapters.failures import Unclear
from core_adapters.operations.statements import RestStatement, books_of

DAY = date(2026, 11, 21)
OURS, OTHER = "A" * 26, "B" * 26


def posting(ref=OURS, debit="anna", credit="boris", amount_minor=500, currency="UAH"):
    return {"ref": ref, "debit": debit, "credit": credit, "amount_minor": amount_minor, "currency": currency}


def pages(*documents):
    """A core that has these pages; the one before page ``n`` ends with ``"next": n``."""

    async def talk(reader, writer, seen):
        line = (await reader.readuntil(b"\r\n\r\n")).decode().split()[1]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(line).query).items()}
        seen.append(asked)
        writer.write(http("200 OK", json.dumps(documents[int(asked["after"])]).encode()))
        await writer.drain()

    return serving(talk)


async def test_all_pages_are_read_and_what_went_there_and_back_is_nothing():
    first = {"postings": [posting(), posting(f"{OURS}-F", "anna", "fees", 20), posting("salary-11")], "next": 1}
    last = {"postings": [posting(OTHER), posting(f"{OTHER}-R", "boris", "anna"), posting(OURS, currency="EUR")]}
    async with pages(first, last | {"next": None}) as (service, seen):
        moved = await RestStatement("bank", service).statement(DAY)
    assert moved == {OURS: {"UAH": 520, "EUR": 500}}
    assert seen == [{"day": "2026-11-21", "after": "0"}, {"day": "2026-11-21", "after": "1"}]


@pytest.mark.parametrize(
    "second",
    [
        {"postings": [posting(amount_minor=0)], "next": None},
        {"postings": [posting(currency="hryvnia")], "next": None},
        {"postings": [{"ref": OURS}], "next": None},
        {"postings": None, "next": None},
        {"next": None},
        {"postings": [], "next": 0},
        {"postings": [], "next": "2"},
        {"postings": [], "next": 1},
    ],
)
async def test_half_a_statement_is_none(second):
    async with pages({"postings": [posting()], "next": 1}, second) as (service, _):
        with pytest.raises(Unclear):
            await RestStatement("bank", service).statement(DAY)


async def test_a_statement_without_end_keeps_nobody_for_ever(monkeypatch):
    monkeypatch.setattr("core_adapters.operations.statements.PAGES_MAX", 3)
    endless = [{"postings": [], "next": number + 1} for number in range(9)]
    async with pages(*endless) as (service, seen):
        with pytest.raises(Unclear, match="no end"):
            await RestStatement("bank", service).statement(DAY)
    assert len(seen) == 3


class OwnBooks:
    """A bank that reads its statement in its own way."""

    name = "own"

    async def statement(self, day):
        return {OURS: {"UAH": day.day}}


class NoBooks:
    """A bank that says that it gives no statement."""

    name, gives_statement = "none", False


async def test_a_bank_may_read_its_statement_in_its_own_way_or_give_none():
    own = OwnBooks()
    assert books_of(own, "own", None) is own
    assert books_of(NoBooks(), "none", None) is None
    assert isinstance(books_of(object(), "plain", None), RestStatement)

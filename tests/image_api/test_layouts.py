"""Everything stands where it stood when it was looked at, nothing leaves its place, and nothing stands on another."""

from datetime import UTC, date, datetime

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.money import Money
from image_api.fonts import unreadable
from image_api.values import CardFront, Offer, Receipt
from tests.image_api import snapshots
from tests.image_api.conftest import LOOKS, SAMPLES, TEMPLATES, on_paper, outside, overlapping

CURRENCIES = sorted(code for code in Locale("en").currencies if len(code) == 3)
PAID = Receipt(
    kind="transfer", state="done", amount="50.00 UAH", fee="0.00 UAH", from_last4="4242", to_last4="1111",
    at=datetime(2026, 11, 21, 10, tzinfo=UTC), reference="01JD2WQ8Z4K7X9TBM3V6R5N0HC",
    verify_url="http://127.0.0.1:8080/receipts/1",
)  # fmt: skip


@pytest.mark.needs("fribidi")
@pytest.mark.parametrize("name", TEMPLATES.by_name)
def test_everything_stands_where_it_was_when_somebody_looked(name: str) -> None:
    assert snapshots.drawn(name) == snapshots.kept(name), "look at `teller gallery`, then write the snapshots anew"


@pytest.mark.parametrize(("name", "sample", "bank", "locale"), SAMPLES)
def test_nothing_leaves_its_page_or_stands_on_another(name: str, sample: str, bank: str, locale: str) -> None:
    look, template = LOOKS[bank], TEMPLATES.by_name[name]
    values = template.sample(sample, look.currency)
    pages = [TEMPLATES.picture(name, values, look, locale)]
    if template.document is not None:
        pages += TEMPLATES.document(name, values, look, locale)
    for page in pages:
        assert outside(page) == []
        assert overlapping(page) == []
        assert on_paper(page) == []


readable = st.text(min_size=1, max_size=200).filter(lambda text: not unreadable(text))


@settings(max_examples=60, deadline=None)
@given(holder=readable, tariff=st.sampled_from(["digital", "gold"]), locale=st.sampled_from(["en", "uk"]))
def test_no_name_leaves_its_place_on_a_card(holder: str, tariff: str, locale: str) -> None:
    values = CardFront.model_construct(holder=holder, last4="4242", expires="11/31", tariff=tariff, scheme="MASTERCARD")
    page = TEMPLATES.picture("card_front", values, LOOKS["sandbox"], locale)
    assert outside(page) == []
    assert overlapping(page) == []


@settings(max_examples=80, deadline=None)
@given(
    minor=st.integers(1, 99_999_999_999),
    currency=st.sampled_from(CURRENCIES),
    locale=st.sampled_from(["en", "uk"]),
    state=st.sampled_from(["done", "pending"]),
    payee=readable,
)
def test_no_amount_of_any_currency_leaves_its_place_on_a_receipt(
    minor: int, currency: str, locale: str, state: str, payee: str
) -> None:
    amount = str(Money(minor, currency))
    values = PAID.model_copy(update={"amount": amount, "fee": amount, "state": state, "to_name": payee})
    for page in (
        TEMPLATES.picture("receipt", values, LOOKS["sandbox"], locale),
        *TEMPLATES.document("receipt", values, LOOKS["sandbox"], locale),
    ):
        assert outside(page) == []
        assert overlapping(page) == []
        assert on_paper(page) == []


@settings(max_examples=40, deadline=None)
@given(partner=readable, title=readable, details=st.text(min_size=1, max_size=500))
def test_no_words_of_a_partner_leave_their_place(partner: str, title: str, details: str) -> None:
    values = Offer.model_construct(partner=partner, title=title, details=details, until=date(2026, 12, 31))
    page = TEMPLATES.picture("offer", values, LOOKS["dhow"], "uk")
    assert outside(page) == []
    assert overlapping(page) == []
    assert on_paper(page) == []

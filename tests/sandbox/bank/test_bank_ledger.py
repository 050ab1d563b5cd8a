"""The ledger stays whole whatever is thrown at the bank."""

import sqlite3
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from schwifty import IBAN

from sandbox.app import SCHEMAS
from sandbox.bank import applications, credits, customers, ledger, numbers, rules, transfers
from sandbox.failures import Conflict, Refused
from sandbox.store import Row, Store

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
AMOUNTS = st.integers(1, 3_000_000) | st.integers(1, rules.AMOUNT_MAX_MINOR)
CURRENCIES = st.sampled_from(["UAH", "UAH", "UAH", "EUR", "JPY"])
REFERENCES = st.integers(0, 20)
OTHER_BANKS = st.sampled_from(["4111111111111111", "5105105105105100", "4000000000000002", "1234567890123456"])


PLACES = st.integers(0, 9)  # which card of those there are


class AnyUseOfTheBank(RuleBasedStateMachine):
    """Customers, deposits, transfers, top-ups and applications in any order, with references used again."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.folder.name) / "bank.sqlite3", *SCHEMAS)
        self.now = MIDNIGHT
        with self.store.transaction() as db:
            ledger.open_books(db)
        self.issue("+380501110000", "UAH")
        self.issue("+380501110001", "UAH")

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def card(self, place: int) -> Row:
        rows = self.store.rows(f"{customers.CARD} ORDER BY c.rowid")
        return rows[place % len(rows)]

    @rule(phone=st.sampled_from(["+380501110001", "+380504040404"]), currency=CURRENCIES)
    def issue(self, phone: str, currency: str) -> None:
        with self.store.transaction() as db:
            customer, _ = customers.register(db, phone, "Anna Koval", self.now)
            customers.issue_card(db, customer, customers.NewCard("VISA", "digital", currency), self.now)

    @rule(place=PLACES, amount=AMOUNTS)
    def deposit(self, place: int, amount: int) -> None:
        card = self.card(place)
        with self.store.transaction() as db:
            customers.deposit(db, card["account"], amount, card["currency"], self.now)

    @rule(payer=PLACES, payee=PLACES | OTHER_BANKS, amount=AMOUNTS, currency=CURRENCIES, ref=REFERENCES)
    def transfer(self, payer: int, payee: int | str, amount: int, currency: str, ref: int) -> None:
        number = payee if isinstance(payee, str) else self.card(payee)["number"]
        order = transfers.Order(self.card(payer)["card_id"], number, amount, currency)
        with suppress(Conflict), self.store.transaction() as db:
            transfers.execute(db, f"t{ref}", order, self.now)

    @rule(place=PLACES, amount=AMOUNTS, currency=CURRENCIES, ref=REFERENCES, captured=st.booleans())
    def top_up(self, place: int, amount: int, currency: str, ref: int, captured: bool) -> None:
        with suppress(Conflict, Refused), self.store.transaction() as db:
            credits.execute(db, f"u{ref}", credits.Credit(self.card(place)["card_id"], amount, currency), self.now)
            credits.settle(db, f"u{ref}", amount, currency, not captured, self.now)

    @rule(place=PLACES, tariff=st.sampled_from(["digital", "gold"]), ref=REFERENCES)
    def order_a_card(self, place: int, tariff: str, ref: int) -> None:
        with suppress(Conflict, Refused), self.store.transaction() as db:
            applications.apply(db, f"a{ref}", self.card(place)["customer_id"], tariff, self.now)

    @rule(seconds=st.integers(1, 90_000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        with self.store.transaction() as db:
            applications.decide_due(db, self.now)

    @invariant()
    def the_sum_of_all_accounts_is_zero_in_every_currency(self) -> None:
        with self.store.reading() as db:
            assert set(ledger.totals(db).values()) == {0}

    @invariant()
    def every_balance_follows_from_the_postings(self) -> None:
        with self.store.reading() as db:
            assert ledger.audit(db) == []

    @invariant()
    def no_customer_is_overdrawn(self) -> None:
        assert self.store.rows("SELECT 1 FROM bank_account WHERE kind = 'customer' AND balance_minor < 0") == []


AnyUseOfTheBank.TestCase.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyUseOfTheBank = AnyUseOfTheBank.TestCase


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "bank.sqlite3", *SCHEMAS)
    with store.transaction() as db:
        ledger.open_books(db)
        move = ledger.Posting("r", "deposit", "cash-UAH", "equity-UAH", 100, "UAH", "")
        ledger.post(db, move, MIDNIGHT)
    return store


@pytest.mark.parametrize("statement", ["UPDATE bank_posting SET amount_minor = 1", "DELETE FROM bank_posting"])
def test_a_posting_can_be_neither_changed_nor_deleted(store: Store, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="post the opposite"), store.transaction() as db:
        db.execute(statement)
    store.close()


@pytest.mark.parametrize(
    ("debit", "credit", "amount"),
    [("cash-UAH", "cash-EUR", 1), ("cash-UAH", "cash-UAH", 1), ("cash-UAH", "fees-UAH", 0), ("cash-UAH", "nobody", 1)],
)
def test_the_database_itself_refuses_a_posting_that_is_none(store: Store, debit: str, credit: str, amount: int) -> None:
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as db:
        ledger.post(db, ledger.Posting("r2", "transfer", debit, credit, amount, "UAH", ""), MIDNIGHT)
    with store.reading() as db:
        assert ledger.postings(db, "r2", 10) == []
    store.close()


def test_made_up_numbers_have_right_check_digits() -> None:
    for scheme in numbers.BINS:
        number = numbers.new_card_number(scheme)
        assert numbers.is_card_number(number)
        assert numbers.scheme_of(number) == scheme
    for currency, country, length in (("UAH", "UA", 29), ("EUR", "UA", 29), ("KWD", "KW", 30)):
        iban = numbers.new_iban(currency)
        assert (iban[:2], len(iban)) == (country, length)
        assert IBAN(iban).validate()

"""What nobody finishes in time ends by itself, and then nothing can be done with it any more."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.acquirer import payments
from sandbox.acquirer.cards import Card
from sandbox.acquirer.payments import Opening
from sandbox.app import SCHEMAS
from sandbox.bank import ledger
from sandbox.failures import NotFound, Refused
from sandbox.store import Store

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT_ONCE, ASKED = Card("0020", "MASTERCARD", "frictionless"), Card("0016", "VISA", "challenge")


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "acquirer.sqlite3", *SCHEMAS)
    with made.transaction() as db:
        ledger.open_books(db)
    yield made
    made.close()


def begun(db, lifetime_s=3600):
    opening = Opening("R1", 300_00, "UAH", "Tea for two", "https://shop.example/back", lifetime_s, 1)
    return payments.begin(db, opening, NOON)[0]["payment_id"]


def news(db):
    return [row["body"].split('"')[3] for row in db.execute("SELECT body FROM acquirer_event ORDER BY rowid")]


@pytest.mark.parametrize("card", [None, ASKED], ids=["untouched", "asked for a code"])
def test_a_payment_that_nobody_finishes_expires(store, card):
    with store.transaction() as db:
        payment_id = begun(db)
        if card is not None:
            payments.pay(db, payment_id, card, NOON)
        assert not payments.is_due(db, NOON + timedelta(minutes=59))
        assert payments.is_due(db, NOON + timedelta(hours=1))
        late = payments.pay(db, payment_id, AT_ONCE, NOON + timedelta(hours=1))
        assert (late["status"], late["challenge"]) == ("expired", None)
        assert news(db) == ["payment.expired"]


def test_a_code_that_comes_too_late_is_asked_by_nobody(store):
    with store.transaction() as db:
        payment_id = begun(db)
        challenge = payments.pay(db, payment_id, ASKED, NOON)["challenge"]
        with pytest.raises(NotFound):
            payments.answer(db, challenge, "123456", NOON + timedelta(hours=2))


def test_what_nobody_captures_in_a_week_is_free_again(store):
    with store.transaction() as db:
        payments.pay(db, begun(db), AT_ONCE, NOON)
        payments.expire(db, NOON + timedelta(days=6))
        assert payments.by_reference(db, "R1")["status"] == "authorised"
        with pytest.raises(Refused) as refusal:
            payments.move(db, "R1-C", "capture", "R1", NOON + timedelta(days=8))
        assert refusal.value.code == "not_authorised"
        assert news(db) == ["payment.authorised", "payment.expired"]
        assert ledger.totals(db)["UAH"] == 0


def test_what_is_captured_stays(store):
    with store.transaction() as db:
        payments.pay(db, begun(db), AT_ONCE, NOON)
        payments.move(db, "R1-C", "capture", "R1", NOON)
        payments.expire(db, NOON + timedelta(days=365))
        assert payments.by_reference(db, "R1")["status"] == "captured"
        assert ledger.audit(db) == []

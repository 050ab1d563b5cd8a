"""What each limit leaves, as a table: by day, by hour, by number, by kind, and to whom was never paid before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_adapters import brands
from core_adapters.operations.decisions.velocity import Care, Held, Payer, least, rooms
from flows.money import Money

LIMITS = replace(
    brands.load("sandbox").limits,
    transfer_per_hour=Money.parse("2000.00 UAH"),
    transfer_per_day=Money.parse("3000.00 UAH"),
    transfer_per_day_unidentified=Money.parse("1500.00 UAH"),
    transfers_per_hour=3,
    transfers_per_day=5,
    payment_per_day=Money.parse("700.00 UAH"),
    new_payee_per_day=Money.parse("1200.00 UAH"),
    new_binding=Money.parse("400.00 UAH"),
)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = (NOON - timedelta(hours=12), NOON + timedelta(hours=12))
MIDNIGHT = DAY[1]
CARE = Care(NOON - timedelta(hours=20), NOON + timedelta(hours=4))


def ago(hours, amount, kind="transfer", new=False):
    return Held(NOON - timedelta(hours=hours), kind, Money.parse(f"{amount} UAH").minor, new)


def decides(held=(), kind="transfer", new=False, identified=True, care=None):
    room = least(rooms(LIMITS, Payer(NOON, DAY, identified, care), held, kind, new))
    return room.limit, str(room.left), room.free_at


@pytest.mark.parametrize(
    ("held", "asked", "limit", "left", "free_at"),
    [
        ([], {}, "transfer_per_hour", "2000.00 UAH", None),
        ([ago(2, 1500)], {}, "transfer_per_day", "1500.00 UAH", MIDNIGHT),
        ([ago(0.5, 1500)], {}, "transfer_per_hour", "500.00 UAH", NOON + timedelta(minutes=30)),
        ([ago(1, 1500)], {}, "transfer_per_day", "1500.00 UAH", MIDNIGHT),
        ([ago(13, 3000)], {}, "transfer_per_hour", "2000.00 UAH", None),
        ([ago(2, 9000)], {}, "transfer_per_day", "0.00 UAH", MIDNIGHT),
        ([], {"identified": False}, "transfer_per_day", "1500.00 UAH", MIDNIGHT),
        ([ago(0.1, 1), ago(0.2, 1), ago(0.5, 1)], {}, "transfers_per_hour", "0.00 UAH", NOON + timedelta(minutes=30)),
        ([ago(n, 1) for n in (2, 3, 4, 5, 6)], {}, "transfers_per_day", "0.00 UAH", MIDNIGHT),
        ([ago(2, 100, "payment")], {"kind": "payment"}, "payment_per_day", "600.00 UAH", MIDNIGHT),
        ([ago(2, 100)], {"kind": "payment"}, "payment_per_day", "700.00 UAH", MIDNIGHT),
        ([ago(2, 100, new=True)], {"new": True}, "new_payee_per_day", "1100.00 UAH", MIDNIGHT),
        ([ago(2, 100)], {"new": True}, "new_payee_per_day", "1200.00 UAH", MIDNIGHT),
        ([ago(13, 100, new=True)], {"new": True, "care": CARE}, "new_binding", "300.00 UAH", CARE.until),
        ([ago(21, 100, new=True)], {"new": True, "care": CARE}, "new_binding", "400.00 UAH", CARE.until),
        ([ago(2, 400, new=True)], {"care": CARE}, "transfer_per_hour", "2000.00 UAH", None),
    ],
)
def test_the_least_room_decides_and_says_when_there_is_more(held, asked, limit, left, free_at):
    assert decides(held, **asked) == (limit, left, free_at)


@given(st.lists(st.tuples(st.integers(1, 200_000), st.booleans()), max_size=12), st.booleans())
def test_whatever_takes_no_more_than_its_room_keeps_every_limit(wanted, cared_for):
    payer = Payer(NOON, DAY, True, CARE if cared_for else None)
    held = []
    for n, (minor, new) in enumerate(wanted):
        if minor <= least(rooms(LIMITS, payer, held, "payment", new)).left.minor:
            held.append(Held(NOON - timedelta(minutes=n), "payment", minor, new))
    assert sum(one.minor for one in held) <= min(LIMITS.transfer_per_hour.minor, LIMITS.payment_per_day.minor)
    assert len(held) <= LIMITS.transfers_per_hour
    to_new = sum(one.minor for one in held if one.new_payee)
    assert to_new <= (LIMITS.new_binding if cared_for else LIMITS.new_payee_per_day).minor

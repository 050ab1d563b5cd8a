"""Which days are due, by the bank's calendar: ends of months, clocks that are moved, days that nobody acted on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_adapters.recurring.calendar import PAY_AT, day_of, moment, next_after, nth
from core_adapters.recurring.plan import AGAIN, FIRST, Due, Missed, Standing, plan

KYIV = "Europe/Kyiv"
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("anchor", "days"),
    [
        (date(2027, 1, 31), [(2, 28), (3, 31), (4, 30), (5, 31), (6, 30)]),
        (date(2028, 1, 30), [(2, 29), (3, 30), (4, 30)]),
        (date(2027, 1, 29), [(2, 28), (3, 29)]),
        (date(2027, 11, 15), [(12, 15), (1, 15)]),
    ],
)
def test_a_month_without_the_day_has_its_last_one_and_the_next_has_its_own_again(anchor, days):
    found = [nth(anchor, "month", n) for n in range(1, len(days) + 1)]
    assert [(day.month, day.day) for day in found] == days


@given(anchor=DAYS, passed=st.integers(0, 4000))
def test_the_next_date_is_the_first_one_after_a_day(anchor, passed):
    day = anchor + timedelta(days=passed)
    for every, longest in (("week", 7), ("month", 31)):
        found = next_after(anchor, every, day)
        assert 0 < (found - day).days <= longest
        assert next_after(anchor, every, found - timedelta(days=1)) == found
        if every == "week":
            assert found.weekday() == anchor.weekday()


def test_what_happens_once_has_no_date_after_it():
    assert next_after(date(2027, 1, 5), "once", date(2027, 1, 4)) == date(2027, 1, 5)
    assert next_after(date(2027, 1, 5), "once", date(2027, 1, 5)) is None


@pytest.mark.parametrize(
    ("day", "hour"),
    [(date(2027, 3, 27), 7), (date(2027, 3, 28), 6), (date(2027, 10, 30), 6), (date(2027, 10, 31), 7)],
)
def test_nine_in_the_morning_stays_nine_when_clocks_are_moved(day, hour):
    found = moment(day, PAY_AT, KYIV)
    assert found == datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    assert day_of(found, KYIV) == day


@given(day=DAYS)
def test_every_day_has_one_moment_and_the_moment_has_that_day(day):
    for zone in (KYIV, "America/Santiago", "Asia/Kuwait", "Pacific/Auckland"):
        assert day_of(moment(day, PAY_AT, zone), zone) == day
        later = moment(day + timedelta(days=1), PAY_AT, zone) - moment(day, PAY_AT, zone)
        assert timedelta(hours=23) <= later <= timedelta(hours=25)


MONTHLY = Standing(date(2027, 1, 31), "month", date(2027, 2, 28))


def test_after_a_long_outage_only_the_newest_date_is_paid():
    assert plan(MONTHLY, date(2027, 5, 2)) == Due(
        date(2027, 4, 30), FIRST, (date(2027, 2, 28), date(2027, 3, 31)), date(2027, 5, 31)
    )


def test_a_day_too_early_finds_nothing_to_do():
    assert plan(MONTHLY, date(2027, 2, 27)) is None


def test_a_second_try_has_one_day_and_a_new_date_comes_before_it():
    refused = Standing(MONTHLY.anchor, "month", date(2027, 3, 31), date(2027, 2, 28), date(2027, 3, 1))
    assert plan(refused, date(2027, 2, 28)) is None
    assert plan(refused, date(2027, 3, 1)) == Due(date(2027, 2, 28), AGAIN, (), date(2027, 3, 31))
    assert plan(refused, date(2027, 3, 2)) == Missed(date(2027, 2, 28))
    assert plan(refused, date(2027, 3, 31)) == Due(date(2027, 3, 31), FIRST, (), date(2027, 4, 30))


@given(anchor=DAYS, every=st.sampled_from(["week", "month"]), jumps=st.lists(st.integers(-40, 60), max_size=30))
def test_however_the_clock_jumps_a_date_is_due_once_and_dates_only_go_on(anchor, every, jumps):
    standing, today, seen = Standing(anchor, every, nth(anchor, every, 1)), anchor, []
    for jump in jumps:
        today = max(date(2000, 1, 1), today + timedelta(days=jump))
        found = plan(standing, today)
        if isinstance(found, Due):
            assert found.due_on <= today < found.next_on
            seen.append(found.due_on)
            standing = Standing(anchor, every, found.next_on)
    assert seen == sorted(set(seen))

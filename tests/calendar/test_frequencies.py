"""Periods follow one another without a gap and contain the days of the calendar."""

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine.calendar.frequencies import WEEKDAYS, Daily, Monthly, Weekly, frequency_every, frequency_named

NAMES = ["daily", "weekly", "monthly", "quarterly", "yearly"]
UNITS = ["day", "week", "month"]
dates = st.dates(date(1900, 1, 1), date(2199, 12, 31))
days = dates.map(date.toordinal)
calendars = st.one_of(
    st.builds(frequency_named, st.sampled_from(NAMES), st.sampled_from(WEEKDAYS)),
    st.builds(frequency_every, st.integers(1, 1000), st.sampled_from(UNITS), dates),
)


def bounds(calendar, day):
    """Return the first and the last day of the period that contains a day, given as text."""
    index = calendar.index(date.fromisoformat(day).toordinal())
    first, after = calendar.first_day(index), calendar.first_day(index + 1)
    return date.fromordinal(first).isoformat(), date.fromordinal(after - 1).isoformat()


@given(calendars, days)
def test_a_day_lies_in_its_period(calendar, day):
    index = calendar.index(day)
    assert index > 0
    assert calendar.first_day(index) <= day < calendar.first_day(index + 1)
    assert calendar.index(calendar.first_day(index)) == index
    assert calendar.index(calendar.first_day(index) - 1) == index - 1


@given(calendars, days)
def test_the_last_unit_of_a_period_ends_with_it(calendar, day):
    index = calendar.index(day)
    first, last, after = calendar.first_day(index), calendar.last_unit(index), calendar.first_day(index + 1)
    assert first <= last < after
    match calendar.unit:
        case "day":
            assert last == after - 1
        case "week":
            assert last == after - 7
        case "month":
            assert 28 <= after - last <= 31


@given(st.integers(1, 1000), st.sampled_from(UNITS), dates, st.integers(-30, 30))
def test_periods_are_counted_from_the_start_in_both_directions(count, unit, start, number):
    step = {f"{unit}s": count * number}
    try:
        first = start + relativedelta(**step)
    except ValueError:  # before the year 1 or after 9999
        return
    if 1900 <= first.year <= 2199:
        calendar = frequency_every(count, unit, start)
        assert calendar.first_day(calendar.index(first.toordinal())) == first.toordinal()
        assert calendar.index(first.toordinal()) == calendar.index(start.toordinal()) + number


def test_an_interval_of_one_unit_is_the_calendar_of_the_unit():
    assert frequency_every(1, "day", date(2026, 1, 5)) == Daily()
    assert frequency_every(1, "week", date(2026, 1, 5)) == Weekly(WEEKDAYS.index("monday"))
    assert frequency_every(1, "month", date(2026, 3, 1)) == Monthly()
    assert frequency_every(1, "month", date(2026, 3, 2)) != Monthly()


@pytest.mark.parametrize("unit", ["day", "week"])
def test_starts_of_the_same_periods_make_the_same_calendar(unit):
    start, length = date(2026, 1, 5), timedelta(**{f"{unit}s": 3})
    assert frequency_every(3, unit, start) == frequency_every(3, unit, start + 40 * length)
    assert frequency_every(3, unit, start) != frequency_every(3, unit, start + timedelta(days=1))


@given(st.sampled_from(WEEKDAYS), days)
def test_a_week_starts_on_its_first_weekday(weekday, day):
    calendar = frequency_named("weekly", weekday)
    first = date.fromordinal(calendar.first_day(calendar.index(day)))
    assert first.strftime("%A").lower() == weekday


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [("2024-02-29", "2024-02-01", "2024-02-29"), ("2023-12-31", "2023-12-01", "2023-12-31")],
)
def test_months(day, first, last):
    assert bounds(frequency_named("monthly"), day) == (first, last)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [("2026-03-31", "2026-01-01", "2026-03-31"), ("2026-04-01", "2026-04-01", "2026-06-30")],
)
def test_quarters(day, first, last):
    assert bounds(frequency_named("quarterly"), day) == (first, last)


def test_years():
    assert bounds(frequency_named("yearly"), "2024-02-29") == ("2024-01-01", "2024-12-31")


@pytest.mark.parametrize(
    ("count", "unit", "day", "first", "last"),
    [
        (2, "day", "2026-02-01", "2026-01-31", "2026-02-01"),
        (2, "day", "2026-01-30", "2026-01-29", "2026-01-30"),
        (2, "week", "2026-02-01", "2026-01-31", "2026-02-13"),
        (1, "month", "2026-02-28", "2026-02-28", "2026-03-30"),
        (2, "month", "2026-02-28", "2026-01-31", "2026-03-30"),
        (2, "month", "2026-01-30", "2025-11-30", "2026-01-30"),
    ],
)
def test_intervals_from_31_january(count, unit, day, first, last):
    assert bounds(frequency_every(count, unit, date(2026, 1, 31)), day) == (first, last)

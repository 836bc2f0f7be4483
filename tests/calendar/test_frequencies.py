"""Periods follow one another without a gap and contain the days of the calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine.calendar.frequencies import WEEKDAYS, frequency

days = st.dates(date(1900, 1, 1), date(2199, 12, 31)).map(date.toordinal)


@given(st.sampled_from(["daily", "weekly", "monthly"]), st.sampled_from(WEEKDAYS), days)
def test_a_day_lies_in_its_period(name, weekday, day):
    calendar = frequency(name, weekday)
    index = calendar.index(day)
    assert calendar.first_day(index) <= day < calendar.first_day(index + 1)
    assert calendar.index(calendar.first_day(index)) == index
    assert calendar.index(calendar.first_day(index) - 1) == index - 1


@given(st.sampled_from(WEEKDAYS), days)
def test_a_week_starts_on_its_first_weekday(weekday, day):
    calendar = frequency("weekly", weekday)
    first = date.fromordinal(calendar.first_day(calendar.index(day)))
    assert first.strftime("%A").lower() == weekday


@pytest.mark.parametrize(
    ("day", "first", "following"),
    [("2024-02-29", "2024-02-01", "2024-03-01"), ("2023-12-31", "2023-12-01", "2024-01-01")],
)
def test_months(day, first, following):
    calendar = frequency("monthly")
    index = calendar.index(date.fromisoformat(day).toordinal())
    assert date.fromordinal(calendar.first_day(index)).isoformat() == first
    assert date.fromordinal(calendar.first_day(index + 1)).isoformat() == following

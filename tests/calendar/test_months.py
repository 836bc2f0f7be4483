"""Months from a start are those of a calculation of dates from the start, before it, too."""

from datetime import date

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine.calendar.months import BEYOND, add_months, whole_months, whole_years

dates = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@given(dates, st.integers(-1200, 1200))
def test_the_day_of_the_month_is_that_of_the_start_or_the_last(start, months):
    assert date.fromordinal(add_months(start, months)) == start + relativedelta(months=months)


@given(dates, dates)
def test_whole_months_are_those_that_have_passed(start, day):
    months = whole_months(start, day.toordinal())
    assert start + relativedelta(months=months) <= day < start + relativedelta(months=months + 1)


@given(dates, dates)
def test_whole_years_are_the_anniversaries_that_have_passed(start, day):
    years = whole_years(start, day.toordinal())
    assert years == 0 or start + relativedelta(years=years) <= day
    assert day < start + relativedelta(years=years + 1)


def test_months_beyond_the_calendar_end_with_it():
    assert add_months(date(9999, 12, 1), 1) == BEYOND
    assert date.fromordinal(add_months(date(1, 1, 31), -1)) == date.min

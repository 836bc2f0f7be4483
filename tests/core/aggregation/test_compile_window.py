"""Calendars of windows against the dates that belong together, whatever the unit, the start and the first weekday."""

from datetime import date, timedelta
from types import SimpleNamespace

from hypothesis import example, given
from hypothesis import strategies as st
from metric_oracle import Event, is_inside

from trophy_engine import DateWindow, RunWindow
from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.core.aggregation.compile_window import compile_window_calendar

#: Around the ends of months and years of different lengths.
DATES = st.dates(date(2023, 12, 20), date(2025, 3, 10))
UNITS = ("day", "week", "month", "year")


@st.composite
def windows(draw):
    start = draw(DATES)
    end = draw(st.none() | st.integers(0, 40).map(lambda days: start + timedelta(days=days)))
    runs = st.builds(RunWindow, st.integers(1, 40), st.sampled_from(UNITS), st.just(start))
    return draw(st.one_of(st.sampled_from(UNITS), runs, st.just(DateWindow(start, end))))


@given(window=windows(), first_weekday=st.sampled_from(WEEKDAYS), today=DATES, days=st.integers(-40, 40))
@example(window="week", first_weekday="wednesday", today=date(2024, 5, 1), days=-1)
@example(window=RunWindow(1, "month", date(2024, 1, 31)), first_weekday="monday", today=date(2024, 2, 29), days=30)
def test_two_dates_are_in_one_window_where_they_belong_together(window, first_weekday, today, days):
    rules, calendar = SimpleNamespace(first_weekday=first_weekday), compile_window_calendar(window, first_weekday)

    def together(one, other):
        return is_inside(rules, window, Event(0, one, "words", 1, {}), 0, other)

    other = today + timedelta(days=days)
    number = calendar.window_on(today.toordinal())
    assert (number is not None) == together(today, today)
    assert (number is not None and number == calendar.window_on(other.toordinal())) == together(other, today)
    if number is None:
        return
    first, last = calendar.first_day(number), calendar.last_day(number)
    assert together(date.fromordinal(first), today)
    assert not together(date.fromordinal(first - 1), today)
    if last is None:
        assert together(date(2999, 12, 31), today)
    else:
        assert together(date.fromordinal(last), today)
        assert not together(date.fromordinal(last + 1), today)

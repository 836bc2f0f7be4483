"""Runs follow one another without a gap, and start as in a step-by-step walk from the first start."""

from datetime import date, timedelta

import pytest
from datetimes import utc
from dateutil.relativedelta import relativedelta
from hypothesis import example, given
from hypothesis import strategies as st

from trophy_engine.calendar.instants import to_micros
from trophy_engine.calendar.runs import Runs

dates = st.dates(date(1900, 1, 1), date(2199, 12, 31))
repeating = st.builds(Runs, dates, st.none(), st.sampled_from(["day", "month", "year"]), st.integers(1, 40))


def walked(runs: Runs, day: date) -> tuple[int, date, date] | None:
    """Return the run that contains the day, by a walk from the first run."""
    if day < runs.start or (runs.end is not None and day > runs.end):
        return None
    index = 0
    while runs.start + relativedelta(**{f"{runs.unit}s": runs.interval * (index + 1)}) <= day:
        index += 1
    first = runs.start + relativedelta(**{f"{runs.unit}s": runs.interval * index})
    last = runs.start + relativedelta(**{f"{runs.unit}s": runs.interval * (index + 1)}) - timedelta(days=1)
    return index, first, last if runs.end is None else min(last, runs.end)


@given(repeating, st.integers(-40, 4000), st.none() | st.integers(0, 4000))
@example(Runs(date(2025, 1, 31), None, "month", 1), 59, None)
@example(Runs(date(2024, 2, 29), None, "year", 1), 365, None)
@example(Runs(date(2025, 1, 31), None, "month", 1), 27, 40)
def test_a_run_equals_that_of_a_step_by_step_walk(runs, days, length):
    if length is not None:
        runs = Runs(runs.start, runs.start + timedelta(days=length), runs.unit, runs.interval)
    day = runs.start + timedelta(days=days)
    expected = walked(runs, day)
    index = runs.window_on(day.toordinal())
    if expected is None:
        assert index is None
    else:
        assert index is not None
        found = (index, date.fromordinal(runs.first_day(index)), date.fromordinal(runs.last_day(index) or 0))
        assert found == expected


def days_of(runs: Runs, index: int) -> tuple[str, str]:
    return (
        date.fromordinal(runs.first_day(index)).isoformat(),
        date.fromordinal(runs.last_day(index) or 0).isoformat(),
    )


def test_months_are_counted_from_the_first_start_and_end_with_the_month_where_it_is_too_short():
    runs = Runs(date(2025, 1, 31), unit="month")
    assert [days_of(runs, index) for index in range(3)] == [
        ("2025-01-31", "2025-02-27"),
        ("2025-02-28", "2025-03-30"),
        ("2025-03-31", "2025-04-29"),
    ]


def test_the_end_cuts_the_last_run_short():
    runs = Runs(date(2025, 1, 1), date(2025, 1, 10), "day", 7)
    assert days_of(runs, 1) == ("2025-01-08", "2025-01-10")
    assert runs.window_on(date(2025, 1, 11).toordinal()) is None
    assert runs.nearest(date(2025, 6, 1).toordinal()) == 1
    assert runs.nearest(date(2024, 6, 1).toordinal()) == 0


def test_a_board_without_an_interval_has_one_run():
    runs = Runs(date(2025, 1, 1))
    assert runs.window_on(date(2199, 1, 1).toordinal()) == 0
    assert runs.last_day(0) is None
    assert runs.closes(0) is None
    assert runs.status(0, to_micros(utc("2199-01-01 00:00"))) == "active"


def test_a_run_that_outlasts_the_calendar_has_no_end():
    for unit in ("day", "month", "year"):
        runs = Runs(date(2025, 1, 1), None, unit, 10**9)
        assert runs.window_on(date(2199, 1, 1).toordinal()) == 0
        assert runs.last_day(0) is None


@pytest.mark.parametrize(
    ("instant", "status"),
    [
        ("2025-01-07 09:59", "scheduled"),
        ("2025-01-07 10:00", "active"),
        ("2025-01-15 11:59", "active"),
        ("2025-01-15 12:00", "finished"),
    ],
)
def test_a_run_is_open_while_its_days_are_shown_anywhere_on_earth(instant, status):
    assert Runs(date(2025, 1, 1), None, "day", 7).status(1, to_micros(utc(instant))) == status


def test_a_run_of_months_begins_on_the_day_of_the_month_of_the_first():
    runs = Runs(date(2025, 1, 15), None, "month", 1)
    days = [date(2025, 3, 14), date(2025, 3, 15), date(2025, 4, 14), date(2025, 4, 15)]
    assert [runs.window_on(day.toordinal()) for day in days] == [1, 2, 2, 3]

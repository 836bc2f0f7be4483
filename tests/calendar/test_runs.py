"""Runs follow one another without a gap, and start as in a step-by-step walk from the first start."""

from datetime import date, timedelta

import pytest
from datetimes import utc
from dateutil.relativedelta import relativedelta
from hypothesis import example, given
from hypothesis import strategies as st

from trophy_engine.calendar.instants import HOUR, LAST, from_micros, parse_time_of_day, to_micros
from trophy_engine.calendar.runs import Runs
from trophy_engine.calendar.zones import zone
from trophy_engine.testing import instants, time_zones

dates = st.dates(date(1900, 1, 1), date(2199, 12, 31))
repeating = st.builds(Runs, dates, st.none(), st.sampled_from(["day", "week", "month", "year"]), st.integers(1, 40))


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
    for unit in ("day", "week", "month", "year"):
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


def test_runs_of_the_same_days_are_equal():
    start = date(2025, 1, 6)
    assert Runs(start, None, "week", 2) == Runs(start, None, "day", 14, day_start=HOUR)
    assert Runs(start, None, "year", 1) == Runs(start, None, "month", 12, time_zone=zone("Asia/Tokyo"))
    assert len({Runs(start, None, unit, 1) for unit in ("day", "week", "month", "year", None)}) == 5


def in_zone(name, start, day_start="00:00", unit="day"):
    micros = parse_time_of_day(day_start)
    return Runs(date.fromisoformat(start), None, unit, 1, micros, zone(name, micros))


def test_a_run_of_one_zone_is_open_from_midnight_to_midnight_there():
    runs = in_zone("Europe/Berlin", "2025-03-30")  # a day of 23 hours
    assert [str(from_micros(instant)) for instant in (runs.opens(0), runs.closes(0))] == [
        "2025-03-29 23:00:00+00:00",
        "2025-03-30 22:00:00+00:00",
    ]
    later = in_zone("Europe/Berlin", "2025-03-30", "03:00")
    assert [str(from_micros(instant)) for instant in (later.opens(0), later.closes(0))] == [
        "2025-03-30 01:00:00+00:00",
        "2025-03-31 01:00:00+00:00",
    ]


def test_a_date_that_is_shown_twice_opens_its_run_the_first_time_and_begins_the_second():
    runs = in_zone("America/Sao_Paulo", "2018-02-18")  # at midnight of the 18th the clocks went back by an hour
    eve = in_zone("Europe/London", "2025-10-26", "01:30")  # at 02:00 to 01:00
    assert [str(from_micros(eve.opens(0))), str(from_micros(eve.day_ends(eve.day_at(eve.opens(0)))))] == [
        "2025-10-26 00:30:00+00:00",
        "2025-10-26 01:30:00+00:00",
    ]
    assert runs.opens(0) == runs.time_zone.midnight(runs.first_day(0))


def test_a_date_that_was_skipped_is_a_run_without_length():
    runs = in_zone("Pacific/Apia", "2011-12-29")
    assert runs.opens(1) == runs.closes(1) == runs.opens(2)
    assert runs.day_at(runs.opens(1)) == date(2011, 12, 31).toordinal()


@given(time_zones(), st.sampled_from(["00:00", "03:00", "01:30"]), instants().map(to_micros))
def test_days_of_one_zone_follow_one_another_and_runs_are_open_at_their_dates(name, day_start, at):
    runs = in_zone(name, "1950-01-01", day_start)
    day = runs.day_at(at)
    assert at < runs.day_ends(day)
    assert runs.day_at(runs.day_ends(day) - 1) == day < runs.day_at(runs.day_ends(day))
    shown = runs.window_on(runs.time_zone.window(at)[0])
    assert runs.opens(shown) <= at < runs.closes(shown)


def test_days_far_beyond_every_instant_have_bounds():
    runs = Runs(date(2025, 1, 1), None, "year", 5000, 0, zone("Europe/Berlin"))
    assert runs.closes(0) > LAST
    assert runs.opens(1) > LAST

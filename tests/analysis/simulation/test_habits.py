"""Habits: a persona that acts like a user of a log."""

from datetime import date
from itertools import pairwise
from random import Random

import pyarrow as pa
import pytest

from trophy_engine import InvalidValue
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import BadRow, Event, Source
from trophy_engine.analysis.simulation.habits import habits_of
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.calendar.instants import DAY, HOUR
from trophy_engine.calendar.zones import zone

START = date(2025, 1, 1)  # a Wednesday
FIRST = START.toordinal()


def local_days(events):
    return [zone(event.time_zone).window(event.at)[0] for event in events]


def log_of(days, user="ann", hour=9, home="Europe/Berlin"):
    first = date(2024, 3, 4).toordinal()  # a Monday
    for day in days:
        yield Event(zone(home).instant(first + day, hour * HOUR), user, "words", 2, home)


def test_habits_keep_weekdays_hours_zones_and_values():
    weekdays = [day for day in range(28 * 6) if day % 7 < 5]
    population = Population.fit([*log_of(weekdays), BadRow(Source("log", 1), "bad")])
    events = population.events(1, 0, START, 200)
    assert {date.fromordinal(day).isoweekday() for day in local_days(events)} == {1, 2, 3, 4, 5}
    assert {(event.metric, event.value, event.time_zone) for event in events} == {("words", 2, "Europe/Berlin")}
    assert {(event.at + zone("Europe/Berlin").offset(event.at)) % DAY for event in events} == {9 * HOUR}
    assert len(events) > 130  # active at the end of the log, so the user stays
    assert local_days(events)[0] == date(2025, 1, 6).toordinal()  # the first Monday


def test_users_who_left_the_log_leave_and_pauses_are_kept():
    weekly = [day for day in range(28 * 8) if day % 7 == 0 and not 28 * 3 <= day < 28 * 5]
    log = [*log_of(weekly), *log_of([0], "once"), *log_of([28 * 20], "late")]
    ann, once, late = Population.fit(log).members
    assert (ann.stay, once.stay, late.stay) == (28 * 8 - 6, 1, None)
    assert [len(block) for block in ann.blocks] == [4, 4, 4, 0, 0, 4, 4, 4]
    days = local_days(ann.events(Random(5), "ann", FIRST, 1000))
    assert max(days) - min(days) < 28 * 8
    assert {later - earlier for earlier, later in pairwise(days)} <= {7, 7 + 28, 7 + 56, 7 + 84}
    assert len(once.events(Random(5), "once", FIRST, 1000)) == 1
    with pytest.raises(InvalidValue, match="the log has no events, so it has no habits"):
        Population.fit([])


def test_a_population_is_fitted_to_a_frame_as_to_its_rows():
    log = list(log_of(range(0, 60, 3)))
    frame = pa.table(
        {
            "who": [event.user_id for event in log],
            "when": pa.array([event.at for event in log], pa.timestamp("us", "UTC")),
            "what": [event.metric for event in log],
            "n": [event.value for event in log],
            "zone": [event.time_zone for event in log],
        }
    )
    columns = Columns("who", "when", "what", "n", "zone")
    assert Population.fit(frame, columns) == Population.fit(log)
    with pytest.raises(InvalidValue, match="the frame has no column 'user_id'"):
        Population.fit(frame)
    assert habits_of(frame.to_pylist(), columns) == habits_of(log)

"""A clock that is read, set and stepped."""

from datetime import datetime, timedelta, timezone

import pytest
from datetimes import utc

from trophy_engine import Engine, InvalidValue
from trophy_engine.trophy_api import ManualClock

NOON = utc("2025-04-02 12:00")


class SystemClock:
    """A system's clock that the test moves."""

    def __init__(self):
        self.now = utc("2030-01-01 00:00")

    def __call__(self):
        return self.now


@pytest.fixture
def system():
    return SystemClock()


def test_a_clock_stands_still_until_it_is_set_or_stepped(system):
    clock = ManualClock(NOON, system=system)
    system.now += timedelta(days=9)
    assert (clock(), clock.ticks) == (NOON, False)
    assert clock.step(timedelta(days=1)) == clock() == utc("2025-04-03 12:00")
    assert clock.step(days=1, hours=1, minutes=1, seconds=1) == utc("2025-04-04 13:01:01")
    assert clock.step(seconds=-1) == utc("2025-04-04 13:01")
    assert clock.set(utc("2024-01-01 00:00")) == clock() == utc("2024-01-01 00:00")


def test_a_clock_that_ticks_goes_on_from_where_it_is_put(system):
    clock = ManualClock(NOON, tick=True, system=system)
    system.now += timedelta(hours=1)
    assert (clock(), clock.ticks) == (utc("2025-04-02 13:00"), True)
    clock.step(hours=1)
    system.now += timedelta(minutes=1)
    assert clock() == utc("2025-04-02 14:01")
    clock.set(NOON)
    system.now += timedelta(minutes=2)
    assert clock() == utc("2025-04-02 12:02")
    clock.set(clock(), tick=False)
    system.now += timedelta(minutes=2)
    assert (clock(), clock.ticks) == (utc("2025-04-02 12:02"), False)
    clock.set(clock(), tick=True)
    system.now += timedelta(minutes=2)
    assert clock() == utc("2025-04-02 12:04")


def test_a_clock_begins_with_the_system(system):
    assert ManualClock(system=system)() == system.now


def test_a_clock_can_be_reset(system):
    standing, ticking = ManualClock(NOON, system=system), ManualClock(tick=True, system=system)
    for clock in (standing, ticking):
        clock.set(utc("2024-01-01 00:00"), tick=not clock.ticks)
    system.now += timedelta(days=1)
    assert (standing.reset(), standing.ticks) == (NOON, False)
    assert (ticking.reset(), ticking.ticks) == (system.now, True)


def test_an_instant_is_shown_in_utc():
    clock = ManualClock(datetime(2025, 4, 2, 14, tzinfo=timezone(timedelta(hours=2))))
    assert clock().isoformat() == "2025-04-02T12:00:00+00:00"


def test_an_engine_takes_the_clock():
    clock = ManualClock(NOON)
    engine = Engine(clock=clock)
    engine.identify("18")
    clock.step(days=1)
    engine.identify("19")
    assert [engine.user(user).created for user in ("18", "19")] == [NOON, utc("2025-04-03 12:00")]


@pytest.mark.parametrize(
    ("call", "fact"),
    [
        (lambda clock: clock.set(datetime(2025, 4, 2)), "at must be an aware datetime, not the naive"),  # noqa: DTZ001
        (lambda clock: clock.set("2025-04-02"), "at must be an aware datetime"),
        (lambda clock: clock.set(NOON, tick=1), "tick must be true or false, not 1"),
        (lambda clock: clock.step(days=1e12), "by must lead to the years"),
        (lambda clock: clock.step(days=9e8), "by must lead to the years 1900 to 2199"),
        (lambda clock: clock.step(days=-90_000), "must lie in the years 1900 to 2199"),
        (lambda clock: clock.step(days="1"), "by must be a timedelta, or numbers of days"),
        (lambda clock: clock.step("day"), "by must be a timedelta, or numbers of days, ..., not 'day'"),
        (lambda clock: clock.step(seconds=float("nan")), "by must be a timedelta"),
    ],
)
def test_a_wrong_instant_or_length_changes_nothing(call, fact):
    clock = ManualClock(NOON)
    with pytest.raises(InvalidValue, match=fact):
        call(clock)
    assert (clock(), clock.ticks) == (NOON, False)


def test_a_clock_needs_a_clock():
    with pytest.raises(InvalidValue, match="system must be a callable"):
        ManualClock(system=3)

"""Every aggregate over every window against the same computed from the list of events."""

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine.calendar.instants import DAY, HOUR
from trophy_engine.core.aggregation.aggregates import AGGREGATES
from trophy_engine.core.aggregation.windows import (
    AllTimeWindow,
    CalendarWindow,
    EventSessionWindow,
    RollingDaysWindow,
    RollingTimeWindow,
    SinceResetWindow,
)

MINUTE = HOUR // 60


class Event(NamedTuple):
    """An event at an instant that the user's clock shows as on a local day, or equal ones; or a reset."""

    at: int
    day: int
    value: int
    label: str | None
    resets: bool
    times: int


class Weeks:
    """Windows of seven days from day 20 to day 40."""

    def window_on(self, day):
        return (day - 20) // 7 if 20 <= day <= 40 else None

    def first_day(self, number):
        return 20 + number * 7

    def last_day(self, number):
        return min(26 + number * 7, 40)


class Days:
    """Windows of one day."""

    def window_on(self, day):
        return day

    first_day = last_day = window_on


@st.composite
def events(draw):
    """Return events in order of time, on local days that go back by two days at most, as by travel to the west."""
    drawn, at, drift = [], 20 * DAY, 0
    gaps = st.sampled_from(
        (0, 1, MINUTE, 30 * MINUTE, 30 * MINUTE + 1, HOUR, 5 * HOUR, 22 * HOUR, DAY, 3 * DAY, 9 * DAY)
    )
    for _ in range(draw(st.integers(0, 25))):
        at += draw(gaps)
        drift = draw(st.sampled_from((drift, drift, drift, -1, 0, 1)))
        value = draw(st.integers(-3, 5))
        label = draw(st.sampled_from(("a", "b", "c", None)))
        drawn.append(
            Event(
                at, at // DAY + drift, value, label, draw(st.integers(0, 5)) == 0, draw(st.sampled_from((1, 1, 2, 3)))
            )
        )
    return drawn


def item(name, event):
    items = {"sum": event.value * event.times, "count": event.times, "distinct": event.label, "days": event.day}
    return items.get(name, event.value)


def expected(name, inside):
    """Return the aggregate of a list of events, the slow and obvious way."""
    values = [event.value for event in inside for _ in range(event.times)]
    return {
        "sum": lambda: sum(values),
        "count": lambda: len(values),
        "min": lambda: min(values, default=None),
        "max": lambda: max(values, default=None),
        "last": lambda: values[-1] if values else None,
        "distinct": lambda: len({event.label for event in inside} - {None}),
        "days": lambda: len({event.day for event in inside}),
    }[name]()


def session(known, at):
    kept = []
    for event in known:
        if kept and event.at - kept[-1].at > 30 * MINUTE:
            kept = []
        kept.append(event)
    return kept if kept and at - kept[-1].at <= 30 * MINUTE else []


def since_reset(known, _at):
    resets = [index for index, event in enumerate(known) if event.resets]
    return known[resets[-1] :] if resets else known


#: By name: the window around an aggregate, and the events that it holds at an instant and on a day.
WINDOWS: dict[str, tuple[Callable, Callable]] = {
    "forever": (AllTimeWindow, lambda known, at, day: known),
    "weeks": (
        lambda aggregate: CalendarWindow(aggregate, Weeks()),
        lambda known, at, day: [
            event
            for event in known
            if Weeks().window_on(day) is not None and Weeks().window_on(event.day) == Weeks().window_on(day)
        ],
    ),
    "day": (
        lambda aggregate: CalendarWindow(aggregate, Days()),
        lambda known, at, day: [event for event in known if event.day == day],
    ),
    "7 days": (
        lambda aggregate: RollingDaysWindow(aggregate, 7),
        lambda known, at, day: [event for event in known if event.day > day - 7],
    ),
    "1 day": (
        lambda aggregate: RollingDaysWindow(aggregate, 1),
        lambda known, at, day: [event for event in known if event.day > day - 1],
    ),
    "24 hours": (
        lambda aggregate: RollingTimeWindow(aggregate, DAY),
        lambda known, at, day: [event for event in known if event.at > at - DAY],
    ),
    "session": (
        lambda aggregate: EventSessionWindow(aggregate, 30 * MINUTE),
        lambda known, at, day: session(known, at),
    ),
    "since a reset": (SinceResetWindow, lambda known, at, day: since_reset(known, at)),
}


#: Every pair but those that rules cannot have: days that come back have no latest value.
PAIRS = [pair for pair in product(AGGREGATES, WINDOWS) if pair not in {("last", "7 days"), ("last", "1 day")}]


@pytest.mark.parametrize(("name", "window_name"), PAIRS)
@given(history=events(), reload_at=st.integers(0, 25))
def test_a_total_is_that_of_the_list_of_events(name, window_name, history, reload_at):
    make, inside = WINDOWS[window_name]
    window = make(AGGREGATES[name])
    totals, known = window.new(), []
    for index, event in enumerate(history):
        if index == reload_at:
            totals = window.load(totals.dump())
        if event.resets and window_name == "since a reset":
            totals.restart(event.at)
        before_it = known if not event.resets or window_name != "since a reset" else []
        looked = window.total(totals, event.at, event.day)
        before, after = window.add(totals, item(name, event), event.at, event.day)
        assert looked == before == expected(name, inside(before_it, event.at, event.day))
        known.append(event)
        assert after == expected(name, inside(known, event.at, event.day))
        earlier = max(event.day - 1, max(other.day for other in known) - 2)
        for at, day in ((event.at + HOUR, event.day), (event.at + DAY, event.day + 1), (event.at, earlier)):
            assert window.total(totals, at, day) == expected(name, inside(known, at, day))


@pytest.mark.parametrize(("name", "window_name"), PAIRS)
@given(history=events(), split=st.integers(0, 25))
def test_copies_do_not_change_one_another(name, window_name, history, split):
    window = WINDOWS[window_name][0](AGGREGATES[name])
    totals = window.new()
    for event in history[:split]:
        window.add(totals, item(name, event), event.at, event.day)
    dumped, copied = totals.dump(), totals.copy()
    assert copied.dump() == dumped
    for event in history[split:]:
        window.add(copied, item(name, event), event.at, event.day)
    assert totals.dump() == dumped
    for event in reversed(history[split:]):
        window.add(totals, item(name, event._replace(label="z")), history[-1].at, event.day)
    again = window.load(copied.dump())
    assert again.dump() == copied.dump()


def test_a_window_that_is_over_is_forgotten():
    window = CalendarWindow(AGGREGATES["sum"], Days())
    totals = window.new()
    for day in range(1, 30):
        window.add(totals, 1, day * DAY, day)
    assert [number for number, _ in totals.dump()] == [27, 28, 29]

"""Rolling totals: what is kept, and what it costs."""

import pytest

from trophy_engine.calendar.instants import DAY
from trophy_engine.core.aggregation.aggregates import AGGREGATES, MAX_DISTINCT
from trophy_engine.core.aggregation.rolling_totals import MAX_EVENTS
from trophy_engine.core.aggregation.windows import AllTimeWindow, RollingDaysWindow, RollingTimeWindow


def test_a_window_of_hours_keeps_the_newest_events_only():
    window = RollingTimeWindow(AGGREGATES["sum"], DAY)
    totals = window.new()
    for index in range(MAX_EVENTS + 5):
        _, after = window.add(totals, 1, DAY + index // 500, 1)
        assert after == min(index + 1, MAX_EVENTS)
    greatest = RollingTimeWindow(AGGREGATES["max"], DAY)
    totals = greatest.new()
    for value in (9, *[1] * MAX_EVENTS):
        _, after = greatest.add(totals, value, DAY, 1)
    assert after == 1


@pytest.mark.parametrize(
    "window", [AllTimeWindow(AGGREGATES["distinct"]), RollingDaysWindow(AGGREGATES["distinct"], 366)]
)
def test_values_beyond_the_limit_do_not_count(window):
    totals = window.new()
    for number in range(MAX_DISTINCT + 3):
        _, after = window.add(totals, str(number), number, number // 1000)
    assert after == MAX_DISTINCT
    assert window.add(totals, "5", number, number // 1000) == (MAX_DISTINCT, MAX_DISTINCT)
    assert sum(len(str(entry)) > 0 for entry in totals.dump()) <= MAX_DISTINCT


def test_a_window_of_days_has_an_entry_a_date_and_forgets_those_that_cannot_come_back():
    window = RollingDaysWindow(AGGREGATES["count"], 7)
    totals = window.new()
    for day in range(1, 100):
        for _ in range(5):
            window.add(totals, 1, day * DAY, day)
    assert [day for day, _ in totals.dump()] == list(range(91, 100))
    assert window.total(totals, 99 * DAY, 99) == 35


class Counted(int):
    """A number that counts how often it is compared or added."""

    operations = 0

    def __add__(self, other):
        Counted.operations += 1
        return Counted(int(self) + int(other))

    def __le__(self, other):
        Counted.operations += 1
        return int(self) <= int(other)


@pytest.mark.parametrize("values", [range(1000), range(1000, 0, -1), [5] * 1000, [1, 9] * 500])
def test_the_cost_of_an_event_does_not_depend_on_the_number_of_entries(values):
    window = RollingTimeWindow(AGGREGATES["max"], 900)
    totals = window.new()
    Counted.operations = 0
    for at, value in enumerate(values):
        window.add(totals, Counted(value), at, 1)
    assert Counted.operations <= 2 * len(values)

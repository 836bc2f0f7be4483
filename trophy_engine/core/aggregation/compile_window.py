"""Compiling the aggregate and the window of a metric."""

from __future__ import annotations

from typing import Any, Final, assert_never

import attrs

from trophy_engine.calendar.frequencies import Frequency, FrequencyName, Weekday, frequency_named
from trophy_engine.calendar.instants import HOUR
from trophy_engine.calendar.runs import Runs
from trophy_engine.core.aggregation.aggregates import AGGREGATES
from trophy_engine.core.aggregation.windows import (
    AllTimeWindow,
    CalendarWindow,
    EventSessionWindow,
    RollingDaysWindow,
    RollingTimeWindow,
    SinceResetWindow,
    Window,
    WindowCalendar,
)
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.windows import (
    CalendarUnit,
    DateWindow,
    ResetWindow,
    RollingWindow,
    RunWindow,
    SessionWindow,
)
from trophy_engine.values import Value

_FREQUENCIES: Final[dict[CalendarUnit, FrequencyName]] = {
    "day": "daily",
    "week": "weekly",
    "month": "monthly",
    "year": "yearly",
}
_UNITS: Final = {"hour": HOUR, "minute": HOUR // 60}


@attrs.frozen
class _PeriodWindows(Value):
    """The periods of a frequency as windows."""

    frequency: Frequency

    def window_on(self, day: int) -> int | None:
        """Return the period that contains a day."""
        return self.frequency.index(day)

    def first_day(self, number: int) -> int:
        """Return the first day of a period."""
        return self.frequency.first_day(number)

    def last_day(self, number: int) -> int | None:
        """Return the last day of a period."""
        return self.frequency.first_day(number + 1) - 1


class _SingleWindow:
    """A single window without bounds."""

    def window_on(self, _: int) -> int:
        """Return the number of the window."""
        return 0

    def first_day(self, _: int) -> int:
        """Return the first day of all."""
        return 1

    def last_day(self, _: int) -> None:
        """Return None: the window has no end."""
        return


_SINGLE_WINDOW: Final = _SingleWindow()


def compile_window_calendar(
    window: CalendarUnit | RunWindow | DateWindow | None, first_weekday: Weekday
) -> WindowCalendar:
    """Return the calendar of windows of local days; a single window for None."""
    match window:
        case None:
            return _SINGLE_WINDOW
        case RunWindow(every, unit, start):
            return Runs(start, None, unit, every)
        case DateWindow(start, end):
            return Runs(start, end)
        case "day" | "week" | "month" | "year":
            return _PeriodWindows(frequency_named(_FREQUENCIES[window], first_weekday))
        case _:
            assert_never(window)


def compile_window(rule: Metric, first_weekday: Weekday) -> Window[Any] | None:
    """Return the window of a metric around its aggregate; None for all time, where the aggregate holds its total."""
    aggregate, window = AGGREGATES[rule.aggregate], rule.window
    match window:
        case None:
            return None if aggregate.holds_total else AllTimeWindow(aggregate)
        case str() | RunWindow() | DateWindow():
            return CalendarWindow(aggregate, compile_window_calendar(window, first_weekday))
        case RollingWindow(last, unit):
            return (
                RollingDaysWindow(aggregate, last)
                if unit == "day"
                else RollingTimeWindow(aggregate, last * _UNITS[unit])
            )
        case SessionWindow(gap, unit):
            return EventSessionWindow(aggregate, gap * _UNITS[unit])
        case ResetWindow():
            return SinceResetWindow(aggregate)
        case _:
            assert_never(window)

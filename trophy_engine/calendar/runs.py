"""Runs: the consecutive stretches of local days over which a leaderboard counts.

Run *k* starts *k* intervals after the first one, and ends the day before the next; months and years are counted from
the first start, so that a short month does not change the day of the month of later runs:

>>> runs = Runs(date(2025, 1, 31), unit="month", interval=1)
>>> [date.fromordinal(runs.first_day(index)).isoformat() for index in range(3)]
['2025-01-31', '2025-02-28', '2025-03-31']
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import attrs

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, begins_anywhere, over_everywhere
from trophy_engine.calendar.months import BEYOND, MONTHS, add_months, whole_months

RunUnit = Literal["day", "month", "year"]
RunStatus = Literal["scheduled", "active", "finished"]


@attrs.frozen
class Runs:
    """Consecutive runs, numbered from 0; local days are ordinals.

    Attributes:
        start: the first day of the first run.
        end: the last day of the last run; None for runs without end.
        unit: the unit of the length of a run; None for a single run.
        interval: the length of a run in units.
        day_start: the time of day at which local dates change, in microseconds since midnight; equal runs can differ
            in it.
    """

    start: date
    end: date | None = None
    unit: RunUnit | None = None
    interval: int = 1
    day_start: int = attrs.field(default=0, eq=False)
    _first: int = attrs.field(init=False, default=attrs.Factory(lambda self: self.start.toordinal(), takes_self=True))
    _last: int = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: BEYOND if self.end is None else self.end.toordinal(), takes_self=True),
    )
    _months: int = attrs.field(
        init=False,
        default=attrs.Factory(
            lambda self: self.interval * MONTHS if self.unit == "year" else self.interval, takes_self=True
        ),
    )

    def window_on(self, day: int) -> int | None:
        """Return the run that contains a day, or None."""
        if not self._first <= day <= self._last:
            return None
        if self.unit is None:
            return 0
        if self.unit == "day":
            return (day - self._first) // self.interval
        return whole_months(self.start, day) // self._months

    def utc_day(self, at: int) -> int:
        """Return the date in UTC at an instant."""
        return (at - self.day_start) // DAY + EPOCH_DAY

    def nearest(self, day: int) -> int:
        """Return the run that contains a day, the first run before the start, or the last run after the end."""
        run = self.window_on(min(max(day, self._first), self._last))
        return 0 if run is None else run

    def first_day(self, index: int) -> int:
        """Return the first day of a run."""
        if self.unit is None or index == 0:
            return self._first
        if self.unit == "day":
            return min(self._first + index * self.interval, BEYOND)
        return add_months(self.start, index * self._months)

    def last_day(self, index: int) -> int | None:
        """Return the last day of a run, or None for a run without end."""
        following = BEYOND if self.unit is None else self.first_day(index + 1)
        last = min(following - 1, self._last)
        return None if last == BEYOND - 1 and self.end is None else last

    def opens(self, index: int) -> int:
        """Return the first instant at which any zone shows the first day of a run."""
        return begins_anywhere(self.first_day(index)) + self.day_start

    def closes(self, index: int) -> int | None:
        """Return the first instant at which no zone shows the last day of a run any more, or None without end."""
        last = self.last_day(index)
        return None if last is None else over_everywhere(last) + self.day_start

    def status(self, index: int, at: int) -> RunStatus:
        """Return the status of a run at an instant."""
        closes = self.closes(index)
        if closes is not None and at >= closes:
            return "finished"
        return "active" if at >= self.opens(index) else "scheduled"

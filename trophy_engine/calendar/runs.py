"""Runs: the consecutive stretches of local days over which a leaderboard counts.

Run *k* starts *k* intervals after the first one, and ends the day before the next; months and years are counted from
the first start, so that a short month does not change the day of the month of later runs:

>>> runs = Runs(date(2025, 1, 31), unit="month", interval=1)
>>> [date.fromordinal(runs.first_day(index)).isoformat() for index in range(3)]
['2025-01-31', '2025-02-28', '2025-03-31']

Every user counts by their own local dates, or all by the dates of one time zone. In the first case a run is open while
any zone shows one of its dates; in the second, while that zone does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal

import attrs

from trophy_engine.calendar.instants import (
    DAY,
    EPOCH_DAY,
    FIRST,
    LAST,
    earliest_zone_midnight,
    latest_zone_day_end,
    utc_midnight,
)
from trophy_engine.calendar.months import BEYOND, MONTHS, add_months, whole_months
from trophy_engine.calendar.zones import Zone
from trophy_engine.values import Value

RunUnit = Literal["day", "week", "month", "year"]
RunStatus = Literal["scheduled", "active", "finished"]

_A_WEEK: Final = 7
#: No instant lies on a date before the first or after the last.
_FIRST_DAY: Final = FIRST // DAY + EPOCH_DAY - 2
_LAST_DAY: Final = LAST // DAY + EPOCH_DAY + 2


@attrs.frozen
class Runs(Value):
    """Consecutive runs, numbered from 0; local days are ordinals. Runs of the same days are equal.

    Attributes:
        start: the first day of the first run.
        end: the last day of the last run; None for runs without end.
        unit: the unit of the length of a run, a week of seven days; None for a single run.
        interval: the length of a run in units.
        day_start: the time of day at which local dates change, in microseconds since midnight.
        time_zone: the zone, with the same day start, whose dates they are; None for the dates of each user.
    """

    start: date
    end: date | None = None
    unit: RunUnit | None = attrs.field(default=None, eq=False)
    interval: int = attrs.field(default=1, eq=False)
    day_start: int = attrs.field(default=0, eq=False)
    time_zone: Zone | None = attrs.field(default=None, eq=False)
    _first: int = attrs.field(init=False, default=attrs.Factory(lambda self: self.start.toordinal(), takes_self=True))
    _last: int = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: BEYOND if self.end is None else self.end.toordinal(), takes_self=True),
    )
    _days: int = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: self._length_of_run({"day": 1, "week": _A_WEEK}), takes_self=True),
    )
    _months: int = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: self._length_of_run({"month": 1, "year": MONTHS}), takes_self=True),
    )

    def _length_of_run(self, units: Mapping[str, int]) -> int:
        """Return the length of a run in days, or in months; 0 if it has none in them."""
        return 0 if self.unit is None else self.interval * units.get(self.unit, 0)

    def window_on(self, day: int) -> int | None:
        """Return the run that contains a day, or None."""
        if not self._first <= day <= self._last:
            return None
        if self.unit is None:
            return 0
        if self._days:
            return (day - self._first) // self._days
        return whole_months(self.start, day) // self._months

    def day_at(self, at: int) -> int:
        """Return the date at an instant, in the zone of the runs or in UTC.

        A date begins once: when clocks go back over midnight, the second time.
        """
        if self.time_zone is None:
            return (at - self.day_start) // DAY + EPOCH_DAY
        day, _ = self.time_zone.window(at)
        return day if self.time_zone.midnight(day) <= at else day - 1

    def day_ends(self, day: int) -> int:
        """Return the first instant after a date of ``day_at``."""
        return utc_midnight(day + 1) + self.day_start if self.time_zone is None else self._midnight(day + 1)

    def nearest(self, day: int) -> int:
        """Return the run that contains a day, the first run before the start, or the last run after the end."""
        run = self.window_on(min(max(day, self._first), self._last))
        return 0 if run is None else run

    def first_day(self, index: int) -> int:
        """Return the first day of a run."""
        if self.unit is None or index == 0:
            return self._first
        if self._days:
            return min(self._first + index * self._days, BEYOND)
        return add_months(self.start, index * self._months)

    def last_day(self, index: int) -> int | None:
        """Return the last day of a run, or None for a run without end."""
        following = BEYOND if self.unit is None else self.first_day(index + 1)
        last = min(following - 1, self._last)
        return None if last == BEYOND - 1 and self.end is None else last

    def opens(self, index: int) -> int:
        """Return the first instant at which the zone of the runs, or any zone, shows the first day of a run."""
        day = self.first_day(index)
        if self.time_zone is None:
            return earliest_zone_midnight(day) + self.day_start
        midnight = self._midnight(day)
        if _FIRST_DAY <= day <= _LAST_DAY:  # if clocks go back over midnight, the day is shown twice
            return min(midnight, self.time_zone.instant(day, self.day_start))
        return midnight

    def closes(self, index: int) -> int | None:
        """Return the first instant from which on no zone, or not that of the runs, shows the last day of a run.

        None for a run without end.
        """
        last = self.last_day(index)
        if last is None:
            return None
        return latest_zone_day_end(last) + self.day_start if self.time_zone is None else self._midnight(last + 1)

    def _midnight(self, day: int) -> int:
        """Return the last instant at which the date changes to a day in the zone of the runs."""
        if self.time_zone is None or not _FIRST_DAY <= day <= _LAST_DAY:
            return utc_midnight(day)
        return self.time_zone.midnight(day)

    def status(self, index: int, at: int) -> RunStatus:
        """Return the status of a run at an instant."""
        closes = self.closes(index)
        if closes is not None and at >= closes:
            return "finished"
        return "active" if at >= self.opens(index) else "scheduled"

"""Windows: over which stretch of a user's time an aggregate runs.

A window wraps an aggregate. What it keeps for one user is in its totals (``new``, ``load``); an event is counted at its
instant and its local day. When a window ends, no total changes until it is asked for again: the total of an instant is
that of the window which holds the instant.

======================  =================================================  =================
window                  the total is over                                  totals
======================  =================================================  =================
``AllTimeWindow``       all events                                         ``LatestTotal``
``CalendarWindow``      a period of the calendar, or a run of so many      ``WindowTotals``
``RollingDaysWindow``   the local day and the days before it               ``RollingTotals``
``RollingTimeWindow``   the latest hours or minutes                        ``RollingTotals``
``EventSessionWindow``  the events without a longer gap between them       ``LatestTotal``
``SinceResetWindow``    the time since an event of another metric          ``LatestTotal``
======================  =================================================  =================
"""

from __future__ import annotations

from typing import Any, Final, Protocol, TypeVar

import attrs

from trophy_engine.calendar.zones import Zone
from trophy_engine.core.aggregation.aggregates import Aggregate
from trophy_engine.core.aggregation.latest_total import LatestTotal
from trophy_engine.core.aggregation.rolling_totals import RollingTotals
from trophy_engine.core.aggregation.totals import Totals
from trophy_engine.core.aggregation.window_totals import WindowTotals
from trophy_engine.numbers import Number
from trophy_engine.values import Value

#: For how many days after its last date a window is kept: a local date goes back by two days at most.
REACH: Final = 2

#: The first instant of a window and the first one after it, in microseconds; None for an open side.
Bounds = tuple[int | None, int | None]
_T = TypeVar("_T", bound=Totals)


class WindowCalendar(Protocol):
    """A division of local days into numbered windows."""

    def window_on(self, day: int) -> int | None:
        """Return the number of the window that contains a day, or None."""

    def first_day(self, number: int) -> int:
        """Return the first day of a window."""

    def last_day(self, number: int) -> int | None:
        """Return the last day of a window, or None for one without end."""


class Window(Protocol[_T]):
    """A window around an aggregate."""

    @property
    def aggregate(self) -> Aggregate:
        """The aggregate."""

    def new(self) -> _T:
        """Return the totals before any event."""

    def load(self, dumped: list[Any]) -> _T:
        """Build the totals from the result of their ``dump``."""

    def add(self, totals: _T, item: Any, at: int, day: int) -> tuple[Number | None, Number | None]:
        """Count an event at an instant and a local day; return the totals before and after it."""

    def total(self, totals: _T, at: int, day: int) -> Number | None:
        """Return the total at an instant and a local day."""

    def bounds(self, totals: _T | None, at: int, zone: Zone) -> Bounds | None:
        """Return the bounds of the window that holds an instant, or None."""

    def current_name(self, totals: _T | None, at: int, day: int) -> int | None:
        """Return the name of the window that holds an instant and a local day: a number, or None."""

    def can_reopen(self, name: int | None, day: int) -> bool:
        """Return True if a window of the past can hold instants again, from a local day on."""


@attrs.frozen
class AllTimeWindow(Value):
    """All events."""

    aggregate: Aggregate

    def new(self) -> LatestTotal:
        """Return the total before any event."""
        return LatestTotal(self.aggregate)

    def load(self, dumped: list[Any]) -> LatestTotal:
        """Build the total from the result of its ``dump``."""
        return LatestTotal.load(self.aggregate, dumped)

    def add(self, totals: LatestTotal, item: Any, at: int, _: int) -> tuple[Number | None, Number | None]:
        """Count an event."""
        return totals.add(item, at)

    def total(self, totals: LatestTotal, _: int, __: int) -> Number | None:
        """Return the total."""
        return totals.total()

    def bounds(self, _: LatestTotal | None, __: int, ___: Zone, /) -> Bounds | None:
        """Return None: there is no window."""
        return None

    def current_name(self, totals: LatestTotal | None, _: int, __: int) -> int | None:
        """Return the first instant of the window."""
        return None if totals is None else totals.since

    def can_reopen(self, _: int | None, __: int) -> bool:
        """Return False: a window that is over never holds an instant again."""
        return False


@attrs.frozen
class CalendarWindow(Value):
    """The windows of a calendar; a window is forgotten when no zone can show its last date again."""

    aggregate: Aggregate
    calendar: WindowCalendar

    def new(self) -> WindowTotals:
        """Return the totals before any event."""
        return WindowTotals(self.aggregate)

    def load(self, dumped: list[Any]) -> WindowTotals:
        """Build the totals from the result of their ``dump``."""
        return WindowTotals.load(self.aggregate, dumped)

    def add(self, totals: WindowTotals, item: Any, _: int, day: int) -> tuple[Number | None, Number | None]:
        """Count an event in the window of its day, if there is one."""
        number = self.calendar.window_on(day)
        if number is None:
            return self.aggregate.nothing, self.aggregate.nothing
        if number not in totals.held:
            self._forget(totals, day)
        return totals.add(number, item)

    def _forget(self, totals: WindowTotals, day: int) -> None:
        for number in list(totals.held):
            if not self.can_reopen(number, day):
                del totals.held[number]

    def current_name(self, _: WindowTotals | None, __: int, day: int) -> int | None:
        """Return the number of the window of a day."""
        return self.calendar.window_on(day)

    def can_reopen(self, name: int | None, day: int) -> bool:
        """Return True if the window is not over, or a zone can show its last date again."""
        last = None if name is None else self.calendar.last_day(name)
        return last is None or last >= day - REACH

    def total(self, totals: WindowTotals, _: int, day: int) -> Number | None:
        """Return the total of the window of a day."""
        number = self.calendar.window_on(day)
        return self.aggregate.nothing if number is None else totals.total(number)

    def bounds(self, _: WindowTotals | None, at: int, zone: Zone) -> Bounds | None:
        """Return the midnights at which the window of an instant begins and ends."""
        number = self.calendar.window_on(zone.window(at)[0])
        if number is None:
            return None
        last = self.calendar.last_day(number)
        return zone.midnight(self.calendar.first_day(number)), None if last is None else zone.midnight(last + 1)


class _RollingWindowBase(Value):
    """The base of rolling windows: ``reach`` is for how far back of them entries are kept."""

    aggregate: Aggregate
    reach = 0

    def new(self) -> RollingTotals:
        """Return the totals before any event."""
        return RollingTotals(self.aggregate, self.reach)

    def load(self, dumped: list[Any]) -> RollingTotals:
        """Build the totals from the result of their ``dump``."""
        return RollingTotals(self.aggregate, self.reach, ((key, self.aggregate.load(held)) for key, held in dumped))

    def current_name(self, _: RollingTotals | None, __: int, ___: int) -> int | None:
        """Return None: a rolling window has no beginning that names it, and no rule asks for one."""
        return None

    def can_reopen(self, _: int | None, __: int) -> bool:
        """Return True."""
        return True


@attrs.frozen
class RollingDaysWindow(_RollingWindowBase):
    """A local day and the days before it, so many in all; a later date, left by travel west, counts."""

    aggregate: Aggregate
    days: int
    reach = REACH

    def add(self, totals: RollingTotals, item: Any, _: int, day: int) -> tuple[Number | None, Number | None]:
        """Count an event on its day."""
        return totals.add(day, day - self.days + 1, item, merged=True)

    def total(self, totals: RollingTotals, _: int, day: int) -> Number | None:
        """Return the total of the days up to a day."""
        return totals.total(day - self.days + 1)

    def bounds(self, _: RollingTotals | None, at: int, zone: Zone) -> Bounds | None:
        """Return the midnights before the first day and after the last."""
        day, end = zone.window(at)
        return zone.midnight(day - self.days + 1), end


@attrs.frozen
class RollingTimeWindow(_RollingWindowBase):
    """The time up to an instant, so many microseconds, without its first instant; of the newest events at most."""

    aggregate: Aggregate
    length: int

    def add(self, totals: RollingTotals, item: Any, at: int, _: int) -> tuple[Number | None, Number | None]:
        """Count an event at its instant."""
        return totals.add(at, at - self.length + 1, item, merged=False)

    def total(self, totals: RollingTotals, at: int, _: int) -> Number | None:
        """Return the total of the time up to an instant."""
        return totals.total(at - self.length + 1)

    def bounds(self, _: RollingTotals | None, at: int, __: Zone) -> Bounds | None:
        """Return the first instant of the window, and the one after the given one."""
        return at - self.length + 1, at + 1


@attrs.frozen
class EventSessionWindow(Value):
    """The events since the first one after a gap of more than so many microseconds without any."""

    aggregate: Aggregate
    gap: int

    def new(self) -> LatestTotal:
        """Return the total before any event."""
        return LatestTotal(self.aggregate)

    def load(self, dumped: list[Any]) -> LatestTotal:
        """Build the total from the result of its ``dump``."""
        return LatestTotal.load(self.aggregate, dumped)

    def add(self, totals: LatestTotal, item: Any, at: int, _: int) -> tuple[Number | None, Number | None]:
        """Count an event; the first one after the gap begins a session."""
        if not self._is_open(totals, at):
            totals.restart(at)
        return totals.add(item, at)

    def total(self, totals: LatestTotal, at: int, _: int) -> Number | None:
        """Return the total of the session, if it is not over."""
        return totals.total() if self._is_open(totals, at) else self.aggregate.nothing

    def bounds(self, totals: LatestTotal | None, at: int, _: Zone) -> Bounds | None:
        """Return the first instant of the session and the one at which it is over."""
        if totals is None or totals.last is None or not self._is_open(totals, at):
            return None
        return totals.since, totals.last + self.gap + 1

    def current_name(self, totals: LatestTotal | None, at: int, _: int) -> int | None:
        """Return the first instant of the session, or None if it is over."""
        return None if totals is None or not self._is_open(totals, at) else totals.since

    def can_reopen(self, _: int | None, __: int) -> bool:
        """Return False: a session that is over never holds an instant again."""
        return False

    def _is_open(self, totals: LatestTotal, at: int) -> bool:
        return totals.last is not None and at - totals.last <= self.gap


@attrs.frozen
class SinceResetWindow(AllTimeWindow):
    """The events since the last event of another metric, which restarts the total."""

    def bounds(self, totals: LatestTotal | None, _: int, __: Zone, /) -> Bounds | None:
        """Return the instant of the last event of the other metric, an open side before the first one."""
        return None if totals is None else totals.since, None

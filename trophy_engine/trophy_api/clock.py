"""A clock that is read, set and stepped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.engine.engine import system_clock
from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import CALLABLE, FLAG

__all__ = ["ManualClock"]


class ManualClock:
    """A clock that shows the instant it is set to; an engine and an exchange take it as ``clock=``.

    It stands still until it is stepped, unless it ticks: then it goes on from its instant at the system clock's pace.
    All calls may come from several threads.

    Args:
        at: the instant that it shows first (aware); by default the system clock's.
        tick: whether it goes on by itself.
        system: the clock whose pace it takes.

    Raises:
        InvalidValue: ``at`` is naive or out of range, or another argument is of a wrong kind.

    >>> from datetime import UTC
    >>> clock = ManualClock(datetime(2025, 4, 2, 10, tzinfo=UTC))
    >>> clock.step(days=1, hours=2)
    datetime.datetime(2025, 4, 3, 12, 0, tzinfo=datetime.timezone.utc)
    >>> clock() == clock()
    True
    """

    def __init__(
        self, at: datetime | None = None, *, tick: bool = False, system: Callable[[], datetime] = system_clock
    ) -> None:
        CALLABLE.check("system", system)
        self._system = system
        self._lock = Lock()
        self._started: datetime | None = None
        self._first = at, tick
        self.reset()

    def __call__(self) -> datetime:
        """Return the instant that the clock shows (aware, UTC)."""
        with self._lock:
            return self._read_clock_instant()

    @property
    def ticks(self) -> bool:
        """Whether the clock goes on by itself."""
        return self._started is not None

    def reset(self) -> datetime:
        """Set the clock as it was when it was made, to the system clock's instant if none was given; return it."""
        at, tick = self._first
        return self.set(self._system() if at is None else at, tick=tick)

    def set(self, at: datetime, *, tick: bool | None = None) -> datetime:
        """Set the clock to an instant, earlier or later, and return it in UTC.

        Args:
            at: the instant (aware).
            tick: whether the clock goes on by itself from there; by default as before.

        Raises:
            InvalidValue: the instant is naive or out of range.
        """
        micros = to_micros(at)
        if tick is not None:
            FLAG.check("tick", tick)
        with self._lock:
            return self._set_clock_instant(from_micros(micros), tick=self.ticks if tick is None else tick)

    def step(
        self, by: timedelta | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Move the clock by a length of time, backwards if it is negative, and return the instant it shows then.

        Args:
            by: a length, to which the following are added.
            days: days of 24 hours.
            hours: hours.
            minutes: minutes.
            seconds: seconds.

        Raises:
            InvalidValue: a length is of a wrong type, or the instant would be out of range.
        """
        try:
            length = (timedelta() if by is None else by) + timedelta(
                days=days, hours=hours, minutes=minutes, seconds=seconds
            )
            with self._lock:
                return self._set_clock_instant(
                    from_micros(to_micros(self._read_clock_instant() + length)), tick=self.ticks
                )
        except InvalidValue:
            raise
        except (TypeError, ValueError):
            given = by if by is not None else (days, hours, minutes, seconds)
            raise InvalidValue(("must be a timedelta, or numbers of days, ..., not", GivenValue(given)), "by") from None
        except OverflowError:
            raise InvalidValue("must lead to the years 1900 to 2199", "by") from None

    def _read_clock_instant(self) -> datetime:
        return self._at if self._started is None else self._at + (self._system() - self._started)

    def _set_clock_instant(self, at: datetime, *, tick: bool) -> datetime:
        self._at = at
        self._started = self._system() if tick else None
        return at

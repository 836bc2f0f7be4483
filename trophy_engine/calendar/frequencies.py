"""Frequencies: how local days, as proleptic Gregorian ordinals, group into numbered periods.

Consecutive periods have consecutive indices, so that the previous period is ``index - 1``:

>>> weekly = Weekly(first_weekday=0)
>>> day = date(2025, 4, 2).toordinal()
>>> date.fromordinal(weekly.first_day(weekly.index(day))).isoformat()
'2025-03-30'
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, Protocol, assert_never

import attrs

FrequencyName = Literal["daily", "weekly", "monthly"]
Weekday = Literal["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
#: The weekdays in the order of their numbers: 0 is Sunday.
WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
)


class Frequency(Protocol):
    """A division of the calendar into consecutive periods."""

    def index(self, day: int) -> int:
        """Return the index of the period that contains a day."""
        ...

    def first_day(self, index: int) -> int:
        """Return the first day of a period; the last is the day before the first of the next."""
        ...


@attrs.frozen
class Daily:
    """Each day is a period, and its index is the day itself."""

    def index(self, day: int) -> int:
        """Return the day itself."""
        return day

    def first_day(self, index: int) -> int:
        """Return the index itself."""
        return index


@attrs.frozen
class Weekly:
    """Seven days from the first weekday on (0 is Sunday)."""

    first_weekday: int = 0

    def index(self, day: int) -> int:
        """Return the number of weeks up to a day; ordinal 7 was a Sunday."""
        return (day - self.first_weekday) // 7

    def first_day(self, index: int) -> int:
        """Return the first day of a week."""
        return index * 7 + self.first_weekday


@attrs.frozen
class Monthly:
    """Calendar months."""

    def index(self, day: int) -> int:
        """Return the number of months up to a day."""
        local = date.fromordinal(day)
        return local.year * 12 + local.month - 1

    def first_day(self, index: int) -> int:
        """Return the first day of a month."""
        return date(index // 12, index % 12 + 1, 1).toordinal()


def frequency(name: FrequencyName, first_weekday: Weekday = "sunday") -> Frequency:
    """Return the frequency with a name; the first weekday matters only to weeks."""
    match name:
        case "daily":
            return Daily()
        case "weekly":
            return Weekly(WEEKDAYS.index(first_weekday))
        case "monthly":
            return Monthly()
        case _:
            assert_never(name)

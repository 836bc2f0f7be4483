"""Frequencies: how local days, as proleptic Gregorian ordinals, group into numbered periods.

Consecutive periods have consecutive indices, so that the previous period is ``index - 1``:

>>> weekly = Weekly(first_weekday=0)
>>> day = date(2025, 4, 2).toordinal()
>>> date.fromordinal(weekly.first_day(weekly.index(day))).isoformat()
'2025-03-30'
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final, Literal, Protocol, assert_never

import attrs

from trophy_engine.calendar.months import MONTHS, add_months, whole_months
from trophy_engine.values import Value

FrequencyName = Literal["daily", "weekly", "monthly", "quarterly", "yearly"]
#: The periods of summaries.
Aggregation = Literal["daily", "weekly", "monthly"]
#: The units of which periods are made; the periods of quarters and years are made of months.
PeriodUnit = Literal["day", "week", "month"]
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
_WEEK: Final = 7


class Frequency(Protocol):
    """A division of the calendar into consecutive periods, each of one or several units."""

    unit: ClassVar[PeriodUnit]

    def index(self, day: int) -> int:
        """Return the index of the period that contains a day."""
        ...

    def first_day(self, index: int) -> int:
        """Return the first day of a period; the last is the day before the first of the next."""
        ...

    def last_unit(self, index: int) -> int:
        """Return the first day of the last unit of a period."""
        ...


@attrs.frozen
class Daily(Value):
    """Each day is a period, and its index is the day itself."""

    unit: ClassVar[PeriodUnit] = "day"

    def index(self, day: int) -> int:
        """Return the day itself."""
        return day

    def first_day(self, index: int) -> int:
        """Return the index itself."""
        return index

    def last_unit(self, index: int) -> int:
        """Return the index itself."""
        return index


@attrs.frozen
class Weekly(Value):
    """Seven days from the first weekday on (0 is Sunday)."""

    unit: ClassVar[PeriodUnit] = "week"
    first_weekday: int = 0

    def index(self, day: int) -> int:
        """Return the number of weeks up to a day; ordinal 7 was a Sunday."""
        return (day - self.first_weekday) // 7

    def first_day(self, index: int) -> int:
        """Return the first day of a week."""
        return index * 7 + self.first_weekday

    def last_unit(self, index: int) -> int:
        """Return the first day of a week."""
        return self.first_day(index)


@attrs.frozen
class Monthly(Value):
    """Calendar months."""

    unit: ClassVar[PeriodUnit] = "month"

    def index(self, day: int) -> int:
        """Return the number of months up to a day."""
        local = date.fromordinal(day)
        return local.year * 12 + local.month - 1

    def first_day(self, index: int) -> int:
        """Return the first day of a month."""
        return date(index // 12, index % 12 + 1, 1).toordinal()

    def last_unit(self, index: int) -> int:
        """Return the first day of a month."""
        return self.first_day(index)


@attrs.frozen
class Quarterly(Value):
    """Calendar quarters, from January, April, July and October on."""

    unit: ClassVar[PeriodUnit] = "month"

    def index(self, day: int) -> int:
        """Return the number of quarters up to a day."""
        local = date.fromordinal(day)
        return local.year * 4 + (local.month - 1) // 3

    def first_day(self, index: int) -> int:
        """Return the first day of a quarter."""
        return date(index // 4, index % 4 * 3 + 1, 1).toordinal()

    def last_unit(self, index: int) -> int:
        """Return the first day of the last month of a quarter."""
        return date(index // 4, index % 4 * 3 + 3, 1).toordinal()


@attrs.frozen
class Yearly(Value):
    """Calendar years."""

    unit: ClassVar[PeriodUnit] = "month"

    def index(self, day: int) -> int:
        """Return the year of a day."""
        return date.fromordinal(day).year

    def first_day(self, index: int) -> int:
        """Return the first day of a year."""
        return date(index, 1, 1).toordinal()

    def last_unit(self, index: int) -> int:
        """Return the first of December of a year."""
        return date(index, 12, 1).toordinal()


@attrs.frozen
class Days(Value):
    """So many days each; ``offset`` is the first day of a period, modulo the number of days."""

    unit: ClassVar[PeriodUnit] = "day"
    count: int
    offset: int

    def index(self, day: int) -> int:
        """Return the number of periods up to a day."""
        return (day - self.offset) // self.count

    def first_day(self, index: int) -> int:
        """Return the first day of a period."""
        return index * self.count + self.offset

    def last_unit(self, index: int) -> int:
        """Return the last day of a period."""
        return self.first_day(index + 1) - 1


@attrs.frozen
class Weeks(Days):
    """So many days each, a multiple of seven."""

    unit: ClassVar[PeriodUnit] = "week"

    def last_unit(self, index: int) -> int:
        """Return the first day of the last week of a period."""
        return self.first_day(index + 1) - _WEEK


@attrs.frozen
class Months(Value):
    """So many months each, from the same day of the month as a date, or the last day of a shorter month."""

    unit: ClassVar[PeriodUnit] = "month"
    count: int
    start: date
    #: The number of the period that begins on ``start``, so that no index is below 0.
    _number: int = attrs.field(
        init=False,
        default=attrs.Factory(
            lambda self: (self.start.year * MONTHS + self.start.month - 1) // self.count, takes_self=True
        ),
    )

    def index(self, day: int) -> int:
        """Return the number of periods up to a day."""
        return whole_months(self.start, day) // self.count + self._number

    def first_day(self, index: int) -> int:
        """Return the first day of a period."""
        return add_months(self.start, (index - self._number) * self.count)

    def last_unit(self, index: int) -> int:
        """Return the first day of the last month of a period."""
        return add_months(self.start, (index - self._number + 1) * self.count - 1)


def frequency_every(count: int, unit: PeriodUnit, start: date) -> Frequency:
    """Return the periods of so many units of which one begins on a date; they go on before it, too.

    >>> calendar = frequency_every(2, "day", date(2026, 1, 5))
    >>> date.fromordinal(calendar.first_day(calendar.index(date(2026, 1, 4).toordinal()))).isoformat()
    '2026-01-03'
    """
    day = start.toordinal()
    match unit:
        case "day":
            return Daily() if count == 1 else Days(count, day % count)
        case "week":
            days = count * _WEEK
            return Weekly(day % _WEEK) if count == 1 else Weeks(days, day % days)
        case "month":
            return Monthly() if count == start.day == 1 else Months(count, start)
        case _:
            assert_never(unit)


def frequency_named(name: FrequencyName, first_weekday: Weekday = "sunday") -> Frequency:
    """Return the frequency with a name; the first weekday matters only to weeks."""
    match name:
        case "daily":
            return Daily()
        case "weekly":
            return Weekly(WEEKDAYS.index(first_weekday))
        case "monthly":
            return Monthly()
        case "quarterly":
            return Quarterly()
        case "yearly":
            return Yearly()
        case _:
            assert_never(name)

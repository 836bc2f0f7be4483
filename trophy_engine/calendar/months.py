"""Months from a start: the same day of the month, or the last day of a shorter month."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Final

#: The day after the last day of a ``date``: what would be later is then.
BEYOND: Final = date.max.toordinal() + 1
#: The first day of a ``date``: what would be earlier is then.
_FIRST: Final = date.min.toordinal()
MONTHS: Final = 12


def add_months(start: date, months: int) -> int:
    """Return the day, as an ordinal, that is some months after a date, or before it for a negative number.

    The day of the month is always that of the start, or the last one of a shorter month:

    >>> [date.fromordinal(add_months(date(2025, 1, 31), months)).isoformat() for months in range(-2, 3)]
    ['2024-11-30', '2024-12-31', '2025-01-31', '2025-02-28', '2025-03-31']
    """
    years, month = divmod(start.month - 1 + months, MONTHS)
    year = start.year + years
    if year > date.max.year:
        return BEYOND
    if year < date.min.year:
        return _FIRST
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


def whole_months(start: date, day: int) -> int:
    """Return the number of whole months from a date to a day, an ordinal; negative for a day before the date.

    >>> [whole_months(date(2025, 1, 31), date(2025, 2, day).toordinal()) for day in (27, 28)]
    [0, 1]
    """
    local = date.fromordinal(day)
    months = (local.year - start.year) * MONTHS + local.month - start.month
    return months if add_months(start, months) <= day else months - 1


def whole_years(start: date, day: int) -> int:
    """Return the number of anniversaries of a date up to a day, an ordinal; 0 for a day before the date.

    Those of 29 February fall on the 28th in common years:

    >>> [whole_years(date(2024, 2, 29), date(2025, 2, day).toordinal()) for day in (27, 28)]
    [0, 1]
    """
    return max(whole_months(start, day), 0) // MONTHS

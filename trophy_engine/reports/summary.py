"""Summaries: how a total changed, period by period, as a chart shows it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, get_args

import attrs

from trophy_engine.calendar.frequencies import FrequencyName, Weekday, frequency
from trophy_engine.calendar.instants import FIRST, LAST, from_micros
from trophy_engine.errors import FieldName, InvalidValue, short_repr
from trophy_engine.numbers import Number
from trophy_engine.reports.daily_totals import DailyTotals

__all__ = ["MAX_DAYS", "SummaryRow", "summarize"]

#: How far apart the ends of a summary can lie.
MAX_DAYS: Final = 400
#: The first and the last day of the years in which something can happen.
_DAYS: Final = from_micros(FIRST).date(), from_micros(LAST - 1).date()


@attrs.frozen
class SummaryRow:
    """A total over one period.

    Attributes:
        date: the first day of the period.
        total: the total at its end.
        change: the change within it, all of it.
    """

    date: date
    total: Number
    change: Number


def summarize(
    totals: DailyTotals, aggregation: FrequencyName, start: date, end: date, first_weekday: Weekday = "sunday"
) -> tuple[SummaryRow, ...]:
    """Summarize daily totals by every period that touches the range, both ends included, in order.

    Raises:
        InvalidValue: there is no such aggregation, or the dates are none, outside the years 1900 to 2199, not in
            order, or too far apart.
    """
    check_range(aggregation, start, end)
    calendar = frequency(aggregation, first_weekday)
    rows: list[SummaryRow] = []
    for period in range(calendar.index(start.toordinal()), calendar.index(end.toordinal()) + 1):
        first, last = calendar.first_day(period), calendar.first_day(period + 1) - 1
        rows.append(SummaryRow(date.fromordinal(first), totals.total(last), totals.change(first, last)))
    return tuple(rows)


def check_range(aggregation: str, start: object, end: object) -> None:
    """Check what a summary is asked for.

    Raises:
        InvalidValue: there is no such aggregation, or the dates are none, outside the years 1900 to 2199, not in
            order, or too far apart.
    """
    if aggregation not in get_args(FrequencyName):
        names = ", ".join(get_args(FrequencyName))
        raise InvalidValue(f"must be one of {names}, not {short_repr(aggregation)}", "aggregation")
    for name, day in (("start", start), ("end", end)):
        if not isinstance(day, date) or isinstance(day, datetime):
            raise InvalidValue(f"must be a date, not {short_repr(day)}", name)
        if not _DAYS[0] <= day <= _DAYS[1]:
            raise InvalidValue(f"must lie in the years 1900 to 2199, not {day}", name)
    if isinstance(start, date) and isinstance(end, date):
        if start >= end:
            raise InvalidValue((f"{start} must be before", FieldName("end"), str(end)), "start")
        if (end - start).days > MAX_DAYS:
            raise InvalidValue(
                (f"{start} and", FieldName("end"), f"{end} must be at most {MAX_DAYS} days apart"), "start"
            )

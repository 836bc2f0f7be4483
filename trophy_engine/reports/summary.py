"""Summaries: the changes of a total, period by period, for charts."""

from __future__ import annotations

from datetime import date
from typing import Final, get_args

import attrs

from trophy_engine.calendar.frequencies import Aggregation, Weekday, frequency_named
from trophy_engine.calendar.instants import FIRST, LAST, from_micros
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.reports.measure import DailyTotals
from trophy_engine.rules.constraints import LOCAL_DATE, OneOf
from trophy_engine.values import Value

__all__ = ["MAX_DAYS", "SummaryRow", "summarize_daily_totals"]

#: The maximal number of days between the ends of a summary.
MAX_DAYS: Final = 400
#: The first and the last valid day.
_DAYS: Final = from_micros(FIRST).date(), from_micros(LAST - 1).date()


@attrs.frozen
class SummaryRow(Value):
    """A total over one period.

    Attributes:
        date: the first day of the period.
        total: the total at the end of the period; None for a least, greatest or latest value of nothing.
        change: the change in the whole period: for a metric with a window, the sum of what its events changed.
    """

    date: date
    total: Number | None
    change: Number


def summarize_daily_totals(
    totals: DailyTotals, aggregation: Aggregation, start: date, end: date, first_weekday: Weekday = "sunday"
) -> tuple[SummaryRow, ...]:
    """Return a row for every period that overlaps the range, both ends included, in order.

    Raises:
        InvalidValue: the aggregation is unknown, or the dates are invalid, not in the years 1900 to 2199, not in order,
            or more than 400 days apart.
    """
    check_summary_range(aggregation, start, end)
    calendar = frequency_named(aggregation, first_weekday)
    rows: list[SummaryRow] = []
    for period in range(calendar.index(start.toordinal()), calendar.index(end.toordinal()) + 1):
        first, last = calendar.first_day(period), calendar.first_day(period + 1) - 1
        rows.append(SummaryRow(date.fromordinal(first), totals.total(last), totals.change(first, last)))
    return tuple(rows)


def check_summary_range(aggregation: str, start: object, end: object) -> None:
    """Check the arguments of a summary.

    Raises:
        InvalidValue: the aggregation is unknown, or the dates are invalid, not in the years 1900 to 2199, not in order,
            or more than 400 days apart.
    """
    OneOf(get_args(Aggregation)).check("aggregation", aggregation)
    for name, day in (("start", start), ("end", end)):
        LOCAL_DATE.check(name, day)
        if isinstance(day, date) and not _DAYS[0] <= day <= _DAYS[1]:
            raise InvalidValue(f"must lie in the years 1900 to 2199, not {day}", name)
    if isinstance(start, date) and isinstance(end, date):
        if start > end:
            raise InvalidValue((f"{start} must not be after", FieldName("end"), str(end)), "start")
        if (end - start).days > MAX_DAYS:
            raise InvalidValue(
                (f"{start} and", FieldName("end"), f"{end} must be at most {MAX_DAYS} days apart"), "start"
            )

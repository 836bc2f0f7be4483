"""Uses of metrics: which metrics the rules of each kind can count by, and how far a total can go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, assert_never

from trophy_engine.calendar.frequencies import WEEKDAYS, FrequencyName, PeriodUnit
from trophy_engine.numbers import Number
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.gates import Gate
from trophy_engine.rules.interval import Interval
from trophy_engine.rules.metric_sources import CompletionsSource
from trophy_engine.rules.metrics import MAX_DISTINCT, Aggregate, Metric
from trophy_engine.rules.windows import (
    MAX_EVENTS,
    CalendarUnit,
    DateWindow,
    ResetWindow,
    RollingWindow,
    RunWindow,
    SessionWindow,
    Window,
)

#: How many dates more than its length a rolling window of days has at most: those that travel to the west left ahead.
_AHEAD: Final = 2
#: The greatest number of local dates in a unit.
_DAYS: Final[Mapping[CalendarUnit | PeriodUnit, int]] = {"day": 1, "week": 7, "month": 31, "year": 366}
_DAYS_OF_PERIOD: Final[Mapping[FrequencyName, int]] = {
    "daily": 1,
    "weekly": 7,
    "monthly": 31,
    "quarterly": 92,
    "yearly": 366,
}
_NO_MULTIPLES: Final[Mapping[Aggregate, str]] = {"min": "the least value", "last": "the latest value"}


def has_event_attributes(metric: Metric) -> bool:
    """Return True if what a metric counts has attributes and can be refused, unlike awards and completions."""
    return metric.source is None or isinstance(metric.source, str)


def refuse_recording_of_metric(metric: Metric) -> str | None:
    """Return why events of a metric are not recorded, with a remedy, or None if they are."""
    if metric.source is None:
        return None
    if isinstance(metric.source, str):
        return f"{metric.key!r} is derived from {metric.source!r}; record that"
    return f"{metric.key!r} counts {metric.source}; record the events that lead to them"


def refuse_metric_for_points(metric: Metric) -> str | None:
    """Return why a metric cannot pay points for each multiple of a threshold, with a remedy, or None if it can."""
    if isinstance(metric.window, RollingWindow):
        return (
            f"{metric.key!r} has a rolling window, which has no beginning to count from; "
            "use a metric with another window, for example 'day', or without one"
        )
    return _refuse_metric_aggregate(metric, "pays no points for each multiple")


def refuse_metric_for_repeats(metric: Metric) -> str | None:
    """Return why an achievement by a metric cannot be repeatable, with a remedy, or None if it can."""
    if isinstance(metric.window, RollingWindow):
        return (
            f"{metric.key!r} has a rolling window, which has no beginning after which to complete it again; "
            "use a metric with another window, for example 'day', or without one"
        )
    return _refuse_metric_aggregate(metric, "has no multiples")


def refuse_metric_for_at_most(metric: Metric) -> str | None:
    """Return why an achievement cannot ask for at most so much of a metric, with a remedy, or None if it can."""
    if metric.aggregate in {"min", "last", None}:  # None could not be read
        return None
    fact = "only rises" if metric.aggregate == "max" else "is at most everything before any event"
    return (
        f"{metric.key!r} has the aggregate {metric.aggregate!r}, whose total {fact}; "
        "use a metric with the aggregate 'min' or 'last'"
    )


def refuse_metric_for_streak(metric: Metric) -> str | None:
    """Return why a metric cannot be in a condition of a streak, with a remedy, or None if it can."""
    if metric.window is not None:
        return (
            f"{metric.key!r} has a window of its own, but a streak counts in its periods; "
            "use a metric like it without a window"
        )
    return _refuse_metric_aggregate(metric, "is in no condition of a streak")


def refuse_metric_for_leaderboard(metric: Metric) -> str | None:
    """Return why a leaderboard cannot rank by a metric, with a remedy, or None if it can."""
    if metric.window is None:
        return None
    return (
        f"{metric.key!r} has a window of its own, but a leaderboard counts in its runs; "
        "use a metric like it without a window"
    )


def _refuse_metric_aggregate(metric: Metric, use: str) -> str | None:
    value = _NO_MULTIPLES.get(metric.aggregate)
    if value is None:
        return None
    return f"{metric.key!r} is {value}, which {use}; use a metric with another aggregate, for example 'max'"


def has_only_whole_totals(metric: Metric) -> bool:
    """Return True if every total of a metric is a number of things: events, different values, or dates."""
    return metric.aggregate in {"count", "distinct", "days"}


def greatest_possible_total(metric: Metric, completions: int | None = None) -> Number | None:
    """Return the greatest total that a metric can have in its window, or None if there is no limit.

    Args:
        metric: the metric.
        completions: for a metric on completions, the number that it can ever count.
    """
    return (
        0
        if date_excluded_by_gate(metric) is not None
        else _greatest_possible_in_days(metric, _greatest_days_of_window(metric.window), completions)
    )


def least_possible_total(metric: Metric) -> Number | None:
    """Return the least total that a metric with the aggregate ``"min"`` or ``"last"`` can have, or None."""
    return None if metric.event_value is None else metric.event_value.at_least


def greatest_possible_in_period(
    metric: Metric, frequency: FrequencyName | Interval, completions: int | None = None
) -> Number | None:
    """Return the greatest total that a metric can have in a period of a streak, as ``greatest_possible_total`` does."""
    if isinstance(frequency, Interval):
        days = None if None in (frequency.every, frequency.unit) else frequency.every * _DAYS[frequency.unit]
    else:
        days = _DAYS_OF_PERIOD.get(frequency)
    return _greatest_possible_in_days(metric, days, completions)


def date_excluded_by_gate(metric: Metric) -> tuple[str, date, date] | None:
    """Return the field and the date of a gate that excludes all dates of a window, and the nearest of them, or None."""
    window, gate = metric.window, metric.when
    if not isinstance(window, DateWindow) or not isinstance(gate, Gate):
        return None
    if gate.start is not None and window.end is not None and gate.start > window.end:
        return "start", gate.start, window.end
    goes_on = gate.between is not None and gate.between[0] > gate.between[1]  # after midnight, on the next date
    if gate.end is not None and window.start is not None and gate.end.toordinal() + goes_on < window.start.toordinal():
        return "end", gate.end, window.start
    return None


def _greatest_possible_in_days(metric: Metric, days: int | None, completions: int | None) -> Number | None:
    if completions is not None:  # each is an event of value 1
        return _greatest_possible_completions(metric, days, completions)
    at_most = None if metric.event_value is None else metric.event_value.at_most
    is_kept = isinstance(metric.window, RollingWindow) and metric.window.unit != "day"
    match metric.aggregate:
        case "distinct":
            values = (metric.event_attributes or Filter()).get(metric.distinct_by or "")
            passing = len(values) if isinstance(values, tuple) else 1 if isinstance(values, str) else MAX_DISTINCT
            return min(passing, MAX_EVENTS if is_kept else MAX_DISTINCT)
        case "count":
            return MAX_EVENTS if is_kept and not isinstance(metric.source, CompletionsSource) else None
        case "days":
            return None if days is None else _greatest_possible_dates(metric, days)
        case "min" | "max" | "last":
            return at_most
        case "sum" | None:  # None could not be read
            return 0 if metric.aggregate == "sum" and at_most is not None and at_most <= 0 else None
        case _:
            assert_never(metric.aggregate)


def _greatest_possible_dates(metric: Metric, days: int) -> int:
    """Return the greatest number of dates on which a metric can count within so many days in a row."""
    weekdays = len(open_weekdays_of_gate(metric.when))
    weeks, rest = divmod(days, len(WEEKDAYS))
    return weeks * weekdays + min(rest, weekdays)


def open_weekdays_of_gate(gate: Gate | None) -> frozenset[str]:
    """Return the weekdays of the local dates on which a gate can be open; all for one that could not be read."""
    names = (gate.weekdays or ()) if isinstance(gate, Gate) else ()
    days = {day for day, name in enumerate(WEEKDAYS) if name in names}
    if gate is None or not days:
        return frozenset(WEEKDAYS)
    first, last = gate.between or (None, None)
    if first is not None and last is not None and first > last:  # it goes on after midnight
        days |= {(day + 1) % len(WEEKDAYS) for day in days}
    return frozenset(WEEKDAYS[day] for day in days)


def _greatest_possible_completions(metric: Metric, days: int | None, completions: int) -> int | None:
    match metric.aggregate:
        case "min" | "max" | "last":
            return min(completions, 1)
        case "days":
            return completions if days is None else min(completions, days)
        case "sum" | "count" | "distinct":
            return completions
        case None:  # it could not be read
            return None
        case _:
            assert_never(metric.aggregate)


def _greatest_days_of_window(window: Window | None) -> int | None:
    """Return the greatest number of local dates in a window, or None if it is not limited, or could not be read."""
    if not isinstance(window, str | None) and not hasattr(window, "named_by"):
        return None  # it could not be read
    match window:
        case str():
            return _DAYS.get(window)
        case RunWindow(every, unit):
            return None if every is None or unit is None else every * _DAYS[unit]
        case RollingWindow(last, unit):
            return None if last is None or unit != "day" else last + _AHEAD
        case DateWindow(start, end):
            return None if start is None or end is None else (end - start).days + 1
        case SessionWindow() | ResetWindow() | None:
            return None
        case _:
            assert_never(window)

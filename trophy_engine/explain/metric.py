"""Totals of metrics in sentences: which aggregate they are, and over which window."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, assert_never

from trophy_engine.calendar.zones import Zone
from trophy_engine.core import Counter, MetricPlan, NamedEffect
from trophy_engine.explain.phrases import describe_day
from trophy_engine.numbers import Number, add
from trophy_engine.rules.metrics import Aggregate
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.windows import DateWindow, ResetWindow, RollingWindow, RunWindow, SessionWindow

#: What the totals of aggregates are; that of a sum needs no name.
_NOUNS: Final[Mapping[Aggregate, str]] = {
    "sum": "",
    "count": "number of events",
    "min": "least value",
    "max": "greatest value",
    "last": "latest value",
    "distinct": "different values of {distinct_by}",
    "days": "days with an event",
}
#: The aggregates whose totals are values of events.
_OF_ONE_VALUE: Final = ("min", "max", "last")


def describe_metric_window(metric: MetricPlan, at: int, time_zone: Zone) -> str:
    """Return the window of a metric that holds an instant, after a space; empty for all time."""
    window = metric.rule.window
    match window:
        case None:
            return ""
        case "day" | "week" | "month" | "year":
            first = _first_day_of_described_window(metric, at, time_zone)
            return "" if first is None else f" in the {window} of {describe_day(first)}"
        case RunWindow(every, unit):
            first = _first_day_of_described_window(metric, at, time_zone)
            run = f"{unit} of" if every == 1 else f"{count_noun(every, unit)} from"
            return f" in {window}" if first is None else f" in the {run} {describe_day(first)}"
        case DateWindow() | RollingWindow():
            return f" in {window}"
        case SessionWindow():
            return " in the session"
        case ResetWindow(reset_by):
            return f" since the last event of {reset_by}"
        case _:
            assert_never(window)


def _first_day_of_described_window(metric: MetricPlan, at: int, time_zone: Zone) -> date | None:
    """Return the first day of the window of the calendar that holds an instant; None if there is none."""
    bounds = None if metric.window is None else metric.window.bounds(None, at, time_zone)
    return None if bounds is None or bounds[0] is None else date.fromordinal(time_zone.window(bounds[0])[0])


def _is_outside_described_windows(metric: MetricPlan, at: int, time_zone: Zone) -> bool:
    """Return True if an instant is outside all windows of the calendar."""
    window = metric.rule.window
    if metric.window is None or not isinstance(window, RunWindow | DateWindow):
        return False
    return metric.window.bounds(None, at, time_zone) is None


def _describe_aggregate(metric: MetricPlan) -> str:
    return _NOUNS[metric.rule.aggregate].format(distinct_by=metric.rule.distinct_by)


def _describe_number(total: Number | None) -> str:
    return "none" if total is None else f"{total:,}"


def describe_metric_change(metric: MetricPlan, change: NamedEffect, time_zone: Zone) -> str:
    """Return how an event changed the total of a metric, from the effect, as a sentence."""
    value, before, after = change.value, change.before, change.after
    if _is_outside_described_windows(metric, change.at, time_zone):
        return f"{metric.key}: {value:,} does not count, outside {metric.rule.window}"
    window = describe_metric_window(metric, change.at, time_zone)
    if metric.rule.aggregate == "sum" and add(before, value) == after:
        return f"{metric.key}: {before:,} {'-' if value < 0 else '+'} {abs(value):,} = {after:,}{window}"
    noun = _describe_aggregate(metric) or "total"
    if before == after:
        cause = f" after {value:,}" if metric.rule.aggregate in _OF_ONE_VALUE and value != after else ""
        return f"{metric.key}: {noun} still {_describe_number(after)}{cause}{window}"
    return f"{metric.key}: {noun} {_describe_number(before)} → {_describe_number(after)}{window}"


def describe_metric_total(metric: MetricPlan, total: Number | None, at: int, time_zone: Zone) -> str:
    """Return the total of a metric at an instant, as a phrase."""
    window = "" if metric.rule.window == "day" else describe_metric_window(metric, at, time_zone)
    return f"{_describe_aggregate(metric)} {_describe_number(total)}{window}".lstrip()


def describe_counted_metric(counter: Counter, at: int, time_zone: Zone) -> str:
    """Return what a counter counts at an instant, as a noun phrase."""
    metric = counter.metric
    if metric is None:
        return counter.subject
    noun = _describe_aggregate(metric)
    subject = f"{noun} of {counter.subject}" if noun else counter.subject
    return f"{subject}{describe_metric_window(metric, at, time_zone)}"

"""Checks of metrics: what they are derived from, what resets them, and the rules that count by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any, Final

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.identifiers import is_key
from trophy_engine.numbers import Number
from trophy_engine.rules.declared import DeclaredRules
from trophy_engine.rules.diagnostics import Problem, rule_item_path
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.gate_checks import check_gate
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metric_uses import (
    date_excluded_by_gate,
    greatest_possible_in_period,
    greatest_possible_total,
    has_event_attributes,
    open_weekdays_of_gate,
    refuse_metric_for_leaderboard,
    refuse_metric_for_points,
    refuse_metric_for_streak,
)
from trophy_engine.rules.metrics import Aggregate, Metric
from trophy_engine.rules.streak import Streak, StreakMetric
from trophy_engine.rules.windows import ResetWindow

#: What the aggregates count whose totals are numbers of things.
_COUNTS: Final[Mapping[Aggregate, str]] = {"count": "events", "distinct": "different values", "days": "dates"}


def check_metrics(metrics: Sequence[Any], declared: DeclaredRules) -> Iterator[Problem]:
    """Yield the problems of what metrics refer to: sources, metrics that reset them, attributes of events."""
    for index, metric in enumerate(metrics):
        if not isinstance(metric, Metric):
            continue
        path = rule_item_path("metrics", index)
        if isinstance(metric.source, str):
            yield from declared.metrics.check_known("metric", metric.source, f"{path}.source")
            yield from _check_metric_source(metric, metric.source, f"{path}.source", declared.metric_rules)
        elif metric.source is not None:
            yield from declared.check_references(metric.source, f"{path}.source")
        key = f"{path}.distinct_by"
        yield from declared.event_attributes.check_known("event attribute", metric.distinct_by, key)
        yield from declared.check_filters(metric, path)
        yield from check_gate(metric, path, declared)
        yield from _check_gate_dates_in_window(metric, f"{path}.when")
        if isinstance(metric.window, ResetWindow):
            reset_path = f"{path}.window.reset_by"
            reset_by = metric.window.reset_by if is_key(metric.window.reset_by) else None
            yield from declared.metrics.check_known("metric", reset_by, reset_path)
            yield from _check_resetting_metric(metric, reset_by, reset_path, declared.metric_rules)


def _check_gate_dates_in_window(metric: Metric, path: str) -> Iterator[Problem]:
    """Yield a problem if the dates of a gate and those of the window have none in common."""
    excluded = date_excluded_by_gate(metric)
    if excluded is not None:
        field, day, bound = excluded
        relation = "after the last" if field == "start" else "before the first"
        message = f"nothing ever counts, because {day} is {relation} date of the window, {bound}; change one of them"
        yield Problem("warning", f"{path}.{field}", message)


def _check_metric_source(metric: Metric, key: str, path: str, rules: Mapping[str, Metric]) -> Iterator[Problem]:
    if key == metric.key:
        message = "a metric is not derived from itself; write the key of a recorded metric"
        yield Problem("error", path, message)
        return
    source = rules.get(key)
    if source is not None and source.source is not None:
        end = _find_end_of_source_chain(source, rules)
        if end is None:
            remedy = "write the key of a recorded metric"
        elif end.source is None:
            remedy = f"write {end.key!r} and what {source.key!r} filters"
        else:
            remedy = f"give it the source of {end.key!r}"
        origin = repr(source.source) if isinstance(source.source, str) else source.source
        message = f"{source.key!r} is itself derived, from {origin}; {remedy}"
        yield Problem("error", path, message)


def _find_end_of_source_chain(metric: Metric, rules: Mapping[str, Metric]) -> Metric | None:
    """Return the metric at the end of a chain of sources, or None for a cycle or an unknown metric."""
    passed = set[str]()
    while isinstance(metric.source, str):
        if metric.key in passed or metric.source not in rules:
            return None
        passed.add(metric.key)
        metric = rules[metric.source]
    return metric


def _check_resetting_metric(
    metric: Metric, reset_by: str | None, path: str, rules: Mapping[str, Metric]
) -> Iterator[Problem]:
    if reset_by is None:
        return
    remedy = "write the key of another recorded metric"
    resetting = rules.get(reset_by)
    if reset_by == metric.key:
        yield Problem("error", path, f"a metric does not reset itself; {remedy}")
    elif reset_by == metric.source:
        yield Problem("error", path, f"{reset_by!r} is the source, so every event would empty the window; {remedy}")
    elif resetting is not None and resetting.source is not None:
        message = f"{reset_by!r} is a derived metric, and only recorded ones have events; {remedy}"
        yield Problem("error", path, message)


def check_streak_conditions(streak: Streak, streak_path: str, declared: DeclaredRules) -> Iterator[Problem]:
    """Yield the problems of the conditions of a streak: unknown metrics, and those in which a streak cannot count."""
    first: dict[tuple[str | int, str], str] = {}
    for index, condition in enumerate(streak.metrics or ()):
        path = rule_item_path(f"{streak_path}.metrics", index)
        key = condition.key if is_key(condition.key) else None
        yield from declared.metrics.check_known("metric", key, f"{path}.key")
        yield from declared.check_filters(condition, path)
        filter_ = getattr(condition, "event_attributes", None) or {}
        former = first.setdefault((key or index, repr(sorted(filter_.items()))), path)
        if former != path:
            message = f"duplicate metric {key!r}, already used by {former}; remove one, or give it event_attributes"
            yield Problem("error", f"{path}.key", message)
        metric = declared.metric_rules.get(condition.key)
        if metric is None:
            continue
        refusal = refuse_metric_for_streak(metric)
        if refusal is not None:
            yield Problem("error", f"{path}.key", refusal)
        elif isinstance(condition, StreakMetric):
            yield from check_event_filter(metric, condition, path)
            yield from check_whole_threshold(metric, condition.threshold, f"{path}.threshold")
            greatest = greatest_possible_in_period(metric, streak.frequency, declared.completions.get(metric.key))
            yield from check_threshold_in_reach(
                metric, condition.threshold, greatest, f"{path}.threshold", " in a period"
            )


def check_days_off(streak: Streak, path: str, declared: DeclaredRules) -> Iterator[Problem]:
    """Yield a problem for days off that are all days, and for weekdays that are none though nothing counts on them."""
    off = frozenset(streak.days_off or ())
    if len(off) == len(WEEKDAYS):
        message = "are all weekdays, so no day is missed and the streak never ends; remove at least one"
        yield Problem("warning", f"{path}.days_off", message)
    if streak.frequency != "daily" or not streak.metrics:
        return
    rules = (declared.metric_rules.get(condition.key) for condition in streak.metrics)
    counted = [open_weekdays_of_gate(None if metric is None else metric.when) for metric in rules]
    credited = frozenset.union(*counted) if streak.evaluation_mode == "OR" else frozenset.intersection(*counted)
    missed = [weekday for weekday in WEEKDAYS if weekday not in credited | off]
    if missed:
        message = f"never count on {', '.join(missed)}, so the streak is missed then; add that to days_off"
        yield Problem("warning", f"{path}.metrics", message)


def check_metric_use(rule: Any, path: str, declared: DeclaredRules) -> Iterator[Problem]:
    """Yield the problems of a points trigger or a leaderboard that counts by a metric; other rules have none."""
    metric = declared.metric_rules.get(getattr(rule, "metric", None) or "")
    if metric is None:
        return
    if isinstance(rule, Leaderboard):
        yield from _check_ranked_metric(rule, metric, path)
    else:
        yield from _check_metric_of_points_trigger(rule, metric, path, declared)
    yield from check_event_filter(metric, rule, path)


def _check_ranked_metric(board: Leaderboard, metric: Metric, path: str) -> Iterator[Problem]:
    refusal = refuse_metric_for_leaderboard(metric)
    if refusal is not None:
        yield Problem("error", f"{path}.metric", refusal)
    elif metric.aggregate == "min" and board.order == "descending":
        message = f"ranks the greatest {metric.key!r} first; 'ascending' ranks the least first"
        yield Problem("warning", f"{path}.order", message)


def _check_metric_of_points_trigger(
    trigger: Any, metric: Metric, path: str, declared: DeclaredRules
) -> Iterator[Problem]:
    if getattr(trigger, "block_if_out_of_points", False) and not has_event_attributes(metric):
        message = f"{metric.source} cannot be refused; remove it"
        yield Problem("error", f"{path}.block_if_out_of_points", message)
    refusal = refuse_metric_for_points(metric)
    if refusal is not None:
        yield Problem("error", f"{path}.metric", refusal)
        return
    threshold = getattr(trigger, "threshold", None)
    yield from check_whole_threshold(metric, threshold, f"{path}.threshold")
    greatest = greatest_possible_total(metric, declared.completions.get(metric.key))
    yield from check_threshold_in_reach(metric, threshold, greatest, f"{path}.threshold")


def check_event_filter(metric: Metric, rule: Any, path: str) -> Iterator[Problem]:
    """Yield the problems of a filter on events that have no attributes, or with which none of the metric passes."""
    if not has_event_attributes(metric) and getattr(rule, "event_attributes", None):
        message = f"{metric.source} have no attributes; remove it"
        yield Problem("error", f"{path}.event_attributes", message)
        return
    for key in exclusive_filter_attributes(metric, rule):
        message = f"never has an effect, because no event that {metric.key!r} counts has this value; remove it"
        yield Problem("warning", f"{path}.event_attributes.{key}", message)


def check_threshold_in_reach(
    metric: Metric, threshold: Number | None, greatest: Number | None, path: str, where: str = ""
) -> Iterator[Problem]:
    """Yield a problem if a threshold is above the greatest total of a metric."""
    if threshold is not None and greatest is not None and threshold > greatest:
        remedy = "lower it" if greatest > 0 else "remove it"
        message = f"is never reached, because {metric.key!r} is at most {greatest:,}{where}; {remedy}"
        yield Problem("warning", path, message)


def check_whole_threshold(metric: Metric, threshold: Number | None, path: str) -> Iterator[Problem]:
    """Yield a problem if a metric whose totals are numbers of things has a threshold that is not such a number."""
    counts = _COUNTS.get(metric.aggregate)
    if counts is not None and threshold is not None and (not isinstance(threshold, int) or threshold < 1):
        message = f"must be a whole number of at least 1, because {metric.key!r} counts {counts}, not {threshold}"
        yield Problem("error", path, f"{message}; write {max(ceil(threshold), 1)}")


def exclusive_filter_attributes(metric: Metric, rule: Any) -> Iterator[str]:
    """Yield the attributes whose values in the filter of a rule exclude those in the filter of its metric."""
    own: Filter = metric.event_attributes or Filter()
    for key, wanted in (getattr(rule, "event_attributes", None) or {}).items():
        if key in own and _required_filter_values(own[key]).isdisjoint(_required_filter_values(wanted)):
            yield key


def _required_filter_values(required: Any) -> set[Any]:
    return set(required) if isinstance(required, tuple) else {required}

"""Compiling metrics: the counters of their totals, what moves them, and what they move."""

from __future__ import annotations

from functools import partial
from typing import assert_never

from trophy_engine.core.aggregation import AGGREGATES
from trophy_engine.core.aggregation.compile_window import compile_window
from trophy_engine.core.gates import compile_gate
from trophy_engine.core.metric_totals import count_in_filtered_metric_totals
from trophy_engine.core.plan import Counter, MetricPlan, Plan
from trophy_engine.core.state import UserState
from trophy_engine.numbers import Number, negate
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.metric_sources import CompletionsSource, PointsSource
from trophy_engine.rules.phrases import describe_filtered_metric
from trophy_engine.rules.windows import ResetWindow


def compile_metrics(plan: Plan) -> None:
    """Add the metrics with their totals, and each to its source and to the metric that resets it."""
    for rule in plan.ruleset.metrics:
        window = compile_window(rule, plan.ruleset.first_weekday)
        metric = plan.metrics[rule.key] = MetricPlan(rule.key, rule, AGGREGATES[rule.aggregate], window)
        metric.total = _add_total_counter(plan, metric)
        metric.is_plain = rule.source is None and rule.aggregate == "sum" and window is None
        if rule.source is None:
            plan.recorded[rule.key] = metric
    for metric in plan.metrics.values():
        if metric.source != metric.key:
            plan.metrics[metric.source].derived.append(metric)
        if isinstance(metric.rule.window, ResetWindow):
            plan.metrics[metric.rule.window.reset_by].resets.append(metric)


def find_total_counter(plan: Plan, key: str, event_attributes: Filter) -> Counter:
    """Return the counter of a metric's total over the events with the attributes; add it if there is none."""
    metric = plan.metrics[key]
    counter = metric.find(event_attributes)
    if counter is None:
        if not metric.matching and metric.is_plain:
            metric.observers.append(partial(count_in_filtered_metric_totals, metric))
        counter = _add_total_counter(plan, metric, event_attributes)
        metric.add_matching(counter)
    return counter


def find_falling_counter(plan: Plan, total: Counter) -> Counter:
    """Return the counter of the negative of a total, whose thresholds rise as the total falls; add it if missing."""
    if total.falling is None:

        def read(state: UserState) -> Number | None:
            number = total.read(state)
            return None if number is None else negate(number)

        total.falling = plan.add_counter(Counter(total.subject, read, metric=total.metric, negated=total))
    return total.falling


def _add_total_counter(plan: Plan, metric: MetricPlan, event_attributes: Filter | None = None) -> Counter:
    """Add the counter of a metric's total over the events with the attributes."""
    index, filter_ = len(plan.counters), event_attributes or Filter()
    window, aggregate = metric.window, metric.aggregate
    counter = Counter(
        describe_filtered_metric(metric.key, filter_),
        lambda state: state.counters.states[index].total,
        metric=metric,
        event_attributes=filter_,
        unfiltered=metric.total if filter_ else None,
    )
    if window is not None:
        name = "metric", metric.key, *(text for item in sorted(filter_.items()) for text in item)
        counter.totals = totals = plan.add_windowed_counter(window.new, window.load, *name)

        def read(state: UserState) -> Number | None:
            held = totals.find(state.counters.windows)
            clock = state.clock
            return aggregate.nothing if held is None else window.total(held, clock.settled, clock.day)

        counter.read = read
    return plan.add_counter(counter)


def link_metric_sources(plan: Plan) -> None:
    """Add each metric on points or completions to what moves it."""
    for metric in plan.metrics.values():
        match metric.rule.source:
            case PointsSource(points):
                plan.system(points).metrics.append(metric)
            case CompletionsSource() as source:
                for achievement in plan.achievements.values():
                    if achievement.key in source or achievement.declared.key in source:
                        achievement.metrics.append(metric)
            case None | str():
                pass
            case _:
                assert_never(metric.rule.source)


def has_metrics_on_awards(plan: Plan) -> bool:
    """Return True if awards or completions are events of a metric."""
    return any(isinstance(metric.rule.source, PointsSource | CompletionsSource) for metric in plan.metrics.values())


def compile_metric_gates(plan: Plan) -> None:
    """Compile the gates of metrics, and tell each recorded metric which of them it can move."""
    for metric in plan.metrics.values():
        metric.gate = compile_gate(plan, metric.rule.when, "metric", metric.key)
        if metric.gate is not None and isinstance(metric.rule.source, str):
            plan.metrics[metric.source].gated.append(metric)
        elif metric.gate is not None:
            plan.gated_awards.append(metric)
    for metric in plan.recorded.values():
        metric.gated += plan.gated_awards


def mark_independent_metrics(plan: Plan) -> None:
    """Find out of each metric whether its events move more than its total; all observers are known by then."""
    customizable = any(streak.customization_enabled for streak in plan.ruleset.streaks)
    for metric in plan.metrics.values():
        compound = metric.derived or metric.resets or metric.gated or not metric.is_plain
        metric.is_compound = bool(compound)
        follows = metric.observers or metric.streaks or customizable or plan.has_gated_composites
        metric.is_independent = not (follows or compound)

"""Totals of metrics: where they are kept, and how an event of a recorded metric moves them.

The total of a metric that sums all values is in the state of its counter, and so is that of every aggregate over all
time whose total is all that it holds. All other totals are in windows (``aggregation``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from trophy_engine.core.achievements import cross_metric_thresholds
from trophy_engine.core.agenda import Agenda, MetricEvent
from trophy_engine.core.effects import MetricChanged
from trophy_engine.core.gates import is_closed
from trophy_engine.core.plan import Counter, MetricPlan, Plan
from trophy_engine.core.state import UserState
from trophy_engine.numbers import Number, add, negate
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.phrases import describe_counter


class Moved(NamedTuple):
    """A counter that an event moved, and its total before and after."""

    counter: Counter
    before: Number | None
    after: Number | None


def add_total(plan: Plan, metric: MetricPlan, event_attributes: Filter | None = None) -> Counter:
    """Add the counter of a metric's total over the events with the attributes."""
    index, filter_ = len(plan.counters), event_attributes or Filter()
    window, aggregate = metric.window, metric.aggregate
    counter = Counter(
        describe_counter(metric.key, filter_),
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


def find_total(plan: Plan, key: str, event_attributes: Filter) -> Counter:
    """Return the counter of a metric's total over the events with the attributes; add it if there is none."""
    metric = plan.metrics[key]
    counter = metric.find(event_attributes)
    if counter is None:
        if not metric.matching and metric.plain:
            metric.observers.append(partial(_count_matching, metric))
        counter = add_total(plan, metric, event_attributes)
        metric.add_matching(counter)
    return counter


def find_falling(plan: Plan, total: Counter) -> Counter:
    """Return the counter of the negative of a total, whose thresholds rise as the total falls; add it if missing."""
    if total.falling is None:

        def read(state: UserState) -> Number | None:
            number = total.read(state)
            return None if number is None else negate(number)

        total.falling = plan.add_counter(Counter(total.subject, read, metric=total.metric, negated=total))
    return total.falling


def _count_matching(
    metric: MetricPlan, agenda: Agenda, state: UserState, value: Number, at: int, attributes: Mapping[str, str]
) -> None:
    """Add an event to the totals over events with attributes that match those of the event."""
    if not attributes:
        return
    for matching in metric.matching_counters(attributes):
        counter_state = state.counters.states[matching.index]
        before = counter_state.total
        counter_state.total = after = add(before, value)
        if not counter_state.low <= after < counter_state.high:
            cross_metric_thresholds(agenda, state, matching, counter_state, before, after, at)


# --- aggregates and windows -----------------------------------------------------------------------------------------


def count_in_total(
    state: UserState,
    counter: Counter,
    metric: MetricPlan,
    value: Number,
    at: int,
    attributes: Mapping[str, str],
    day: int | None = None,
) -> Moved:
    """Count an event, which passes the filter, in the total of a metric; by default on the state's local day."""
    day = state.clock.day if day is None else day
    item = metric.item_of(value, attributes, day)
    if counter.totals is not None and metric.window is not None:
        held = counter.totals.open(state.counters.windows)
        return Moved(counter, *metric.window.add(held, item, at, day))
    counter_state, aggregate = state.counters.states[counter.index], metric.aggregate
    before = counter_state.total
    counter_state.total = after = aggregate.add(before, item)
    return Moved(counter, before, after)


def reset_total(state: UserState, counter: Counter, at: int) -> None:
    """Begin a total again at an instant, as an event of another metric does."""
    if counter.totals is not None:
        counter.totals.open(state.counters.windows).restart(at)


def restart_total(state: UserState, counter: Counter) -> None:
    """Set a total back to that before any event."""
    state.counters.states[counter.index].total = counter.nothing
    if counter.totals is not None:
        state.counters.windows.pop(counter.totals.index, None)


def move_totals(agenda: Agenda, state: UserState, event: MetricEvent, at: int) -> list[Moved]:
    """Count an event in its metric and those derived from it, and restart the totals that it resets.

    An observer counts the filtered totals of a plain metric.
    """
    source, value, attributes = event
    total = count_in_total(state, source.total, source, value, at, attributes)
    if source.is_recorded or total.before != total.after:
        agenda.effects.append((MetricChanged, state.id, at, source.key, value, total.before, total.after))
    moved = [total]
    if not source.plain:
        moved += [
            count_in_total(state, matching, source, value, at, attributes)
            for matching in source.matching_counters(attributes)
        ]
    for metric in source.resets:
        for counter in metric.counters:
            reset_total(state, counter, at)
    for metric in source.derived:
        if metric.accepts(value, attributes) and (metric.gate is None or not is_closed(agenda, metric, at)):
            total = count_in_total(state, metric.total, metric, value, at, attributes)
            if total.before != total.after:
                agenda.effects.append((MetricChanged, state.id, at, metric.key, value, total.before, total.after))
            moved.append(total)  # a threshold that was passed by other attributes is evaluated again
            moved += [
                count_in_total(state, matching, metric, value, at, attributes)
                for matching in metric.matching_counters(attributes)
            ]
    return moved

"""Totals of metrics: where they are kept, and how an event of a recorded metric moves them.

The total of a metric that sums all values is in the state of its counter, and so is that of every aggregate over all
time whose total is all that it holds. All other totals are in windows (``aggregation``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from trophy_engine.core.achievements import begin_repeats_again, cross_metric_thresholds
from trophy_engine.core.agenda import Agenda, MetricEvent
from trophy_engine.core.effects import MetricChanged
from trophy_engine.core.gates import is_metric_gate_closed
from trophy_engine.core.plan import Counter, MetricPlan
from trophy_engine.core.state import UserState
from trophy_engine.numbers import Number, add, multiple_of


class Moved(NamedTuple):
    """A counter that an event moved, and its total before and after."""

    counter: Counter
    before: Number | None
    after: Number | None


def count_in_filtered_metric_totals(
    metric: MetricPlan,
    agenda: Agenda,
    state: UserState,
    value: Number,
    at: int,
    attributes: Mapping[str, str],
    _: int = 1,
) -> None:
    """Add an event of a recorded metric to the totals over events with attributes that match those of the event."""
    if not attributes:
        return
    for matching in metric.matching_counters(attributes):
        counter_state = state.counters.states[matching.index]
        before = counter_state.total
        counter_state.total = after = add(before, value)
        if not counter_state.low <= after < counter_state.high:
            cross_metric_thresholds(agenda, state, matching, counter_state, before, after, at)


# --- aggregates and windows -----------------------------------------------------------------------------------------


def count_in_metric_total(
    state: UserState,
    counter: Counter,
    metric: MetricPlan,
    value: Number,
    at: int,
    attributes: Mapping[str, str],
    day: int | None = None,
    times: int = 1,
) -> Moved:
    """Count an event, which passes the filter, in the total of a metric; by default on the state's local day.

    The event stands for ``times`` equal ones.
    """
    day = state.clock.day if day is None else day
    item = metric.item_of(value, attributes, day, times)
    if counter.totals is not None and metric.window is not None:
        held = counter.totals.open(state.counters.windows)
        return Moved(counter, *metric.window.add(held, item, at, day))
    counter_state, aggregate = state.counters.states[counter.index], metric.aggregate
    before = counter_state.total
    counter_state.total = after = aggregate.add(before, item)
    return Moved(counter, before, after)


def reset_metric_total(state: UserState, counter: Counter, at: int) -> None:
    """Begin a total again at an instant, as an event of another metric does."""
    if counter.totals is not None:
        counter.totals.open(state.counters.windows).restart(at)


def clear_metric_total(state: UserState, counter: Counter) -> None:
    """Set a total back to that before any event."""
    state.counters.states[counter.index].total = counter.nothing
    if counter.totals is not None:
        state.counters.windows.pop(counter.totals.index, None)


def move_metric_totals(agenda: Agenda, state: UserState, event: MetricEvent, at: int) -> list[Moved]:
    """Count an event in its metric and those derived from it, and restart the totals that it resets.

    An observer counts the filtered totals of a plain metric.
    """
    source, value, attributes, times = event
    total = count_in_metric_total(state, source.total, source, value, at, attributes, times=times)
    if source.is_recorded or total.before != total.after:
        counted = value if times == 1 else multiple_of(value, times)
        agenda.effects.append((MetricChanged, state.id, at, source.key, counted, total.before, total.after))
    moved = [total]
    if not source.is_plain:
        moved += [
            count_in_metric_total(state, matching, source, value, at, attributes)
            for matching in source.matching_counters(attributes)
        ]
    for metric in source.resets:
        for counter in metric.counters:
            reset_metric_total(state, counter, at)
            begin_repeats_again(state, counter)
    for metric in source.derived:
        if metric.accepts(value, attributes) and (metric.gate is None or not is_metric_gate_closed(agenda, metric, at)):
            total = count_in_metric_total(state, metric.total, metric, value, at, attributes)
            if total.before != total.after:
                agenda.effects.append((MetricChanged, state.id, at, metric.key, value, total.before, total.after))
            moved.append(total)  # a threshold that was passed by other attributes is evaluated again
            moved += [
                count_in_metric_total(state, matching, metric, value, at, attributes)
                for matching in metric.matching_counters(attributes)
            ]
    return moved

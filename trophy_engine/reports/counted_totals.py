"""Counted totals: the daily totals of metrics that are not sums of all values, counted from a user's events.

Their totals do not follow from changes, because windows end and a metric can be new to the rules. So the events of the
whole history are counted by the rules at its end, as ``migrate_state`` does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import (
    AllTimeWindow,
    Bounds,
    MetricPlan,
    PastEvent,
    Transition,
    Window,
    is_metric_source_in_plan,
    is_past_event_counted,
    past_events_of,
)
from trophy_engine.numbers import Number, add, subtract
from trophy_engine.reports.measure import Measure
from trophy_engine.rules.windows import ResetWindow


class CountedTotals:
    """The total of a metric, or of its events with one value of an attribute, by local day.

    The total of a day is that after its last event, or at its end if it has none; its change is the sum of what the
    events of the day changed.

    Args:
        window: the window around the aggregate.
    """

    def __init__(self, window: Window[Any]) -> None:
        self._window = window
        self._held = window.new()
        self._days: list[int] = []
        #: The sum of all changes up to the end of each of these days.
        self._moved: list[Number] = []
        #: The days from which on the total is another one, and that total.
        self._total_days: list[int] = []
        self._totals: list[Number | None] = []
        self._now = 0
        self._zone = zone("UTC")

    @property
    def days(self) -> Sequence[int]:
        """The local days with an event, as ascending ordinals."""
        return self._days

    def total(self, day: int) -> Number | None:
        """Return the total of a local day."""
        if self._total_days and day > self._total_days[-1]:
            return self._total_without_event(day)
        index = bisect_right(self._total_days, day)
        return self._totals[index - 1] if index else self._window.aggregate.nothing

    def change(self, first: int, last: int) -> Number:
        """Return the sum of what the events from one local day to another changed."""
        return subtract(self._sum_changes_until(last), self._sum_changes_until(first - 1))

    def _sum_changes_until(self, day: int) -> Number:
        index = bisect_right(self._days, day)
        return self._moved[index - 1] if index else 0

    # --- counting ---------------------------------------------------------------------------------------------------

    def add(self, item: Any, at: int, day: int, time_zone: Zone) -> None:
        """Count an event at an instant and a local day, in the zone of the user."""
        self.advance_to(at, day, time_zone)
        before, after = self._window.add(self._held, item, at, day)
        index = bisect_left(self._days, day)
        if self._days[index : index + 1] != [day]:
            self._days.insert(index, day)
            self._moved.insert(index, self._moved[index - 1] if index else 0)
        change = subtract(after or 0, before or 0)
        # A date that travel to the west shows again is not the last one.
        self._moved[index:] = (add(moved, change) for moved in self._moved[index:])
        self._store_total(day, after)

    def reset(self, at: int, day: int, time_zone: Zone) -> None:
        """Empty the window at an instant, as an event of another metric does."""
        self.advance_to(at, day, time_zone)
        self._held.restart(at)
        self._store_total(day, self._window.aggregate.nothing)

    def advance_to(self, at: int, until: int, time_zone: Zone) -> None:
        """Pass to an instant on a local day: store the totals of the days without an event before that day."""
        self._now, self._zone = at, time_zone
        if not self._total_days or until <= self._total_days[-1] + 1 or isinstance(self._window, AllTimeWindow):
            return  # no day without an event, or no window that ends with time
        day, last = self._total_days[-1], max((self._total_days[-1], *self._days[-1:]))
        while True:
            after = self._next_change(day)
            if after is None or after >= until:
                return
            day = after
            self._store_total(day, self._total_without_event(day))
            bounds = self._window_bounds(day)
            if bounds is None or (bounds[0] is not None and bounds[0] >= time_zone.midnight(last + 1)):
                return  # no event is left in the window

    def _store_total(self, day: int, total: Number | None) -> None:
        while self._total_days and self._total_days[-1] >= day:
            self._total_days.pop()
            self._totals.pop()
        self._total_days.append(day)
        self._totals.append(total)

    def _next_change(self, day: int) -> int | None:
        """Return the next day on which the total can differ without an event; None if there is none."""
        bounds = self._window_bounds(day)
        if bounds is None:
            return day + 1
        return None if bounds[1] is None else max(self._zone.window(bounds[1])[0], day + 1)

    def _window_bounds(self, day: int) -> Bounds | None:
        return self._window.bounds(self._held, self._last_instant(day), self._zone)

    def _total_without_event(self, day: int) -> Number | None:
        return self._window.total(self._held, self._last_instant(day), day)

    def _last_instant(self, day: int) -> int:
        """Return the last instant of a day, or now on the present day."""
        last = self._zone.midnight(day + 1) - 1
        return self._now if self._zone.midnight(day) <= self._now < last else last


class _CountedMetricTotals:
    """The totals of a metric, of all its events and by the values of event attributes."""

    def __init__(self, metric: MetricPlan) -> None:
        self.metric = metric
        self._window = metric.window or AllTimeWindow(metric.aggregate)
        self.restart()

    def restart(self) -> None:
        """Begin again without events."""
        self.parts = {Measure("metric", self.metric.key): CountedTotals(self._window)}

    def count_event(self, event: PastEvent) -> None:
        """Count an event, if it is one of the metric or empties its window."""
        metric, window = self.metric, self.metric.rule.window
        if isinstance(window, ResetWindow) and event.kind == "metric" and event.key == window.reset_by:
            for totals in self.parts.values():
                totals.reset(event.at, event.day, event.zone)
        if is_past_event_counted(event, metric):
            day = event.day
            item = metric.item_of(event.value, event.attributes, day, event.times)
            for part in self._totals_of_parts(event.attributes):
                part.add(item, event.at, day, event.zone)

    def _totals_of_parts(self, attributes: Mapping[str, str]) -> Iterator[CountedTotals]:
        whole = Measure("metric", self.metric.key)
        yield self.parts[whole]
        for attribute, value in attributes.items():
            yield self.parts.setdefault(whole._replace(attribute=attribute, value=value), CountedTotals(self._window))


def list_counted_metrics(transitions: Sequence[Transition]) -> tuple[MetricPlan, ...]:
    """List the metrics of the last rules that are not sums of all values, or were not at some time."""
    plans = {id(transition.plan): transition.plan for transition in transitions}.values()
    odd = {key for plan in plans for key, metric in plan.metrics.items() if not metric.is_plain}
    return tuple(metric for key, metric in transitions[-1].plan.metrics.items() if key in odd) if odd else ()


def count_daily_totals(
    transitions: Sequence[Transition], metrics: Iterable[MetricPlan]
) -> dict[Measure, CountedTotals]:
    """Return the daily totals of metrics and of their parts; one that the rules lacked in between starts again."""
    counted_metrics = [_CountedMetricTotals(metric) for metric in metrics]
    plan = None
    for transition in transitions:
        if transition.plan is not plan:
            plan = transition.plan
            for counted in counted_metrics:
                if not is_metric_source_in_plan(plan, counted.metric):
                    counted.restart()
        for event in past_events_of(transition) if counted_metrics else ():
            for counted in counted_metrics:
                counted.count_event(event)
    clock = transitions[-1].state.clock
    for counted in counted_metrics:
        for totals in counted.parts.values():
            totals.advance_to(clock.settled, clock.zone.window(clock.settled)[0], clock.zone)
    return {measure: totals for counted in counted_metrics for measure, totals in counted.parts.items()}

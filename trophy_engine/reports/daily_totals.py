"""Daily totals: the changes of a user's totals by local day, as exact sums.

``counted_totals`` has those of metrics that are not sums.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Self

import attrs

from trophy_engine.core import MetricChanged, NamedEffect, PointsAwarded, Record, Transition, UserCommand
from trophy_engine.numbers import Number, add, subtract
from trophy_engine.reports.counted_totals import count_daily_totals, list_counted_metrics
from trophy_engine.reports.dated_effects import dated_effects
from trophy_engine.reports.measure import DailyTotals, Measure
from trophy_engine.values import Value


@attrs.frozen
class SummedDailyTotals(Value):
    """The changes of a total that is the sum of them.

    Attributes:
        days: the local days on which it changed, as ascending ordinals.
        totals: the total at the end of each of these days.
    """

    days: tuple[int, ...] = ()
    totals: tuple[Number, ...] = ()

    @classmethod
    def from_changes(cls, changes: Mapping[int, Number]) -> Self:
        """Return the totals that result from the changes of each day."""
        days = tuple(sorted(changes))
        return cls(days, tuple(accumulate((changes[day] for day in days), add)))

    def total(self, day: int) -> Number:
        """Return the total at the end of a local day."""
        count = bisect_right(self.days, day)
        return self.totals[count - 1] if count else 0

    def change(self, first: int, last: int) -> Number:
        """Return the change from the beginning of one local day to the end of another."""
        return subtract(self.total(last), self.total(first - 1))


#: A total that never changed.
EMPTY = SummedDailyTotals()


def daily_totals(transitions: Sequence[Transition]) -> dict[Measure, DailyTotals]:
    """Return the daily totals of every measure that ever changed, and of metrics that are not sums.

    If the rules drop a total and later add it again from zero, only the changes since then count.
    """
    counted = list_counted_metrics(transitions)
    summed = _sum_daily_changes(transitions, frozenset(metric.key for metric in counted))
    return {**summed, **count_daily_totals(transitions, counted)} if counted else {**summed}


def _sum_daily_changes(transitions: Sequence[Transition], left_out: frozenset[str]) -> dict[Measure, SummedDailyTotals]:
    """Return the totals that are sums of their changes, without some metrics."""
    changes: defaultdict[Measure, defaultdict[int, Number]] = defaultdict(lambda: defaultdict(int))
    totals: dict[Measure, Number] = {}
    for dated in dated_effects(transitions):
        for measure, change, before, after in _daily_total_changes(dated.effect):
            if measure.key in left_out and measure.kind == "metric":
                continue
            if before != totals.get(measure, 0):
                for outdated in [known for known in changes if known[:2] == measure[:2]]:
                    del changes[outdated]
            totals[measure] = after
            for part in _split_measure(measure, dated.transition.command):
                changes[part][dated.day] = add(changes[part][dated.day], change)
    return {measure: SummedDailyTotals.from_changes(days) for measure, days in changes.items()}


def _daily_total_changes(effect: NamedEffect) -> Iterator[tuple[Measure, Number, Number, Number]]:
    """Yield the total that an effect changes, if any, with the change and the total before and after."""
    if effect.kind is MetricChanged:
        yield Measure("metric", effect.metric), effect.value, effect.before, effect.after
    elif effect.kind is PointsAwarded:
        yield Measure("points", effect.system), effect.awarded, effect.before, effect.total


def _split_measure(measure: Measure, command: UserCommand | None) -> Iterator[Measure]:
    """Yield a measure, and its parts by the attributes of the event that changed it."""
    yield measure
    if measure.kind == "metric" and isinstance(command, Record):
        for attribute, value in command.attributes:
            yield measure._replace(attribute=attribute, value=value)

"""Plans of streaks: the calendar and the conditions of a streak, and the rewards of freezes for it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import attrs

from trophy_engine.calendar.frequencies import WEEKDAYS, Frequency, Weekday
from trophy_engine.core.aggregation import WindowTotals
from trophy_engine.core.plan.counters import Counter, WindowedCounter
from trophy_engine.numbers import Number
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.streak import EvaluationMode, FreezeReward, Freezes, StreakMetric


@attrs.frozen(eq=False, repr=False)
class StreakCounter:
    """What a streak can count in its periods: the events of a metric with the attributes; ``totals`` are by period."""

    metric: str
    event_attributes: Filter
    totals: WindowedCounter[WindowTotals]

    def accepts(self, attributes: Mapping[str, str]) -> bool:
        """Return True if an event of the metric has the attributes."""
        return not self.event_attributes or self.event_attributes.mismatch(attributes) is None


@attrs.frozen(eq=False, repr=False)
class StreakCondition:
    """A condition of a streak: the total of a counter in the period reaches the threshold."""

    metric: str
    counter: StreakCounter
    totals: WindowedCounter[WindowTotals]
    threshold: Number


@attrs.define(eq=False, repr=False)
class StreakPlan:
    """A streak: its calendar, its conditions, and the counter of its length.

    ``place`` is the index of the streak in the plan and in the state; the local days at the start of which a period is
    missed and freezes are earned are at ``place`` and ``freeze_place`` in ``UserClock.due_days``. ``index`` and
    ``first_day`` are those of the calendar (see ``Frequency``), as fast as they can be. ``conditions`` are by name, and
    ``by_metric`` those on each metric; ``filtered`` are the metrics of those with a filter. ``single`` is the only
    condition, if it has no filter and its metric is one of ``plain``, those whose events count with their own values;
    otherwise None. ``counters`` are all that can be in a condition, by name, those of custom streaks included.
    ``days_off`` are numbers of weekdays, 0 for Sunday.
    """

    key: str
    place: int
    freeze_place: int
    calendar: Frequency
    daily: bool
    index: Callable[[int], int]
    first_day: Callable[[int], int]
    mode: EvaluationMode
    counters: dict[str, StreakCounter]
    plain: frozenset[str]
    conditions: dict[str, StreakCondition]
    by_metric: dict[str, tuple[StreakCondition, ...]]
    filtered: frozenset[str]
    single: StreakCondition | None
    days_off: frozenset[int]
    length: Counter
    freezes: Freezes | None

    def with_conditions(
        self, metrics: Sequence[StreakMetric], mode: EvaluationMode, days_off: Iterable[Weekday]
    ) -> StreakPlan:
        """Return the plan of the same streak with other conditions and days off."""
        return attrs.evolve(
            self,
            mode=mode,
            days_off=compile_days_off(days_off),
            **compile_streak_conditions(metrics, self.counters, self.plain),
        )

    def is_met(self, totals: Mapping[str, Number | None]) -> bool:
        """Return True if the totals of a period, by condition, meet the conditions."""
        reached = ((totals.get(name) or 0) >= condition.threshold for name, condition in self.conditions.items())
        return all(reached) if self.mode == "AND" else any(reached)

    def choices(self) -> dict[str, Any]:
        """Return the fields in which the streaks of one ruleset differ; the others refer to the rest of the plan."""
        names = ("mode", "conditions", "by_metric", "filtered", "single", "days_off", "freezes")
        return {name: getattr(self, name) for name in names}


@attrs.define(eq=False, repr=False)
class RewardPlan:
    """Freezes that a streak, or the completion of an achievement, earns for a streak.

    ``order`` is negative, so that rewards come before the triggers of points; ``step`` is as in ``TriggerPlan``.
    """

    order: int
    streak: StreakPlan
    rule: FreezeReward
    step: int = 1
    #: False, because it pays no points.
    is_plain: ClassVar[bool] = False


def compile_streak_conditions(
    metrics: Sequence[StreakMetric], counters: Mapping[str, StreakCounter], plain: Container[str]
) -> dict[str, Any]:
    """Return the fields of a streak's plan that depend on its conditions."""
    conditions: dict[str, StreakCondition] = {}
    by_metric: dict[str, tuple[StreakCondition, ...]] = {}
    for metric in metrics:
        counter = counters[metric.name]
        condition = StreakCondition(metric.key, counter, counter.totals, metric.threshold)
        conditions[metric.name] = condition
        by_metric[metric.key] = (*by_metric.get(metric.key, ()), condition)
    filtered = frozenset(metric.key for metric in metrics if metric.event_attributes)
    is_single = len(metrics) == 1 and metrics[0].key in plain and not filtered
    return {
        "conditions": conditions,
        "by_metric": by_metric,
        "filtered": filtered,
        "single": conditions[metrics[0].name] if is_single else None,
    }


def compile_days_off(names: Iterable[Weekday]) -> frozenset[int]:
    """Return the numbers of weekdays, 0 for Sunday."""
    return frozenset(map(WEEKDAYS.index, names))

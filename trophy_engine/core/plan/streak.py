"""Plans of streaks: the calendar and the conditions of a streak, and the rewards of freezes for it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import attrs

from trophy_engine.calendar.frequencies import WEEKDAYS, Frequency, Weekday
from trophy_engine.core.aggregation import WindowTotals
from trophy_engine.core.plan.counters import Counter, WindowedCounter
from trophy_engine.numbers import Number
from trophy_engine.rules.streak import EvaluationMode, FreezeReward, Freezes, StreakMetric


@attrs.frozen(eq=False, repr=False)
class StreakCondition:
    """A condition of a streak: the total of a metric in the period, a window of ``counter``, reaches the threshold."""

    metric: str
    counter: WindowedCounter[WindowTotals]
    threshold: Number


@attrs.define(eq=False, repr=False)
class StreakPlan:
    """A streak: its calendar, its conditions, and the counter of its length.

    ``place`` is the index of the streak in the plan and in the state; the local days at the start of which a period is
    missed and freezes are earned are at ``place`` and ``freeze_place`` in ``Clock.due_days``. ``index`` and
    ``first_day`` are those of the calendar (see ``Frequency``), as fast as they can be. ``conditions`` are by metric;
    ``single`` is the only one, if its metric is one of ``plain``, those whose events count with their own values;
    otherwise None. ``counters`` are the counters of all metrics that can be in a condition, those of custom streaks
    included. ``days_off`` are numbers of weekdays, 0 for Sunday.
    """

    key: str
    place: int
    freeze_place: int
    calendar: Frequency
    daily: bool
    index: Callable[[int], int]
    first_day: Callable[[int], int]
    mode: EvaluationMode
    counters: dict[str, WindowedCounter[WindowTotals]]
    plain: frozenset[str]
    conditions: dict[str, StreakCondition]
    single: StreakCondition | None
    days_off: frozenset[int]
    length: Counter
    freezes: Freezes | None

    def with_conditions(
        self, metrics: Sequence[StreakMetric], mode: EvaluationMode, days_off: Iterable[Weekday]
    ) -> StreakPlan:
        """Return the plan of the same streak with other conditions and days off."""
        return attrs.evolve(
            self, mode=mode, days_off=weekdays_of(days_off), **conditions_of(metrics, self.counters, self.plain)
        )

    def is_met(self, totals: Mapping[str, Number | None]) -> bool:
        """Return True if the totals of a period, by metric, meet the conditions."""
        reached = ((totals.get(metric) or 0) >= condition.threshold for metric, condition in self.conditions.items())
        return all(reached) if self.mode == "AND" else any(reached)

    def choices(self) -> dict[str, Any]:
        """Return the fields in which the streaks of one ruleset differ; the others refer to the rest of the plan."""
        names = ("mode", "conditions", "single", "days_off", "freezes")
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


def conditions_of(
    metrics: Sequence[StreakMetric], counters: Mapping[str, WindowedCounter[WindowTotals]], plain: Container[str]
) -> dict[str, Any]:
    """Return the fields of a streak's plan that depend on its conditions."""
    conditions = [StreakCondition(metric.key, counters[metric.key], metric.threshold) for metric in metrics]
    return {
        "conditions": {condition.metric: condition for condition in conditions},
        "single": conditions[0] if len(conditions) == 1 and conditions[0].metric in plain else None,
    }


def weekdays_of(names: Iterable[Weekday]) -> frozenset[int]:
    """Return the numbers of weekdays, 0 for Sunday."""
    return frozenset(map(WEEKDAYS.index, names))

"""Changes in a pass: which totals moved, what was completed, and how many steps of a trigger an award pays for."""

from __future__ import annotations

from typing import Final

from trophy_engine.core import (
    AchievementCompleted,
    Counter,
    LevelChanged,
    ManualAward,
    MetricChanged,
    NamedEffect,
    Plan,
    PointsAwarded,
    PointsLimited,
    boosted_amount,
    name_raw_completion,
)
from trophy_engine.numbers import count_multiples
from trophy_engine.rules.points import AchievementPointsTrigger, Boost

_PAYMENTS: Final = frozenset({PointsAwarded, PointsLimited, LevelChanged})


class PassChanges:
    """The changes of totals, by counter, and the numbers of completions, by key, in the pass that effects belong to.

    A pass ends with payments: what moves or is completed after one is of the next.
    """

    def __init__(self, plan: Plan) -> None:
        self.totals: dict[Counter | None, list[NamedEffect]] = {}
        self._completions: dict[str, int] = {}
        self._plan = plan
        self._former: NamedEffect | None = None

    def add(self, effect: NamedEffect) -> None:
        """Add the next effect."""
        former, self._former = self._former, effect
        if effect.kind is MetricChanged:
            if former is not None and former.kind is not MetricChanged:
                self.totals.clear()
                self._completions.clear()
            self.totals.setdefault(self._plan.metrics[effect.metric].total, []).append(effect)
        elif effect.kind is AchievementCompleted:
            if former is not None and former.kind in _PAYMENTS:
                self._completions.clear()
            for key in {effect.achievement, name_raw_completion(effect)}:
                self._completions[key] = self._completions.get(key, 0) + effect.times

    def count_steps_of_award(self, award: NamedEffect, lost: int) -> int:
        """Return the number of steps of its trigger that an award pays for, of which a limit has taken ``lost`` points.

        No effect records the change of a filtered total, so the result is the smallest number that explains the award.
        """
        rule = award.trigger
        if isinstance(rule, ManualAward):
            return 1
        if isinstance(rule, AchievementPointsTrigger) and rule.achievement in self._completions:
            return self._completions[rule.achievement]
        trigger = self._plan.system(award.system).triggers[award.trigger_key]
        counter, step = trigger.counter, trigger.step
        if counter in self.totals:
            steps = (
                count_multiples(change.after or 0, step) - count_multiples(change.before or 0, step)
                for change in self.totals[counter]
            )
            return sum(number for number in steps if number > 0)
        if counter is not None and counter.unfiltered is None:
            return 1
        return _least_number_of_steps(trigger.points, award.boosts, abs(award.awarded) + lost)


def _least_number_of_steps(points: int, boosts: tuple[Boost, ...], amount: int) -> int:
    """Return how many times the points of a trigger, with boosts, are an amount at least."""
    most = 1
    while abs(boosted_amount(points * most, boosts)) < amount:
        most *= 2
    least = most // 2 + 1
    while least < most:
        middle = (least + most) // 2
        if abs(boosted_amount(points * middle, boosts)) < amount:
            least = middle + 1
        else:
            most = middle
    return most

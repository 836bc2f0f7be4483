"""Counters: numbers of a user that commands and time change, with the thresholds and steps on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from trophy_engine.core.aggregation import Totals
from trophy_engine.numbers import BEYOND, Number
from trophy_engine.rules.filters import Filter

if TYPE_CHECKING:
    from trophy_engine.core.plan.achievements import AchievementPlan
    from trophy_engine.core.plan.metrics import MetricPlan
    from trophy_engine.core.plan.points import TriggerPlan
    from trophy_engine.core.plan.streak import RewardPlan

_T = TypeVar("_T", bound=Totals)


@attrs.define(eq=False, repr=False)
class Counter:
    """A number that only commands and time change, with its thresholds and steps.

    Attributes:
        subject: what it counts, in words.
        read: a function that returns the number from a user's state.
        index: the index of its state among a user's counters; -1 for a counter without one.
        metric: the metric whose events it counts, None for a counter that no metric moves.
        event_attributes: the filter on those events, besides that of the metric.
        totals: the totals in windows; None for a counter whose total is in its state.
        unfiltered: the counter of all events of the metric, for a filtered one.
        falling: the counter that reads the negative of this one, for achievements at most at a number.
        negated: the counter whose negative this one reads.
        achievements: by rising threshold.
        repeatable: the achievements that are completed again and again, with the number for each time.
        thresholds: those of the achievements, and a last one beyond every total.
        gated: the achievements with a gate, which are looked at again once their threshold is passed.
        triggers: those that it pays.
        rewards: the freezes that it grants.
        steps: the whole step of each trigger and reward, with the trigger or the reward; ``decimal_steps`` are those
            that are not whole.
        has_special_thresholds: True if there is anything but thresholds without a gate and whole steps.
    """

    subject: str
    read: Callable[[Any], Number | None]
    index: int = -1
    metric: MetricPlan | None = None
    event_attributes: Filter = attrs.field(factory=Filter)
    totals: WindowedCounter[Any] | None = None
    unfiltered: Counter | None = None
    falling: Counter | None = None
    negated: Counter | None = None
    repeatable: list[tuple[Number, AchievementPlan]] = attrs.field(factory=list)
    achievements: list[AchievementPlan] = attrs.field(factory=list)
    triggers: list[TriggerPlan] = attrs.field(factory=list)
    rewards: list[RewardPlan] = attrs.field(factory=list)
    thresholds: list[Number] = attrs.field(factory=list)
    gated: list[AchievementPlan] = attrs.field(factory=list)
    steps: list[tuple[int, TriggerPlan | RewardPlan]] = attrs.field(factory=list)
    decimal_steps: list[tuple[Decimal, TriggerPlan]] = attrs.field(factory=list)
    has_special_thresholds: bool = False

    @property
    def is_windowed(self) -> bool:
        """True if the total begins again in each window of the metric."""
        return self.metric is not None and self.metric.rule.window is not None

    @property
    def nothing(self) -> Number | None:
        """The total before any event."""
        return 0 if self.metric is None else self.metric.aggregate.nothing

    def sort_thresholds(self) -> None:
        """Sort the achievements by threshold, and pair the triggers with their steps."""
        self.achievements.sort(key=lambda achievement: achievement.threshold)
        self.thresholds = [*(achievement.threshold for achievement in self.achievements), BEYOND]
        self.gated = [achievement for achievement in self.achievements if achievement.gate is not None]
        self.steps = [(reward.step, reward) for reward in self.rewards]
        self.steps += [(trigger.step, trigger) for trigger in self.triggers if isinstance(trigger.step, int)]
        self.decimal_steps = [(trigger.step, trigger) for trigger in self.triggers if isinstance(trigger.step, Decimal)]
        self.has_special_thresholds = bool(self.gated or self.decimal_steps or self.repeatable)


@attrs.frozen(eq=False, repr=False)
class WindowedCounter(Generic[_T]):
    """A counter that starts again in each window of the user's time, for a rule that reads its totals.

    Attributes:
        name: the kind of the rule, then the keys by which it is unique; the same under other rules that have it.
        new: returns the totals of a user without events.
        load: builds totals from the result of their ``dump``.
        index: the index among the windowed counters of the plan.
    """

    name: tuple[str, ...]
    new: Callable[[], _T]
    load: Callable[[list[Any]], _T]
    index: int

    def find(self, windows: Mapping[int, Any]) -> _T | None:
        """Return a user's totals, or None where nothing is counted."""
        return windows.get(self.index)

    def open(self, windows: dict[int, Any]) -> _T:
        """Return a user's totals; add them where nothing is counted."""
        totals: _T | None = windows.get(self.index)
        if totals is None:
            totals = windows[self.index] = self.new()
        return totals

"""The plan: a ruleset compiled once into counters and the thresholds and steps on them.

Between two thresholds nothing can happen, so the cost of an event depends on the thresholds that it crosses and not on
the number of rules.

Every achievement has a counter and a threshold, and every trigger a counter and a step, whatever the kind: readers
compare the result of ``Counter.read`` with the threshold.

``plan`` has the whole, ``counters`` what is counted, and the other modules, named as those of ``rules``, the plans of
single rules. ``core.compile`` makes them.
"""

from trophy_engine.core.plan.achievements import AchievementPlan
from trophy_engine.core.plan.counters import Counter, WindowedCounter
from trophy_engine.core.plan.leaderboards import BoardPlan
from trophy_engine.core.plan.metrics import MetricPlan
from trophy_engine.core.plan.plan import Plan
from trophy_engine.core.plan.points import LimitPlan, SystemPlan, TriggerPlan
from trophy_engine.core.plan.streak import RewardPlan, StreakPlan

__all__ = [
    "AchievementPlan",
    "BoardPlan",
    "Counter",
    "LimitPlan",
    "MetricPlan",
    "Plan",
    "RewardPlan",
    "StreakPlan",
    "SystemPlan",
    "TriggerPlan",
    "WindowedCounter",
]

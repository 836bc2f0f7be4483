"""Compiling streaks: their conditions, the metrics that credit them, and the rewards of freezes."""

from __future__ import annotations

from functools import partial
from operator import index as identity
from typing import assert_never

from trophy_engine.calendar.frequencies import Daily
from trophy_engine.core.aggregation import WindowTotals
from trophy_engine.core.plan import Counter, MetricPlan, Plan, RewardPlan, StreakPlan
from trophy_engine.core.plan.streak import StreakCounter, compile_days_off, compile_streak_conditions
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.metric_uses import refuse_metric_for_streak
from trophy_engine.rules.phrases import name_streak
from trophy_engine.rules.streak import AchievementFreezeReward, Streak, StreakFreezeReward


def compile_streaks(plan: Plan) -> None:
    """Add the streaks, each with the counters of its conditions and its length."""
    for rule in plan.ruleset.streaks:
        _compile_streak(plan, rule)


def _compile_streak(plan: Plan, rule: Streak) -> None:
    calendar = rule.calendar(plan.ruleset.first_weekday)
    daily = isinstance(calendar, Daily)
    counted = {metric.name: (plan.metrics[metric.key], metric.event_attributes) for metric in rule.metrics}
    if rule.customization_enabled:
        counted |= {
            key: (metric, Filter())
            for key, metric in plan.metrics.items()
            if refuse_metric_for_streak(metric.rule) is None
        }
    counters = {name: _add_streak_counter(plan, rule, name, *what) for name, what in counted.items()}
    metrics = [metric for metric, _ in counted.values()]
    plain = frozenset(metric.key for metric in metrics if metric.is_plain and not metric.derived)
    place, streaks = len(plan.streaks), plan.ruleset.streaks
    streak = StreakPlan(
        key=rule.key,
        place=place,
        freeze_place=place + len(streaks),
        calendar=calendar,
        daily=daily,
        index=identity if daily else calendar.index,
        first_day=identity if daily else calendar.first_day,
        mode=rule.evaluation_mode,
        days_off=compile_days_off(rule.days_off),
        length=_add_streak_length_counter(plan, rule.key, place),
        freezes=rule.freezes,
        counters=counters,
        plain=plain,
        **compile_streak_conditions(rule.metrics, counters, plain),
    )
    plan.streaks.append(streak)
    _link_streak_to_metrics(plan, streak, rule)


def _add_streak_counter(
    plan: Plan, rule: Streak, name: str, metric: MetricPlan, event_attributes: Filter
) -> StreakCounter:
    new, load = partial(WindowTotals, metric.aggregate), partial(WindowTotals.load, metric.aggregate)
    totals = plan.add_windowed_counter(new, load, "streak", rule.key, name)
    return StreakCounter(metric.key, event_attributes, totals)


def _add_streak_length_counter(plan: Plan, key: str, place: int) -> Counter:
    name = "the streak" if len(plan.ruleset.streaks) == 1 else name_streak(key)
    return plan.add_counter(Counter(name, lambda state: state.streaks[place].length))


def _link_streak_to_metrics(plan: Plan, streak: StreakPlan, rule: Streak) -> None:
    """Add a streak to the metrics whose events can credit it."""
    declared = {plan.metrics[metric.key].source for metric in rule.metrics}
    for key, metric in plan.metrics.items():
        if metric.source != key:
            continue
        if key in declared:
            metric.streaks = (*metric.streaks, (streak.place, streak))
        elif rule.customization_enabled:
            metric.streaks = (*metric.streaks, (streak.place, None))


def compile_freeze_rewards(plan: Plan) -> None:
    """Add the rewards of freezes to the lengths and the achievements that earn them."""
    rules = [
        (streak, rule) for streak in plan.streaks for rule in (() if streak.freezes is None else streak.freezes.rewards)
    ]
    for order, (streak, rule) in enumerate(rules, start=-len(rules)):
        reward = RewardPlan(order, streak, rule)
        match rule:
            case StreakFreezeReward():
                reward.step = rule.length
                streak.length.rewards.append(reward)
            case AchievementFreezeReward():
                for achievement in plan.find_achievements(rule.achievement):
                    achievement.awards.append(reward)
            case _:
                assert_never(rule)

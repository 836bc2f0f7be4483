"""Kinds of rules: what the achievements and points triggers of each kind count, and what moves that.

==================================  ===================  ==================================================
counter                             moved by             thresholds and steps on it
==================================  ===================  ==================================================
metric total                        a metric event       achievement *at N*, *at most N*; points *every N*
total over events with attributes   a matching event     the same
length of a streak                  a credited period    achievement *at N*; points, freezes *every N*
years since sign-up                 midnight             achievement *at N*
hours or days since the anchor      time                 points *every N*
completed prerequisites             a completion         achievement *at N of them*
completions of an achievement       such a completion    points and freezes *every 1*
existence of the user               creation             points *at 1*
points total                        an award             level *at N*; achievement *at N*
==================================  ===================  ==================================================

This is the only place of the core that asks for the kind of an achievement or a trigger. A kind puts its threshold or
its step on a counter, or adds its triggers to a list of triggers that are paid at the same time. A number that neither
a metric total, the streak nor time changes is changed by an observer, which the kind adds to the metric or the points
system that it depends on.
"""

from __future__ import annotations

from functools import partial
from typing import assert_never

from trophy_engine.calendar.instants import HOUR
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.compile.metrics import find_falling_counter, find_total_counter
from trophy_engine.core.plan import Counter, Plan, RewardPlan, TriggerPlan
from trophy_engine.core.plan.points import earned_points_in_state
from trophy_engine.core.state import UserState
from trophy_engine.numbers import Number, negate
from trophy_engine.rules.achievements import (
    AchievementTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    BalanceTrigger,
    CompositeTrigger,
    LevelTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.points import (
    AchievementPointsTrigger,
    Level,
    MetricPointsTrigger,
    PointsTrigger,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)


def compile_achievement_condition(
    plan: Plan, trigger: AchievementTrigger
) -> tuple[Counter | None, Number, tuple[str, ...]]:
    """Return the counter of an achievement (None for a call), its threshold, and the prerequisites."""
    counter: Counter | None
    threshold: Number | None
    prerequisites: tuple[str, ...] = ()
    match trigger:
        case MetricTrigger(metric, value, event_attributes):
            counter, threshold = find_total_counter(plan, metric, event_attributes), value
            if trigger.at_most is not None:
                counter, threshold = find_falling_counter(plan, counter), negate(trigger.at_most)
        case StreakTrigger(length, streak):
            counter, threshold = _find_streak_length_counter(plan, streak), length
        case AnniversaryTrigger(years):
            counter, threshold = plan.anniversaries, years
        case CompositeTrigger(prerequisites):
            counter, threshold = _new_prerequisite_counter(plan, prerequisites), trigger.enough
        case BalanceTrigger(system, value):
            counter, threshold = _find_balance_counter(plan, system), value
        case LevelTrigger(system, level):
            counter, threshold = (
                _find_level_points_counter(plan, system),
                _find_trigger_level(plan, system, level).points,
            )
        case ApiTrigger():
            counter, threshold = None, 1
        case _:
            assert_never(trigger)
    return counter, _require_trigger_number(threshold), prerequisites


def _find_balance_counter(plan: Plan, key: str) -> Counter:
    """Return the counter of the balance in a points system; add it if there is none."""
    system = plan.system(key)
    if system.balance is None:
        index = system.index
        system.balance = plan.add_counter(Counter(f"the points of {key!r}", lambda state: state.points.balances[index]))
        system.counters.append(system.balance)
    return system.balance


def _find_level_points_counter(plan: Plan, key: str) -> Counter:
    """Return the counter of what decides the level in a points system, the balance or the points earned."""
    system = plan.system(key)
    if system.earned is None:
        return _find_balance_counter(plan, key)
    if system.earned_total is None:
        counter = Counter(f"the points earned in {key!r}", partial(earned_points_in_state, system.earned))
        system.earned_total = plan.add_counter(counter)
        system.counters.append(counter)
    return system.earned_total


def _find_trigger_level(plan: Plan, system: str, key: str) -> Level:
    return next(level for level in plan.system(system).levels if level.key == key)


def _require_trigger_number(number: Number | None) -> Number:
    """Return the number of a trigger, which the constructor of the achievement has checked."""
    if number is None:
        raise AssertionError("a trigger without a number belongs to an achievement with tiers")
    return number


def _new_prerequisite_counter(plan: Plan, keys: tuple[str, ...]) -> Counter:
    def read(state: UserState) -> int:
        completed = state.counters.completed
        return sum(any(part.key in completed for part in plan.find_achievements(key)) for key in keys)

    return Counter("prerequisites", read)


#: A list of triggers that are paid at the same time, or of those and rewards of freezes.
PaidTriggers = list[TriggerPlan] | list[TriggerPlan | RewardPlan]


def link_trigger_to_counter(plan: Plan, trigger: TriggerPlan, rule: PointsTrigger) -> list[PaidTriggers]:
    """Set the counter and the step of a trigger, and return the lists of triggers that are paid when it is paid."""
    match rule:
        case MetricPointsTrigger():
            trigger.counter, trigger.step = find_total_counter(plan, rule.metric, rule.event_attributes), rule.threshold
            trigger.can_block = rule.block_if_out_of_points
            return [trigger.counter.triggers]
        case StreakPointsTrigger():
            trigger.counter, trigger.step = _find_streak_length_counter(plan, rule.streak), rule.length
            return [trigger.counter.triggers]
        case AchievementPointsTrigger():
            return [achievement.awards for achievement in plan.find_achievements(rule.achievement)]
        case TimePointsTrigger():
            trigger.hours = rule.interval * HOUR if rule.unit == "hours" else 0
            trigger.days = rule.interval if rule.unit == "days" else 0
            if rule.status == "active" and _reschedule_timed_awards not in trigger.system.observers:
                trigger.system.observers.append(_reschedule_timed_awards)
            return [plan.ticks]
        case UserCreationPointsTrigger():
            return [plan.creation]
        case _:
            assert_never(rule)


def _find_streak_length_counter(plan: Plan, streak: str | None) -> Counter:
    """Return the counter of the length of a streak; one that stays 0 where the rules have no streak."""
    return plan.streak_of(streak).length if plan.streaks else Counter("the streak", lambda _: 0)


def _reschedule_timed_awards(_: Agenda, state: UserState, __: int, ___: int, at: int) -> None:
    """Check timed awards again after a change of a balance: one without an effect before may have an effect now."""
    state.clock.due = state.clock.next_tick = at

"""Kinds of rules: what the achievements and points triggers of each kind count, and what moves that.

==================================  ===================  ==================================================
counter                             moved by             thresholds and steps on it
==================================  ===================  ==================================================
metric total                        a metric event       achievement *at N*; points *every N*
total over events with attributes   a matching event     the same
length of a streak                  a credited period    achievement *at N*; points, freezes *every N*
years since sign-up                 midnight             achievement *at N*
hours or days since the anchor      time                 points *every N*
completed prerequisites             a completion         achievement *at all of them*
completion of an achievement        that completion      points and freezes *at 1*
existence of the user               creation             points *at 1*
points total                        an award             level *at N*
==================================  ===================  ==================================================

This is the only place of the core that asks for the kind of a rule. A kind puts its threshold or its step on a counter,
or adds its triggers to a list of triggers that are paid at the same time. A number that neither a metric total, the
streak nor time changes is changed by an observer, which the kind adds to the metric or the points system that it
depends on.
"""

from __future__ import annotations

from typing import assert_never

from trophy_engine.calendar.instants import HOUR
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.metric_totals import find_total
from trophy_engine.core.plan import Counter, Plan, TriggerPlan
from trophy_engine.core.state import UserState
from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import (
    AchievementTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    CompositeTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.points import (
    AchievementPointsTrigger,
    MetricPointsTrigger,
    PointsTrigger,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)


def find_condition(plan: Plan, trigger: AchievementTrigger) -> tuple[Counter | None, Number, tuple[str, ...]]:
    """Return the counter of an achievement (None for a call), its threshold, and the prerequisites."""
    match trigger:
        case MetricTrigger(metric, value, event_attributes):
            return find_total(plan, metric, event_attributes), value, ()
        case StreakTrigger(length, streak):
            return _find_length(plan, streak), length, ()
        case AnniversaryTrigger(years):
            return plan.anniversaries, years, ()
        case CompositeTrigger(keys):
            completed = Counter("prerequisites", lambda state: sum(key in state.counters.completed for key in keys))
            return completed, len(keys), keys
        case ApiTrigger():
            return None, 1, ()
        case _:
            assert_never(trigger)


def find_payers(plan: Plan, trigger: TriggerPlan, rule: PointsTrigger) -> list[TriggerPlan]:
    """Set the counter and the step of a trigger, and return the list of the triggers that are paid at the same time."""
    match rule:
        case MetricPointsTrigger():
            trigger.counter, trigger.step = find_total(plan, rule.metric, rule.event_attributes), rule.threshold
            trigger.blocks = rule.block_if_out_of_points
            return trigger.counter.triggers
        case StreakPointsTrigger():
            trigger.counter, trigger.step = _find_length(plan, rule.streak), rule.length
            return trigger.counter.triggers
        case AchievementPointsTrigger():
            return plan.achievements[rule.achievement].triggers
        case TimePointsTrigger():
            trigger.hours = rule.interval * HOUR if rule.unit == "hours" else 0
            trigger.days = rule.interval if rule.unit == "days" else 0
            if rule.status == "active" and _reschedule_ticks not in trigger.system.observers:
                trigger.system.observers.append(_reschedule_ticks)
            return plan.ticks
        case UserCreationPointsTrigger():
            return plan.creation
        case _:
            assert_never(rule)


def _find_length(plan: Plan, streak: str | None) -> Counter:
    """Return the counter of the length of a streak; one that stays 0 where the rules have no streak."""
    return plan.streak_of(streak).length if plan.streaks else Counter("the streak", lambda _: 0)


def _reschedule_ticks(_: Agenda, state: UserState, __: int, ___: int, at: int) -> None:
    """Check timed awards again after a change of a balance: one without an effect before may have an effect now."""
    state.clock.due = state.clock.next_tick = at

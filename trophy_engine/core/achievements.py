"""Crossing thresholds: a counter moves, achievements complete, composites follow, triggers are queued for payment."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import Final

from trophy_engine.core.agenda import Agenda, MetricEvent
from trophy_engine.core.effects import AchievementBackdated, AchievementCompleted
from trophy_engine.core.plan import AchievementPlan, Counter
from trophy_engine.core.state import UserState
from trophy_engine.core.state.counters import CounterState
from trophy_engine.numbers import BEYOND, Number

#: The attributes of an event without any.
NO_ATTRIBUTES: Final[Mapping[str, str]] = {}
#: Less than every total of a metric.
_BELOW: Final = -BEYOND


def qualifies(achievement: AchievementPlan, state: UserState) -> bool:
    """Return True if the user has not completed the achievement and its filter matches their attributes."""
    if achievement.key in state.counters.completed:
        return False
    required = achievement.user_attributes
    return required is None or required.mismatch(state.profile.attributes) is None


def complete_achievement(
    agenda: Agenda, state: UserState, achievement: AchievementPlan, at: int, *, announce: bool = True
) -> None:
    """Complete an achievement for a user who qualifies; with ``announce=False`` nothing pays for it."""
    state.counters.completed[achievement.key] = at
    if achievement.composites:
        agenda.completed.append(achievement)
    for metric in achievement.metrics:
        agenda.events.append(MetricEvent(metric, 1, NO_ATTRIBUTES))
    if not announce:
        agenda.effects.append((AchievementBackdated, state.id, at, achievement.key))
        return
    agenda.effects.append((AchievementCompleted, state.id, at, achievement.key))
    for reward in achievement.rewards:
        agenda.awards.append((reward.order, reward, 1))
    for trigger in achievement.triggers:
        agenda.awards.append((trigger.order, trigger, 1))


def complete_composites(agenda: Agenda, state: UserState, at: int, *, announce: bool = True) -> None:
    """Complete the composites for which the agenda completed the last prerequisite, until no more follow."""
    if state.counters.recheck:
        state.counters.recheck = False
        candidates = agenda.plan.composites.copy()
    else:
        candidates = []
    missing: dict[str, int] = {}
    while candidates or agenda.completed:
        for achievement in agenda.completed:
            candidates += achievement.composites
        agenda.completed.clear()
        for composite in candidates:
            if _has_all_prerequisites(composite, state, missing) and qualifies(composite, state):
                complete_achievement(agenda, state, composite, at, announce=announce)
        candidates.clear()


def _has_all_prerequisites(composite: AchievementPlan, state: UserState, missing: dict[str, int]) -> bool:
    """Return True if the user has completed every prerequisite.

    ``missing`` keeps the index of the first missing prerequisite, where the next check of the composite starts.
    """
    prerequisites = composite.prerequisites
    index = missing.get(composite.key, 0)
    while index < len(prerequisites) and prerequisites[index] in state.counters.completed:
        index += 1
    missing[composite.key] = index
    return index == len(prerequisites)


def cross_thresholds(
    agenda: Agenda, state: UserState, counter: Counter, before: int, after: int, at: int, *, announce: bool = True
) -> None:
    """Complete the achievements that an integer counter reaches on its way, and queue a payment for each step.

    A passed threshold is not evaluated again until the user's attributes change.
    """
    counter_state = state.counters.states[counter.index]
    if after >= counter.thresholds[counter_state.cursor]:
        _pass_thresholds(agenda, state, counter, counter_state, after, at, announce=announce)
    if after > before and announce:
        for step, trigger in counter.steps:
            times = after // step - before // step
            if times:
                agenda.awards.append((trigger.order, trigger, times))


def cross_metric_thresholds(
    agenda: Agenda,
    state: UserState,
    counter: Counter,
    counter_state: CounterState,
    before: Number,
    after: Number,
    at: int,
    *,
    announce: bool = True,
) -> None:
    """Cross the thresholds of a metric counter as ``cross_thresholds`` does, and compute its quiet interval."""
    if after >= counter.thresholds[counter_state.cursor]:
        _pass_thresholds(agenda, state, counter, counter_state, after, at, announce=announce)
    low, high = _BELOW, counter.thresholds[counter_state.cursor]
    if counter.steps:
        whole = after if type(after) is int else floor(after)
        whole_before = before if type(before) is int else floor(before)
        for step, trigger in counter.steps:
            steps = whole // step
            times = steps - whole_before // step
            if times > 0 and announce:
                agenda.awards.append((trigger.order, trigger, times))
            passed = steps * step
            if passed > low:
                low = passed
            if passed + step < high:
                high = passed + step
    counter_state.low = low
    counter_state.high = high


def cross_moved_thresholds(
    agenda: Agenda,
    state: UserState,
    counter: Counter,
    before: Number | None,
    after: Number | None,
    at: int,
    *,
    announce: bool = True,
) -> None:
    """Cross the thresholds of a counter that can fall, as at the beginning of a window; a total of None counts as 0."""
    if after is None:
        return
    counter_state, before = state.counters.states[counter.index], before or 0
    if not counter_state.low <= before < counter_state.high or not counter_state.low <= after < counter_state.high:
        cross_metric_thresholds(agenda, state, counter, counter_state, before, after, at, announce=announce)


def _pass_thresholds(
    agenda: Agenda,
    state: UserState,
    counter: Counter,
    counter_state: CounterState,
    after: Number,
    at: int,
    *,
    announce: bool = True,
) -> None:
    cursor = counter_state.cursor
    while after >= counter.thresholds[cursor]:
        if qualifies(counter.achievements[cursor], state):
            complete_achievement(agenda, state, counter.achievements[cursor], at, announce=announce)
        cursor += 1
    counter_state.cursor = cursor

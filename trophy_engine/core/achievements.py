"""Crossing thresholds: a counter moves, achievements complete, composites follow, triggers are lined up for payment."""

from __future__ import annotations

from math import floor
from typing import Final

from trophy_engine.core.agenda import Agenda
from trophy_engine.core.effects import AchievementBackdated, AchievementCompleted
from trophy_engine.core.plan import AchievementPlan, Counter
from trophy_engine.core.state import UserState
from trophy_engine.core.state.counters import CounterState
from trophy_engine.numbers import BEYOND, Number

#: Below every sum of values.
_BELOW: Final = -BEYOND


def qualifies(achievement: AchievementPlan, state: UserState) -> bool:
    """Tell whether an achievement is open to a user: not completed, and its filter matches their attributes."""
    if achievement.key in state.counters.completed:
        return False
    wanted = achievement.user_attributes
    return wanted is None or wanted.mismatch(state.profile.attributes) is None


def complete_achievement(
    agenda: Agenda, state: UserState, achievement: AchievementPlan, at: int, *, announce: bool = True
) -> None:
    """Complete an achievement for a user who qualifies; one that is not announced is not paid either."""
    state.counters.completed[achievement.key] = at
    if achievement.composites:
        agenda.completed.append(achievement)
    if not announce:
        agenda.effects.append((AchievementBackdated, state.id, at, achievement.key))
        return
    agenda.effects.append((AchievementCompleted, state.id, at, achievement.key))
    for trigger in achievement.triggers:
        agenda.awards.append((trigger.order, trigger, 1))


def complete_composites(agenda: Agenda, state: UserState, at: int, *, announce: bool = True) -> None:
    """Complete every composite whose last prerequisite this agenda completed, until nothing more follows."""
    if state.counters.recheck:
        state.counters.recheck = False
        waiting = agenda.plan.composites.copy()
    else:
        waiting = []
    missing: dict[str, int] = {}
    while waiting or agenda.completed:
        for achievement in agenda.completed:
            waiting += achievement.composites
        agenda.completed.clear()
        for composite in waiting:
            if _holds_all(composite, state, missing) and qualifies(composite, state):
                complete_achievement(agenda, state, composite, at, announce=announce)
        waiting.clear()


def _holds_all(composite: AchievementPlan, state: UserState, missing: dict[str, int]) -> bool:
    """Tell whether a user holds every prerequisite; ``missing`` keeps the place of the first that they lacked before.

    A composite is looked at again for each prerequisite that is completed, and goes on from there.
    """
    needs = composite.prerequisites
    place = missing.get(composite.key, 0)
    while place < len(needs) and needs[place] in state.counters.completed:
        place += 1
    missing[composite.key] = place
    return place == len(needs)


def cross_thresholds(
    agenda: Agenda, state: UserState, counter: Counter, before: int, after: int, at: int, *, announce: bool = True
) -> None:
    """Move a counter of whole numbers: complete achievements whose thresholds it reaches, line up each step it takes.

    A threshold that was passed is not looked at again until the user's attributes change, for only they can open it.
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
) -> None:
    """Cross the thresholds of a metric counter as ``cross`` does, and find the interval in which nothing can happen."""
    if after >= counter.thresholds[counter_state.cursor]:
        _pass_thresholds(agenda, state, counter, counter_state, after, at)
    low, high = _BELOW, counter.thresholds[counter_state.cursor]
    if counter.steps:
        whole = after if type(after) is int else floor(after)
        whole_before = before if type(before) is int else floor(before)
        for step, trigger in counter.steps:
            steps = whole // step
            times = steps - whole_before // step
            if times > 0:
                agenda.awards.append((trigger.order, trigger, times))
            taken = steps * step
            if taken > low:
                low = taken
            if taken + step < high:
                high = taken + step
    counter_state.low = low
    counter_state.high = high


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

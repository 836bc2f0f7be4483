"""Crossing thresholds: a counter moves, achievements complete, composites follow, triggers are queued for payment."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from typing import Final

from trophy_engine.core.agenda import Agenda, MetricEvent
from trophy_engine.core.effects import AchievementBackdated, AchievementCompleted
from trophy_engine.core.gates import is_open, is_waiting
from trophy_engine.core.plan import AchievementPlan, Counter
from trophy_engine.core.state import UserState
from trophy_engine.core.state.counters import CounterState
from trophy_engine.numbers import BEYOND, Number

#: The attributes of an event without any.
NO_ATTRIBUTES: Final[Mapping[str, str]] = {}
#: Less than every total of a metric.
_BELOW: Final = -BEYOND


def qualifies(achievement: AchievementPlan, state: UserState) -> bool:
    """Return True if the user has not completed the achievement, and its filter, which is no gate, matches them."""
    if achievement.key in state.counters.completed:
        return False
    required = achievement.user_attributes
    return required is None or required.mismatch(state.profile.attributes) is None


def try_to_complete(
    agenda: Agenda, state: UserState, achievement: AchievementPlan, at: int, *, announce: bool = True
) -> None:
    """Complete a reached achievement for a user who qualifies, or let it wait for its gate."""
    if not qualifies(achievement, state):
        return
    if achievement.gate is None or is_open(agenda, state, achievement, at):
        complete_achievement(agenda, state, achievement, at, announce=announce)
    else:
        agenda.waiting.append(achievement)
        state.counters.recheck = True  # a completion later in the pass can open the gate


def complete_achievement(
    agenda: Agenda, state: UserState, achievement: AchievementPlan, at: int, *, announce: bool = True
) -> None:
    """Complete an achievement for a user who qualifies; with ``announce=False`` no trigger pays for it."""
    state.counters.completed[achievement.key] = at
    if achievement.is_followed:
        agenda.completed.append(achievement)
    for metric in achievement.metrics:
        agenda.events.append(MetricEvent(metric, 1, NO_ATTRIBUTES))
    if not announce:
        agenda.effects.append((AchievementBackdated, state.id, at, achievement.key))
        return
    agenda.effects.append((AchievementCompleted, state.id, at, achievement.key))
    for trigger in achievement.triggers:
        agenda.awards.append((trigger.order, trigger, 1))


def complete_composites(agenda: Agenda, state: UserState, at: int, *, announce: bool = True) -> None:
    """Complete what follows from the completed achievements: composites, and achievements that waited for their gates.

    A composite with a gate is looked at in every pass, so it is never known that none has to be.
    """
    candidates = agenda.plan.composites.copy() if state.counters.recheck else []
    missing: dict[str, int] = {}
    while candidates or agenda.completed:
        if agenda.completed:
            candidates += agenda.waiting
            agenda.waiting.clear()
        for achievement in agenda.completed:
            candidates += achievement.composites
        agenda.completed.clear()
        for candidate in candidates:
            if _has_all_prerequisites(candidate, state, missing):
                try_to_complete(agenda, state, candidate, at, announce=announce)
        candidates.clear()
    agenda.waiting.clear()
    state.counters.recheck = agenda.plan.has_gated_composites


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

    A passed threshold is not evaluated again until the user's attributes change, unless the achievement has a gate.
    """
    counter_state = state.counters.states[counter.index]
    if counter.gated:
        _look_again(agenda, state, counter, counter_state, after, at, announce=announce)
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
    if counter.gated:
        _look_again(agenda, state, counter, counter_state, after, at, announce=announce)
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
    if counter.gated and is_waiting(counter, state, counter_state.cursor):
        low, high = BEYOND, _BELOW
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
        try_to_complete(agenda, state, counter.achievements[cursor], at, announce=announce)
        cursor += 1
    counter_state.cursor = cursor


def _look_again(
    agenda: Agenda,
    state: UserState,
    counter: Counter,
    counter_state: CounterState,
    after: Number,
    at: int,
    *,
    announce: bool,
) -> None:
    """Complete the achievements with gates whose thresholds were passed before and are reached now."""
    following = counter.thresholds[counter_state.cursor]
    for achievement in counter.gated:
        if achievement.threshold < following and achievement.threshold <= after:
            try_to_complete(agenda, state, achievement, at, announce=announce)

"""Crossing thresholds: a counter moves, achievements complete, composites follow, triggers are queued for payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any, Final

from trophy_engine.core.agenda import Agenda, MetricEvent
from trophy_engine.core.aggregation import Window
from trophy_engine.core.effects import AchievementBackdated, AchievementCompleted
from trophy_engine.core.plan import AchievementPlan, Counter
from trophy_engine.core.state import UserState
from trophy_engine.core.state.counters import CounterState, Repeats
from trophy_engine.numbers import BEYOND, Number, count_multiples, multiple_of, negate

#: The attributes of an event without any.
NO_ATTRIBUTES: Final[Mapping[str, str]] = {}
#: Less than every total of a metric.
_BELOW: Final = -BEYOND
#: Prerequisites that are missing, each with its alternatives, and the index of the next one to look at.
_Missing = tuple[Sequence[tuple[str, ...]], int]


def qualifies(achievement: AchievementPlan, state: UserState) -> bool:
    """Return True if the user can complete the achievement now, and its filter matches their attributes."""
    if achievement.key in state.counters.completed and not achievement.rule.repeatable:
        return False
    required = achievement.user_attributes
    return required is None or required.mismatch(state.profile.attributes) is None


def complete_achievement(
    agenda: Agenda, state: UserState, achievement: AchievementPlan, at: int, times: int = 1, *, announce: bool = True
) -> None:
    """Complete an achievement for a user who qualifies, a repeatable one several times at once.

    With ``announce=False`` nothing pays for it.
    """
    counters, number = state.counters, times
    if achievement.rule.repeatable:
        number = _count_repeats(state, achievement, at, times)
        counters.completed.setdefault(achievement.key, at)
    else:
        counters.completed[achievement.key] = at
    if achievement.composites:
        agenda.completed.append(achievement)
    for metric in achievement.metrics:
        agenda.events += [MetricEvent(metric, 1, NO_ATTRIBUTES)] * times
    kind = AchievementCompleted if announce else AchievementBackdated
    agenda.effects.append((kind, state.id, at, achievement.declared.key, achievement.tier, times, number))
    if announce:
        for reward in achievement.rewards:
            agenda.awards.append((reward.order, reward, times))
        for trigger in achievement.triggers:
            agenda.awards.append((trigger.order, trigger, times))


def _count_repeats(state: UserState, achievement: AchievementPlan, at: int, times: int) -> int:
    """Count completions of a repeatable achievement; return their number so far."""
    counters, former = state.counters, state.counters.repeats.get(achievement.key)
    held = int(achievement.key in counters.completed) if former is None else former.times
    number = held + times
    windows = () if former is None else former.windows
    repeats = Repeats(number, at, _with_current(state, achievement, windows))
    counters.repeats = {**counters.repeats, achievement.key: repeats}
    return number


def _with_current(
    state: UserState, achievement: AchievementPlan, windows: tuple[int | None, ...]
) -> tuple[int | None, ...]:
    """Return the windows in which an achievement was completed, with the present one, without those that are over."""
    counter = achievement.counter
    window = None if counter is None else _window_of(counter)
    if counter is None or counter.totals is None or window is None:
        return ()
    day = state.clock.day
    current = window.current(counter.totals.find(state.counters.windows), state.clock.settled, day)
    return (*(name for name in windows if name != current and window.returns(name, day)), current)


def begin_repeats(state: UserState, achievement: AchievementPlan) -> None:
    """Let a repeatable achievement that a change of rules changed be completed again from the next window on."""
    if achievement.rule.repeatable:
        former = state.counters.repeats.get(achievement.key)
        first = state.counters.completed[achievement.key]
        times, last = (1, first) if former is None else (former.times, former.last)
        repeats = Repeats(times, last, _with_current(state, achievement, ()))
        state.counters.repeats = {**state.counters.repeats, achievement.key: repeats}


def is_done_in_window(state: UserState, achievement: AchievementPlan) -> bool:
    """Return True if a repeatable achievement was completed in the present window of its metric."""
    counter, repeats = achievement.counter, state.counters.repeats.get(achievement.key)
    window = None if counter is None else _window_of(counter)
    if repeats is None or counter is None or counter.totals is None or window is None:
        return False
    totals = counter.totals.find(state.counters.windows)
    return window.current(totals, state.clock.settled, state.clock.day) in repeats.windows


def _window_of(counter: Counter) -> Window[Any] | None:
    """Return the window in which a total begins again, or None."""
    return counter.metric.window if counter.is_windowed and counter.metric is not None else None


def complete_composites(agenda: Agenda, state: UserState, at: int, *, announce: bool = True) -> None:
    """Complete the composites for which the agenda completed the last prerequisite, until no more follow."""
    if state.counters.recheck:
        state.counters.recheck = False
        candidates = agenda.plan.composites.copy()
    else:
        candidates = []
    missing: dict[str, _Missing] = {}
    while candidates or agenda.completed:
        for achievement in agenda.completed:
            candidates += achievement.composites
        agenda.completed.clear()
        for composite in candidates:
            if qualifies(composite, state) and _has_enough_prerequisites(composite, state, missing):
                complete_achievement(agenda, state, composite, at, announce=announce)
        candidates.clear()


def _has_enough_prerequisites(composite: AchievementPlan, state: UserState, missing: dict[str, _Missing]) -> bool:
    """Return True if the user has completed as many prerequisites as the composite requires.

    ``missing`` keeps as many missing prerequisites as decide that it is not complete, and the index of the first one
    that was not looked at, where the next check of the composite continues.
    """
    prerequisites, completed = composite.alternatives, state.counters.completed
    spare = len(prerequisites) - int(composite.threshold)
    known, index = missing.get(composite.key, ((), 0))
    lacking = [keys for keys in known if not any(key in completed for key in keys)]
    while index < len(prerequisites) and len(lacking) <= spare:
        if not any(key in completed for key in prerequisites[index]):
            lacking.append(prerequisites[index])
        index += 1
    missing[composite.key] = lacking, index
    return len(lacking) <= spare


def cross_thresholds(
    agenda: Agenda, state: UserState, counter: Counter, before: int, after: int, at: int, *, announce: bool = True
) -> None:
    """Complete the achievements that an integer counter reaches on its way, and queue a payment for each step.

    A passed threshold is not evaluated again until the user's attributes change.
    """
    counter_state = state.counters.states[counter.index]
    if after >= counter.thresholds[counter_state.cursor]:
        _pass_thresholds(agenda, state, counter, counter_state, after, at, announce=announce)
    if after > before:
        for step, trigger in counter.steps if announce else ():
            times = after // step - before // step
            if times:
                agenda.awards.append((trigger.order, trigger, times))
        if counter.repeatable:
            _repeat_achievements(agenda, state, counter, before, after, at, announce=announce)


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
    if counter.repeatable:
        _repeat_achievements(agenda, state, counter, before, after, at, announce=announce)
        _narrow_quiet_interval(counter, counter_state, after)


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
    if counter.falling is not None:
        falling, counter_state = negate(after), state.counters.states[counter.falling.index]
        if not counter_state.low <= falling < counter_state.high:
            cross_metric_thresholds(
                agenda, state, counter.falling, counter_state, falling, falling, at, announce=announce
            )


def _repeat_achievements(
    agenda: Agenda, state: UserState, counter: Counter, before: Number, after: Number, at: int, *, announce: bool
) -> None:
    """Complete repeatable achievements: at each multiple or, on a total in windows, once in each window."""
    for step, achievement in counter.repeatable:
        if counter.is_windowed:
            times = int(after >= step and not is_done_in_window(state, achievement))
        else:
            times = count_multiples(after, step) - count_multiples(before, step)
        if times > 0 and qualifies(achievement, state):
            complete_achievement(agenda, state, achievement, at, times, announce=announce)


def _narrow_quiet_interval(counter: Counter, counter_state: CounterState, total: Number) -> None:
    """Let the quiet interval of a counter end where a total completes a repeatable achievement."""
    for step, _ in counter.repeatable:
        multiples = count_multiples(total, step)
        if counter.is_windowed:
            multiples = min(max(multiples, 0), 1)
            low = step if multiples else _BELOW
            high = BEYOND if multiples else step
        else:
            low, high = multiple_of(step, multiples), multiple_of(step, multiples + 1)
        counter_state.low = max(counter_state.low, low)
        counter_state.high = min(counter_state.high, high)


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

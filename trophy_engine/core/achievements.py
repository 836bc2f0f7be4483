"""Crossing thresholds: a counter moves, achievements complete, composites follow, triggers are queued for payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any, Final

from trophy_engine.core.agenda import Agenda, MetricEvent
from trophy_engine.core.aggregation import Window
from trophy_engine.core.effects import AchievementBackdated, AchievementCompleted
from trophy_engine.core.gates import is_gate_open, is_waiting_for_gate
from trophy_engine.core.plan import AchievementPlan, Counter, StreakPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.state.counters import CounterState, Repeats
from trophy_engine.numbers import BEYOND, MOST_COMPLETIONS, Number, count_multiples, multiple_of, negate

#: The attributes of an event without any.
NO_ATTRIBUTES: Final[Mapping[str, str]] = {}
#: Less than every total of a metric.
_BELOW: Final = -BEYOND
#: Prerequisites that are missing, each with its alternatives, and the index of the next one to look at.
_Missing = tuple[Sequence[tuple[str, ...]], int]


def qualifies_for_achievement(achievement: AchievementPlan, state: UserState) -> bool:
    """Return True if the user can complete the achievement now, and its filter, which is no gate, matches them."""
    if achievement.key in state.counters.completed and not achievement.rule.repeatable:
        return False
    required = achievement.user_attributes
    return required is None or required.mismatch(state.profile.attributes) is None


def try_to_complete_achievement(
    agenda: Agenda, state: UserState, achievement: AchievementPlan, at: int, times: int = 1, *, announce: bool = True
) -> None:
    """Complete a reached achievement for a user who qualifies, or let it wait for its gate."""
    if qualifies_for_achievement(achievement, state):
        if achievement.gate is None:
            apply_completion(agenda, state, achievement, at, times, announce)
        else:
            _complete_if_gate_open(agenda, state, achievement, at, times, announce=announce)


def _complete_if_gate_open(
    agenda: Agenda, state: UserState, achievement: AchievementPlan, at: int, times: int, *, announce: bool
) -> None:
    """Complete an achievement whose gate is open, or let it wait."""
    if is_completed_in_window(state, achievement):
        return  # it waited twice in one pass
    if is_gate_open(agenda, state, achievement, at):
        apply_completion(agenda, state, achievement, at, times, announce)
    else:
        agenda.waiting.append((achievement, times))
        state.counters.recheck = True  # a completion later in the pass can open the gate


def apply_completion(
    agenda: Agenda,
    state: UserState,
    achievement: AchievementPlan,
    at: int,
    times: int = 1,
    announce: bool = True,  # noqa: FBT001, FBT002  # called at every threshold
) -> None:
    """Complete an achievement for a user who qualifies, a repeatable one several times at once.

    With ``announce=False`` nothing pays for it. Completions beyond ``MOST_COMPLETIONS`` are left out.
    """
    completed = state.counters.completed
    if achievement.rule.repeatable:
        former = _count_completions(state, achievement)
        times = min(times, MOST_COMPLETIONS - former)
        if not times:
            return
        number = former + times
        _store_repeat_completions(state, achievement, at, number)
        completed.setdefault(achievement.key, at)
    else:
        number = times
        completed[achievement.key] = at
    if achievement.is_followed:
        agenda.completed.append(achievement)
    if achievement.metrics:
        agenda.events += [MetricEvent(metric, 1, NO_ATTRIBUTES, times) for metric in achievement.metrics]
    kind = AchievementCompleted if announce else AchievementBackdated
    agenda.effects.append((kind, state.id, at, achievement.declared.key, achievement.tier, times, number))
    if announce:
        for award in achievement.awards:
            agenda.awards.append((award.order, award, times))


def _count_completions(state: UserState, achievement: AchievementPlan) -> int:
    """Return how many times a repeatable achievement is completed."""
    repeats = state.counters.repeats.get(achievement.key)
    return int(achievement.key in state.counters.completed) if repeats is None else repeats.times


def _store_repeat_completions(state: UserState, achievement: AchievementPlan, at: int, number: int) -> None:
    """Store how many times a repeatable achievement is completed, with the present window."""
    counters, former = state.counters, state.counters.repeats.get(achievement.key)
    windows = () if former is None else former.windows
    repeats = Repeats(number, at, _windows_of_completions(state, achievement, windows))
    counters.repeats = {**counters.repeats, achievement.key: repeats}


def _windows_of_completions(
    state: UserState, achievement: AchievementPlan, windows: tuple[int | None, ...]
) -> tuple[int | None, ...]:
    """Return the windows in which an achievement was completed, with the present one, without those that are over."""
    counter = achievement.counter
    window = None if counter is None else _find_repeat_window(counter)
    if counter is None or counter.totals is None or window is None:
        return ()
    day = state.clock.day
    current = window.current_name(counter.totals.find(state.counters.windows), state.clock.settled, day)
    return (*(name for name in windows if name != current and window.can_reopen(name, day)), current)


def reopen_repeatable_achievement(state: UserState, achievement: AchievementPlan) -> None:
    """Let a repeatable achievement that a change of rules changed be completed again from the next window on."""
    if achievement.rule.repeatable:
        former = state.counters.repeats.get(achievement.key)
        first = state.counters.completed[achievement.key]
        times, last = (1, first) if former is None else (former.times, former.last)
        repeats = Repeats(times, last, _windows_of_completions(state, achievement, ()))
        state.counters.repeats = {**state.counters.repeats, achievement.key: repeats}


def begin_repeats_again(state: UserState, counter: Counter) -> None:
    """Let the repeatable achievements on a total be completed again, because an event of another metric restarts it.

    The name of the window does not tell, because two such events can have one instant.
    """
    for _, achievement in counter.repeatable:
        former = state.counters.repeats.get(achievement.key)
        if former is not None and former.windows:
            state.counters.repeats = {**state.counters.repeats, achievement.key: former._replace(windows=())}


def is_completed_in_window(state: UserState, achievement: AchievementPlan) -> bool:
    """Return True if a repeatable achievement was completed in the present window of its metric."""
    counter, repeats = achievement.counter, state.counters.repeats.get(achievement.key)
    window = None if counter is None else _find_repeat_window(counter)
    if repeats is None or counter is None or counter.totals is None or window is None:
        return False
    totals = counter.totals.find(state.counters.windows)
    return window.current_name(totals, state.clock.settled, state.clock.day) in repeats.windows


def _find_repeat_window(counter: Counter) -> Window[Any] | None:
    """Return the window in which a total begins again, or None."""
    return counter.metric.window if counter.is_windowed and counter.metric is not None else None


def complete_composites(agenda: Agenda, state: UserState, at: int, *, announce: bool = True) -> None:
    """Complete what follows from the completed achievements: composites, and achievements that waited for their gates.

    A composite with a gate is looked at in every pass, so it is never known that none has to be.
    """
    candidates = [(composite, 1) for composite in agenda.plan.composites] if state.counters.recheck else []
    missing: dict[str, _Missing] = {}
    while candidates or agenda.completed:
        if agenda.completed:
            candidates += agenda.waiting
            agenda.waiting.clear()
        for achievement in agenda.completed:
            candidates += [(composite, 1) for composite in achievement.composites]
        agenda.completed.clear()
        for candidate, times in candidates:
            if qualifies_for_achievement(candidate, state) and _has_enough_prerequisites(candidate, state, missing):
                try_to_complete_achievement(agenda, state, candidate, at, times, announce=announce)
        candidates.clear()
    agenda.waiting.clear()
    state.counters.recheck = agenda.plan.has_gated_composites


def _has_enough_prerequisites(composite: AchievementPlan, state: UserState, missing: dict[str, _Missing]) -> bool:
    """Return True if the user has completed as many prerequisites as the composite requires.

    ``missing`` keeps as many missing prerequisites as decide that it is not complete, and the index of the first one
    that was not looked at, where the next check of the composite continues.
    """
    if not composite.prerequisites:
        return True  # it waited for its gate
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
    agenda: Agenda,
    state: UserState,
    counter: Counter,
    before: int,
    after: int,
    at: int,
    announce: bool = True,  # noqa: FBT001, FBT002  # called at every threshold
) -> None:
    """Complete the achievements that an integer counter reaches on its way, and queue a payment for each step.

    A passed threshold is not evaluated again until the user's attributes change, unless the achievement has a gate.
    """
    counter_state = state.counters.states[counter.index]
    if after >= counter.thresholds[counter_state.cursor]:
        _pass_thresholds(agenda, state, counter, counter_state, after, at, announce)
    if counter.steps and after > before and announce:
        for step, trigger in counter.steps:
            times = after // step - before // step
            if times:
                agenda.awards.append((trigger.order, trigger, times))
    if counter.has_special_thresholds:
        _recheck_gated_achievements(agenda, state, counter, counter_state, after, at, announce=announce)
        if after > before:
            _repeat_achievements(agenda, state, counter, before, after, at, announce=announce)


def cross_credited_streak_thresholds(
    agenda: Agenda, state: UserState, streak: StreakPlan, at: int, *, announce: bool = True
) -> None:
    """Cross the thresholds of the numbers of a streak that a credited period changes."""
    length = state.streaks[streak.place].length
    cross_thresholds(agenda, state, streak.length, length - 1, length, at, announce)


def cross_metric_thresholds(
    agenda: Agenda,
    state: UserState,
    counter: Counter,
    counter_state: CounterState,
    before: Number,
    after: Number,
    at: int,
    announce: bool = True,  # noqa: FBT001, FBT002  # called at every threshold
) -> None:
    """Cross the thresholds of a metric counter as ``cross_thresholds`` does, and compute its quiet interval."""
    low, high = _BELOW, counter.thresholds[counter_state.cursor]
    if after >= high:
        high = _pass_thresholds(agenda, state, counter, counter_state, after, at, announce)
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
    if counter.has_special_thresholds:
        _cross_special_thresholds(agenda, state, counter, counter_state, before, after, at, announce=announce)


def _cross_special_thresholds(
    agenda: Agenda,
    state: UserState,
    counter: Counter,
    counter_state: CounterState,
    before: Number,
    after: Number,
    at: int,
    *,
    announce: bool,
) -> None:
    """Cross gated and repeatable achievements and decimal steps, and let the quiet interval end where they follow."""
    if counter.gated:
        _recheck_gated_achievements(agenda, state, counter, counter_state, after, at, announce=announce)
        if is_waiting_for_gate(counter, state, counter_state.cursor):
            counter_state.low, counter_state.high = BEYOND, _BELOW
    if counter.decimal_steps:
        _cross_decimal_steps(agenda, counter, counter_state, before, after, announce=announce)
    if counter.repeatable:
        _repeat_achievements(agenda, state, counter, before, after, at, announce=announce)
        _narrow_quiet_interval(state, counter, counter_state, after)


def _cross_decimal_steps(
    agenda: Agenda, counter: Counter, counter_state: CounterState, before: Number, after: Number, *, announce: bool
) -> None:
    """Queue a payment for each decimal step that a total crosses, and let the quiet interval end where it pays."""
    for step, trigger in counter.decimal_steps:
        multiples = count_multiples(after, step)
        times = multiples - count_multiples(before, step)
        if times > 0 and announce:
            agenda.awards.append((trigger.order, trigger, times))
        counter_state.low = max(counter_state.low, multiple_of(step, multiples))
        counter_state.high = min(counter_state.high, multiple_of(step, multiples + 1))


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
        cross_metric_thresholds(agenda, state, counter, counter_state, before, after, at, announce)
    if counter.falling is not None:
        falling, counter_state = negate(after), state.counters.states[counter.falling.index]
        if not counter_state.low <= falling < counter_state.high:
            cross_metric_thresholds(agenda, state, counter.falling, counter_state, falling, falling, at, announce)


def _repeat_achievements(
    agenda: Agenda, state: UserState, counter: Counter, before: Number, after: Number, at: int, *, announce: bool
) -> None:
    """Complete repeatable achievements: at each multiple or, on a total in windows, once in each window."""
    for step, achievement in counter.repeatable:
        if counter.is_windowed:
            times = int(after >= step and not is_completed_in_window(state, achievement))
        else:
            times = count_multiples(after, step) - count_multiples(before, step)
        if times > 0:
            try_to_complete_achievement(agenda, state, achievement, at, times, announce=announce)


def _narrow_quiet_interval(state: UserState, counter: Counter, counter_state: CounterState, total: Number) -> None:
    """Let the quiet interval of a counter end where a total completes a repeatable achievement."""
    for step, achievement in counter.repeatable:
        multiples = count_multiples(total, step)
        if counter.is_windowed:
            multiples = min(max(multiples, 0), 1)
            low = step if multiples else _BELOW
            high = BEYOND if multiples else step
            if multiples and achievement.gate is not None and not is_completed_in_window(state, achievement):
                low = BEYOND  # each later event of the window looks at it again
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
    announce: bool,  # noqa: FBT001  # called at every threshold
) -> Number:
    """Complete the achievements whose thresholds are reached; return the first threshold that is not."""
    thresholds, cursor = counter.thresholds, counter_state.cursor
    while after >= thresholds[cursor] and cursor < len(counter.achievements):  # balances can be greater than BEYOND
        achievement = counter.achievements[cursor]
        if achievement.gate is not None:
            try_to_complete_achievement(agenda, state, achievement, at, announce=announce)
        elif qualifies_for_achievement(achievement, state):
            apply_completion(agenda, state, achievement, at, 1, announce)
        cursor += 1
    counter_state.cursor = cursor
    return thresholds[cursor]


def _recheck_gated_achievements(
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
            if (achievement, 1) in agenda.waiting:
                continue  # its threshold was passed just now
            try_to_complete_achievement(agenda, state, achievement, at, announce=announce)

"""The streak: events credit periods; a period that ends without a credit is carried by a freeze or loses the streak.

Periods are decided in order: ``covered`` is the last one that was credited or carried. Some need no decision, for they
are protected: by a pause, as days off, or because travel cut them short. The first one that is not protected is the
open one, and when it has ended a miss is due.

A local date can be shown twice, by clocks that go back over midnight or by travel to the west, so that a later period
may be credited while an earlier one is still open: such credits wait in ``early`` until the gap before them is closed.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from trophy_engine.calendar.instants import NEVER
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.effects import (
    FreezeConsumed,
    FreezeEarned,
    StreakExtended,
    StreakLost,
    StreakStarted,
)
from trophy_engine.core.pauses import Pauses
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.state import FREEZE, LAST_DAY, MISS, NO_PERIODS, UserState
from trophy_engine.core.travel import REACH, keep_streak
from trophy_engine.numbers import Number, add

__all__ = [
    "StreakFacts",
    "close_period",
    "count",
    "cover",
    "earn_freezes",
    "expires",
    "find_due_days",
    "lose",
    "open_period",
    "pass_unmissed",
    "take_facts",
]

_WEEK: Final = 7


def count(agenda: Agenda, state: UserState, streak: StreakPlan, metric: str, value: Number, at: int) -> bool:
    """Count an event towards the period of its local day; tell whether the conditions now hold and credit it."""
    period = streak.index(state.day)
    if period <= state.covered or (state.early and period in state.early) or metric not in streak.conditions:
        return False
    met = streak.single is not None and value >= streak.single and not state.sums
    if not met:
        sums = state.sums.get(period)
        if sums is None:
            sums = [0] * len(streak.thresholds)
            state.sums = {**state.sums, period: sums}
        place = streak.conditions[metric]
        sums[place] = add(sums[place], value)
        reached = [found >= threshold for found, threshold in zip(sums, streak.thresholds, strict=True)]
        met = all(reached) if streak.mode == "AND" else any(reached)
    if met:
        _credit(agenda, state, streak, period, at)
    elif len(state.sums) > 1:
        state.sums = {open_: sums for open_, sums in state.sums.items() if open_ > period - REACH}
    return met


def _credit(agenda: Agenda, state: UserState, streak: StreakPlan, period: int, at: int) -> None:
    before = state.length
    state.length = length = before + 1
    state.extended_at = at
    state.misses = ()
    if length > state.longest:
        state.longest = length
    first_day = streak.first_day(period)
    if before and period > state.covered + 1 and period > open_period(state, streak):
        state.early |= {period}
    else:
        cover(state, streak, period)
    if before:
        agenda.effects.append((StreakExtended, state.id, at, length, first_day))
    else:
        state.started = state.day
        agenda.effects.append((StreakStarted, state.id, at, length, first_day))
    if state.sums:
        state.sums = {open_: sums for open_, sums in state.sums.items() if open_ > state.covered}


def cover(state: UserState, streak: StreakPlan, period: int) -> None:
    """Take a period as decided, and with it those after it that were credited early."""
    state.covered = period
    if not (state.early or state.protected or state.pauses or streak.days_off):
        state.due_days[MISS] = streak.first_day(period + 2)
        return
    if state.protected and max(state.protected) <= period:
        state.protected = NO_PERIODS
    open_ = open_period(state, streak)
    while state.early and min(state.early) <= open_:
        behind = {early for early in state.early if early <= open_}
        state.early -= behind
        state.covered = max(behind)
        open_ = open_period(state, streak)
    state.due_days[MISS] = _end(streak, open_)


def _end(streak: StreakPlan, open_: int) -> int:
    """Give the day at whose midnight the open period will have been missed."""
    return NEVER if open_ == NEVER else streak.first_day(open_ + 1)


def open_period(state: UserState, streak: StreakPlan) -> int:
    """Give the first undecided period that nothing protects, or ``NEVER``."""
    period = state.covered + 1
    if not (state.protected or state.pauses or streak.days_off):
        return period
    return _unprotected(period, streak, state.protected, state.pauses)


def _unprotected(period: int, streak: StreakPlan, protected: frozenset[int], pauses: Pauses) -> int:
    if len(streak.days_off) == _WEEK:
        return NEVER
    while True:
        first_day = streak.first_day(period)
        if first_day > LAST_DAY:
            return NEVER
        paused = pauses.end_of_stretch(first_day, streak.first_day(period + 1)) if pauses else None
        if paused is not None and paused >= LAST_DAY:
            return NEVER
        if paused is not None:
            period = max(period, streak.index(paused)) + 1
        elif period in protected or first_day % _WEEK in streak.days_off:
            period += 1
        else:
            return period


def pass_unmissed(state: UserState, before: StreakPlan, after: StreakPlan) -> None:
    """Take the days off that are over as decided, if others are about to take their place."""
    if state.length and before.days_off != after.days_off:
        last = min(open_period(state, before), before.index(state.day)) - 1
        if last > state.covered:
            cover(state, before, last)


def find_due_days(state: UserState, streak: StreakPlan) -> None:
    """Find at which midnights the open period will have been missed, and freezes come."""
    state.due_days[MISS] = _end(streak, open_period(state, streak)) if state.length else NEVER
    state.due_days[FREEZE] = _next_freeze_day(state, streak)


def close_period(agenda: Agenda, state: UserState, streak: StreakPlan, at: int) -> None:
    """Close the open period, which nothing credited: a freeze carries it, or the streak is lost.

    A date that the calendar skipped cannot be missed. It is protected and not covered, for another zone can show it.
    """
    period = open_period(state, streak)
    if streak.daily and not state.zone.exists(period):
        state.protected |= {period}
        state.due_days[MISS] = _end(streak, open_period(state, streak))
    elif streak.freezes is not None and state.freezes:
        keep_streak(state, period, frozen=True)
        was_full = state.freezes >= streak.freezes.max_count
        state.freezes -= 1
        state.freezes_used += 1
        if was_full:  # grants that found no room are gone
            state.freeze_day = max(state.freeze_day, streak.first_day(period + 1) - 1)
            state.due_days[FREEZE] = _next_freeze_day(state, streak)
        cover(state, streak, period)
        agenda.effects.append((FreezeConsumed, state.id, at, state.freezes, state.length, streak.first_day(period)))
    else:
        keep_streak(state, period, frozen=False)
        lose(agenda, state, streak, period, at)


def lose(agenda: Agenda, state: UserState, streak: StreakPlan, period: int, at: int) -> None:
    """Lose the streak in a period; what was credited after it begins the next one."""
    early, state.early = state.early, NO_PERIODS
    length, first_day = state.length - len(early), streak.first_day(period)
    agenda.effects.append((StreakLost, state.id, at, length, first_day))
    state.remember_loss(first_day - 1, length)
    state.length = 0
    state.started = None
    state.due_days[MISS] = NEVER
    for again, credited in enumerate(sorted(early), start=1):
        first_day = streak.first_day(credited)
        state.length = again
        if again == 1:
            state.started = first_day
        kind = StreakStarted if again == 1 else StreakExtended
        agenda.effects.append((kind, state.id, at, again, first_day))
        cover(state, streak, credited)


def _next_freeze_day(state: UserState, streak: StreakPlan) -> int:
    rule = streak.freezes
    if rule is None or rule.auto_earn_interval is None or state.freezes >= rule.max_count:
        return NEVER
    intervals = (state.freeze_day - state.freeze_anchor) // rule.auto_earn_interval + 1
    return state.freeze_anchor + intervals * rule.auto_earn_interval


def earn_freezes(agenda: Agenda, state: UserState, streak: StreakPlan, at: int) -> None:
    """Grant the freezes that are due, as many as there is room for; while there is none, none are due."""
    state.freeze_day = state.due_days[FREEZE]
    rule = streak.freezes
    if rule is None or rule.auto_earn_amount is None:
        return
    earned = min(rule.auto_earn_amount, rule.max_count - state.freezes)
    state.freezes += earned
    state.due_days[FREEZE] = _next_freeze_day(state, streak)
    agenda.effects.append((FreezeEarned, state.id, at, earned, state.freezes))


class StreakFacts(NamedTuple):
    """What there is to say about a user's streak, unchanged by what happens to the user later."""

    length: int
    longest: int
    started: int | None
    extended_at: int | None
    freezes: int
    day: int
    covered: int
    early: frozenset[int]
    protected: frozenset[int]
    pauses: Pauses
    own: StreakPlan | None
    zone: Zone


def take_facts(state: UserState) -> tuple[Any, ...]:
    """Take down the facts of a user's streak, bare; ``StreakFacts(*taken)`` gives them their names."""
    return (
        state.length,
        state.longest,
        state.started,
        state.extended_at,
        state.freezes,
        state.day,
        state.covered,
        state.early,
        state.protected,
        state.pauses,
        state.own,
        state.zone,
    )


def expires(found: StreakFacts, streak: StreakPlan) -> int | None:
    """Give the last local day on which activity still saves a running streak, freezes left aside; None for never."""
    streak = found.own or streak
    period = found.covered + 1
    while True:
        period = _unprotected(period, streak, found.protected, found.pauses)
        if period == NEVER:
            return None
        if period not in found.early and (not streak.daily or found.zone.exists(period)):
            return streak.first_day(period + 1) - 1
        period += 1

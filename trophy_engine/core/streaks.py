"""The streak: events credit periods; a period that ends without a credit is carried by a freeze or loses the streak.

Periods are decided in order: ``covered`` is the last one that was credited or carried. A local date can be shown twice,
by clocks that go back over midnight or by travel to the west, so that a later period may be credited while an earlier
one is still open: such credits wait in ``early`` until the gap before them is closed.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from trophy_engine.calendar.instants import NEVER
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.effects import (
    FreezeConsumed,
    FreezeEarned,
    StreakExtended,
    StreakLost,
    StreakStarted,
)
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.state import FREEZE, MISS, UserState
from trophy_engine.core.turn import Turn
from trophy_engine.numbers import Number, add

__all__ = [
    "StreakFacts",
    "close_period",
    "count",
    "earn_freezes",
    "expires",
    "find_due_days",
    "protect",
    "take_facts",
]

#: How many periods back an open period can lie: zones are at most two days apart.
_REACH: Final = 3


def count(turn: Turn, state: UserState, streak: StreakPlan, condition: int, value: Number, at: int) -> bool:
    """Count an event towards the period of its local day; tell whether the conditions now hold and credit it."""
    period = streak.index(state.day)
    if period <= state.covered or (state.early and period in state.early):
        return False
    met = streak.single is not None and value >= streak.single and not state.sums
    if not met:
        sums = state.sums.get(period)
        if sums is None:
            sums = state.sums[period] = [0] * len(streak.thresholds)
        sums[condition] = add(sums[condition], value)
        reached = [found >= threshold for found, threshold in zip(sums, streak.thresholds, strict=True)]
        met = all(reached) if streak.mode == "AND" else any(reached)
    if met:
        _credit(turn, state, streak, period, at)
    elif len(state.sums) > 1:
        state.sums = {open_: sums for open_, sums in state.sums.items() if open_ > period - _REACH}
    return met


def _credit(turn: Turn, state: UserState, streak: StreakPlan, period: int, at: int) -> None:
    before = state.length
    state.length = length = before + 1
    state.extended_at = at
    state.longest = max(state.longest, length)
    first_day = streak.first_day(period)
    if before and period > state.covered + 1:
        state.early |= {period}
    else:
        _cover(state, streak, period)
    if before:
        turn.effects.append((StreakExtended, state.id, at, length, first_day))
    else:
        state.started = state.day
        turn.effects.append((StreakStarted, state.id, at, length, first_day))
    if state.sums:
        state.sums = {open_: sums for open_, sums in state.sums.items() if open_ > state.covered}


def _cover(state: UserState, streak: StreakPlan, period: int) -> None:
    while state.early and period + 1 in state.early:
        period += 1
        state.early -= {period}
    state.covered = period
    state.due_days[MISS] = streak.first_day(period + 2)


def find_due_days(state: UserState, streak: StreakPlan) -> None:
    """Find at which midnights the first undecided period will have been missed, and freezes come."""
    state.due_days[MISS] = streak.first_day(state.covered + 2) if state.length else NEVER
    state.due_days[FREEZE] = _next_freeze_day(state, streak)


def close_period(turn: Turn, state: UserState, streak: StreakPlan, at: int) -> None:
    """Close the first undecided period, which nothing credited: it is protected, carried by a freeze, or loses all."""
    period = state.covered + 1
    first_day = streak.first_day(period)
    if streak.daily and (period in state.protected or not state.zone.exists(period)):
        _cover(state, streak, period)
    elif streak.freezes is not None and state.freezes:
        was_full = state.freezes >= streak.freezes.max_count
        state.freezes -= 1
        state.freezes_used += 1
        if was_full:  # grants that found no room are gone
            state.freeze_day = max(state.freeze_day, streak.first_day(period + 1) - 1)
            state.due_days[FREEZE] = _next_freeze_day(state, streak)
        _cover(state, streak, period)
        turn.effects.append((FreezeConsumed, state.id, at, state.freezes, state.length, first_day))
    else:
        _lose(turn, state, streak, period, at)


def _lose(turn: Turn, state: UserState, streak: StreakPlan, period: int, at: int) -> None:
    early, state.early = state.early, frozenset()
    turn.effects.append(
        (StreakLost, state.id, at, state.length - len(early), streak.first_day(period)),
    )
    state.length = 0
    state.started = None
    state.due_days[MISS] = NEVER
    for length, credited in enumerate(sorted(early), start=1):
        first_day = streak.first_day(credited)
        state.length = length
        if length == 1:
            state.started = first_day
        kind = StreakStarted if length == 1 else StreakExtended
        turn.effects.append((kind, state.id, at, length, first_day))
        _cover(state, streak, credited)


def protect(state: UserState, streak: StreakPlan, departure: int, arrival: int) -> None:
    """Protect the local days that a jump to the east cut short: that of departure, those skipped, that of arrival."""
    if streak.daily:
        known = (day for day in state.protected if day > departure - _REACH)
        cut_short = (day for day in range(departure, arrival + 1) if day > state.covered)
        state.protected = frozenset((*known, *cut_short))


def _next_freeze_day(state: UserState, streak: StreakPlan) -> int:
    rule = streak.freezes
    if rule is None or rule.auto_earn_interval is None or state.freezes >= rule.max_count:
        return NEVER
    intervals = (state.freeze_day - state.created_day) // rule.auto_earn_interval + 1
    return state.created_day + intervals * rule.auto_earn_interval


def earn_freezes(turn: Turn, state: UserState, streak: StreakPlan, at: int) -> None:
    """Grant the freezes that are due, as many as there is room for; while there is none, none are due."""
    state.freeze_day = state.due_days[FREEZE]
    rule = streak.freezes
    if rule is None or rule.auto_earn_amount is None:
        return
    earned = min(rule.auto_earn_amount, rule.max_count - state.freezes)
    state.freezes += earned
    state.due_days[FREEZE] = _next_freeze_day(state, streak)
    turn.effects.append((FreezeEarned, state.id, at, earned, state.freezes))


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
        state.zone,
    )


def expires(found: StreakFacts, streak: StreakPlan) -> int:
    """Give the last local day on which activity still saves a running streak, freezes left aside."""
    period = found.covered + 1
    while streak.daily and (period in found.protected or period in found.early or not found.zone.exists(period)):
        period += 1
    return streak.first_day(period + 1) - 1

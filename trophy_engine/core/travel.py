"""Travel: what a change of time zone does to a streak.

A flight east cuts local dates short. They are protected until each of them is decided.

A flight west shows local dates again. A midnight of the old zone may have decided a period as missed although the new
zone still shows dates of it. If the user's very next command tells the new zone, that decision is undone, with the
decisions on later periods: the streak is as it was before them. For that, each decision on a missed period keeps the
streak that it found (``UserState.misses``).
"""

from __future__ import annotations

from typing import Final

from trophy_engine.core.agenda import Agenda
from trophy_engine.core.effects import FreezeReturned, StreakLossUndone
from trophy_engine.core.misses import Miss
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.state import UserState

__all__ = ["REACH", "keep_streak", "protect_cut_short", "undo_misses"]

#: How many periods back an open period can lie: zones are at most two days apart.
REACH: Final = 3


def protect_cut_short(state: UserState, streak: StreakPlan, departure: int, arrival: int) -> None:
    """Protect the local days that a jump east cuts short: the day of departure, those skipped, the day of arrival."""
    if not streak.daily:
        return
    # A running streak decides its days in order, and one that is not running has none left to decide but the latest.
    oldest = state.covered if state.length else departure - REACH
    known = (day for day in state.protected if day > oldest)
    cut_short = (day for day in range(departure, arrival + 1) if day > state.covered)
    state.protected = frozenset((*known, *cut_short))


def keep_streak(state: UserState, period: int, *, frozen: bool) -> None:
    """Keep the streak as it is before a decision on a missed period, and drop what can no longer be undone."""
    kept = tuple(miss for miss in state.misses if miss.commands == state.commands and miss.period > period - REACH)
    found = (state.length, state.started, state.covered, state.early, state.protected, state.losses)
    state.misses = (*kept, Miss(state.commands, period, frozen, *found))


def undo_misses(agenda: Agenda, state: UserState, streak: StreakPlan, today: int, at: int) -> None:
    """Undo the decisions since the user's last command on periods that are not over where the user is, latest first."""
    current = streak.index(today)
    while streak.daily and not state.zone.exists(current - 1):  # the user never saw that date
        current -= 1
    while state.misses and state.misses[-1].commands == state.commands and state.misses[-1].period >= current:
        *kept, miss = state.misses
        state.misses = tuple(kept)
        state.length, state.started, state.covered = miss.length, miss.started, miss.covered
        state.early, state.protected, state.losses = miss.early, miss.protected, miss.losses
        first_day = streak.first_day(miss.period)
        if miss.frozen:
            _return_freeze(agenda, state, streak, first_day, at)
        else:
            agenda.effects.append((StreakLossUndone, state.id, at, state.length, first_day))


def _return_freeze(agenda: Agenda, state: UserState, streak: StreakPlan, first_day: int, at: int) -> None:
    """Return the freeze that was spent on a period, unless one that was earned since has taken its room."""
    room = streak.freezes is not None and state.freezes < streak.freezes.max_count
    state.freezes += room
    state.freezes_used -= 1
    agenda.effects.append((FreezeReturned, state.id, at, state.freezes, state.length, first_day, int(room)))

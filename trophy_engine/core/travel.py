"""Travel: what a change of time zone does to streaks.

A flight east cuts local dates short. They are protected until each of them is decided.

A flight west shows local dates again. A midnight of the old zone may have decided a period as missed although the new
zone still shows dates of it. If the user's next command sets the new zone, that decision is undone, with the decisions
on later periods: the streak is as it was before them. For that, each decision on a missed period keeps the streak
before it (``UserState.misses``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from trophy_engine.calendar.zones import Zone
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.effects import FreezeReturned, StreakLossUndone
from trophy_engine.core.period_decisions import note_period_decision
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.state.misses import Miss

#: How many periods back an open period can lie: zones are at most two days apart.
REACH: Final = 3


def travel_to_zone(agenda: Agenda, state: UserState, streaks: Iterable[StreakPlan], time_zone: Zone, at: int) -> bool:
    """Set the zone of a user, with what that does to their streaks; return True if it is a jump east.

    The zone can also be the same with days that start earlier, which is east, or later, which is west.
    """
    departure, _ = state.clock.zone.window(at)
    arrival, _ = time_zone.window(at)
    jump_east = time_zone.date_offset(at) > state.clock.zone.date_offset(at)
    state.clock.zone = time_zone
    for streak in streaks:
        _undo_missed_periods(agenda, state, streak, arrival, at)
        if jump_east:
            _protect_days_cut_short(state, streak, departure, arrival)
    return jump_east


def _protect_days_cut_short(state: UserState, plan: StreakPlan, departure: int, arrival: int) -> None:
    """Protect the local days that a jump east cuts short: the day of departure, those skipped, the day of arrival."""
    if not plan.daily:
        return
    streak = state.change_streak(plan.place)
    # A running streak decides its days in order, and one that is not running has none left to decide but the latest.
    oldest = streak.decided_through if streak.length else departure - REACH
    known = (day for day in streak.protected_periods if day > oldest)
    cut_short = (day for day in range(departure, arrival + 1) if day > streak.decided_through)
    streak.protected_periods = frozenset((*known, *cut_short))


def store_missed_period(state: UserState, plan: StreakPlan, period: int, *, frozen: bool) -> None:
    """Store a decision on a missed period with the streak before it, and drop those that can no longer be undone."""
    miss = Miss(plan.key, state.commands, period, frozen, state.streaks[plan.place])
    if state.misses:
        kept = [
            former
            for former in state.misses
            if former.commands == state.commands and (former.key != plan.key or former.period > period - REACH)
        ]
        state.misses = (*kept, miss)
    else:
        state.misses = (miss,)


def _undo_missed_periods(agenda: Agenda, state: UserState, plan: StreakPlan, today: int, at: int) -> None:
    """Undo the decisions since the user's last command on periods that are not over in the new zone, latest first."""
    current = plan.index(today)
    while plan.daily and not state.clock.zone.exists(current - 1):  # the user never saw that date
        current -= 1
    for miss in reversed([miss for miss in state.misses if miss.key == plan.key]):
        if miss.commands != state.commands or miss.period < current:
            return
        state.misses = tuple(other for other in state.misses if other is not miss)
        streak = state.change_streak(plan.place)
        miss.undo(streak)
        first_day = plan.first_day(miss.period)
        if miss.is_frozen:
            _return_freeze(agenda, state, plan, first_day, at)
        else:
            agenda.effects.append((StreakLossUndone, state.id, at, plan.key, streak.length, first_day))
        if agenda.decisions is not None:
            first = streak.decided_through + 1
            note_period_decision(agenda.decisions, plan, streak, "undone", miss.period, at, first=first)


def _return_freeze(agenda: Agenda, state: UserState, plan: StreakPlan, first_day: int, at: int) -> None:
    """Return the freeze that was spent on a period, unless the user already has the maximum."""
    streak = state.streaks[plan.place]
    has_room = plan.freezes is not None and streak.freezes < plan.freezes.max_count
    streak.freezes += has_room
    streak.freezes_used -= 1
    effect = FreezeReturned, state.id, at, plan.key, streak.freezes, streak.length, first_day, int(has_room)
    agenda.effects.append(effect)

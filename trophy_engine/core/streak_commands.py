"""Streak commands: granting a freeze, pausing, ending a pause, restoring and resetting.

Each is applied to a copy of the state, settled to the instant of the command. So a command that is refused half-way
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, assert_never

from trophy_engine.calendar.frequencies import Daily, Monthly, Weekly
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.commands import ALL_STREAKS, GrantFreeze, Pause, ResetStreak, RestoreStreak, Unpause
from trophy_engine.core.effects import (
    FreezeGranted,
    StreakPaused,
    StreakReset,
    StreakRestored,
    StreakUnpaused,
)
from trophy_engine.core.period_decisions import note_period_decision, note_protected_periods
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.state.streak import NO_PERIODS, LostStreak
from trophy_engine.core.streaks import decide_period, find_streak_due_days, lose_streak
from trophy_engine.errors import FreezeLimitReached, InvalidValue, NoStreakToReset, NoStreakToRestore

StreakCommand = GrantFreeze | Pause | Unpause | RestoreStreak | ResetStreak

_DAYS_BACK: Final = 90


def apply_streak_command(agenda: Agenda, state: UserState, command: StreakCommand) -> None:
    """Apply a command to a user's streak; a pause can be of all of them.

    Raises:
        UnknownKey: the rules have no streak, or none with the key.
        InvalidValue: a pause would begin in the past or end before it begins, or the pause to end does not exist.
        FreezeLimitReached: the user has as many freezes as the rules allow.
        NoStreakToRestore: no recently lost streak is longer than the running one, or the user has disabled the streak.
        NoStreakToReset: the user has no running streak.
    """
    if isinstance(command, Pause) and isinstance(command.streak, str) and command.streak == ALL_STREAKS:
        streaks = agenda.plan.streaks or [agenda.plan.streak_of(None)]
    else:
        streaks = [agenda.plan.streak_of(command.streak)]
    for streak in streaks:
        plan = state.streaks[streak.place].custom_streak or streak
        _APPLY[type(command)](agenda, state, plan, command)
        find_streak_due_days(state, plan)
    state.clock.due = min(state.clock.due, command.at)


def _apply_grant_freeze_command(agenda: Agenda, state: UserState, plan: StreakPlan, command: GrantFreeze) -> None:
    rule = agenda.plan.streaks[plan.place].freezes
    freezes = state.streaks[plan.place].freezes
    if rule is None or freezes >= rule.max_count:
        raise FreezeLimitReached(state.id, freezes, command.streak)
    state.change_streak(plan.place).freezes = freezes + 1
    agenda.effects.append((FreezeGranted, state.id, command.at, plan.key, 1, freezes + 1))


def _apply_pause_command(agenda: Agenda, state: UserState, plan: StreakPlan, command: Pause) -> None:
    start, end = (date.fromisoformat(day).toordinal() for day in (command.start, command.end))
    if start < state.clock.day:
        today = date.fromordinal(state.clock.day)
        message = f"a pause must not start before today, {today} for user {state.id!r}, but starts on {command.start}"
        raise InvalidValue(message)
    if end < start:
        raise InvalidValue(f"a pause must not end before it starts, but {command.end} is before {command.start}")
    streak = state.change_streak(plan.place)
    streak.pauses = streak.pauses.add((start, end, False))
    agenda.effects.append((StreakPaused, state.id, command.at, plan.key, len(streak.pauses), start, end))


def _apply_unpause_command(agenda: Agenda, state: UserState, plan: StreakPlan, command: Unpause) -> None:
    index, pauses = command.number - 1, state.streaks[plan.place].pauses
    if not 0 <= index < len(pauses) or pauses[index][2]:
        raise InvalidValue(f"user {state.id!r} has no pause {command.number} that can be taken back")
    start, end, _archived = pauses[index]
    streak = state.change_streak(plan.place)
    streak.pauses = pauses.replace(index, (start, min(end, state.clock.day - 1), True))
    agenda.effects.append((StreakUnpaused, state.id, command.at, plan.key, command.number))


def _apply_restore_command(agenda: Agenda, state: UserState, plan: StreakPlan, command: RestoreStreak) -> None:
    """Continue a lost streak: the periods since are decided; the present one is protected and can still be credited."""
    before = state.streaks[plan.place].length
    lost = _find_restorable_streak(state, plan)
    if lost is None or lost.length <= before or not plan.conditions:
        raise NoStreakToRestore(state.id, before, command.streak)
    streak = state.change_streak(plan.place)
    period = plan.index(state.clock.day)
    through = lost.decided_through
    if before:  # a flight west may show earlier dates
        through = max(through, streak.decided_through, *streak.credited_ahead)
    streak.length, streak.started = lost.length, lost.started
    streak.longest = max(streak.longest, lost.length)
    streak.credited_ahead = NO_PERIODS
    if through < period:
        streak.protected_periods |= {period}
    decide_period(streak, plan, max(through, period - 1))
    first_day = plan.first_day(period)
    agenda.effects.append((StreakRestored, state.id, command.at, plan.key, lost.length, before, first_day))
    if agenda.decisions is not None:
        first = min(plan.index(lost.last_day + 1), period)
        note_period_decision(agenda.decisions, plan, streak, "restored", period, command.at, first=first)


def _find_restorable_streak(state: UserState, plan: StreakPlan) -> LostStreak | None:
    """Return the longest streak that was lost recently enough to be restored, the latest of equal ones, or None."""
    today = date.fromordinal(state.clock.day)
    match plan.calendar.unit:
        case "day":
            since = state.clock.day - _DAYS_BACK
        case "week":
            since = plan.first_day(plan.index(date(today.year, 1, 1).toordinal()))
        case "month":
            since = date(today.year - 1, 1, 1).toordinal()
        case _:
            assert_never(plan.calendar.unit)
    if not isinstance(plan.calendar, Daily | Weekly | Monthly):  # of long periods, the last loss is never too old
        since = min(since, plan.first_day(plan.index(state.clock.day) - 1) - 1)
    recent = [lost for lost in state.streaks[plan.place].lost_streaks if lost.last_day >= since]
    return max(reversed(recent), key=lambda lost: lost.length, default=None)


def _apply_reset_command(agenda: Agenda, state: UserState, plan: StreakPlan, command: ResetStreak) -> None:
    """End a streak; only events after the reset count towards the present period."""
    if not state.streaks[plan.place].length:
        raise NoStreakToReset(state.id, command.streak)
    streak = state.change_streak(plan.place)
    through = streak.decided_through
    period = plan.index(state.clock.day)
    agenda.effects.append((StreakReset, state.id, command.at, plan.key, streak.length, plan.first_day(period)))
    if agenda.decisions is not None:
        note_protected_periods(agenda.decisions, plan, streak, through + 1, period - 1, command.at)
    streak.credited_ahead = NO_PERIODS
    lose_streak(agenda, state, plan, period, command.at, "reset")
    streak.decided_through = min(through, period - 1)
    streak.protected_periods = NO_PERIODS
    state.drop_totals(plan)


_APPLY: Final[dict[type[StreakCommand], Callable[[Agenda, UserState, StreakPlan, Any], None]]] = {
    GrantFreeze: _apply_grant_freeze_command,
    Pause: _apply_pause_command,
    Unpause: _apply_unpause_command,
    RestoreStreak: _apply_restore_command,
    ResetStreak: _apply_reset_command,
}

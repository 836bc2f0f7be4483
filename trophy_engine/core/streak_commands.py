"""Care: what an application does to a user's streak by hand: freezes given, pauses, restoring and resetting.

Each is done to a copy of a state that is settled to the instant, so that it can be refused on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from trophy_engine.core.agenda import Agenda
from trophy_engine.core.commands import GrantFreeze, Pause, ResetStreak, RestoreStreak, Unpause
from trophy_engine.core.effects import (
    FreezeGranted,
    StreakPaused,
    StreakReset,
    StreakRestored,
    StreakUnpaused,
)
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.state import NO_PERIODS, UserState
from trophy_engine.core.streaks import cover, find_due_days, lose
from trophy_engine.errors import FreezeLimitReached, InvalidValue, NoStreakToReset, NoStreakToRestore, UnknownKey
from trophy_engine.rules.streak import Streak

__all__ = ["Care", "apply_streak_command"]

Care = GrantFreeze | Pause | Unpause | RestoreStreak | ResetStreak

_DAYS_BACK: Final = 90


def apply_streak_command(agenda: Agenda, state: UserState, command: Care) -> None:
    """Do a command to a user's streak.

    Raises:
        UnknownKey: the rules have no streak.
        InvalidValue: a pause would begin in the past or end before it begins, or there is no such pause.
        FreezeLimitReached: they hold as many freezes as the rules allow.
        NoStreakToRestore: they have lost no streak of late that was longer than the one they have.
        NoStreakToReset: they have no streak.
    """
    if agenda.plan.streak is None:
        raise UnknownKey("rule", "streak", ())
    streak = state.own or agenda.plan.streak
    _CARES[type(command)](agenda, state, streak, command)
    find_due_days(state, streak)
    state.due = min(state.due, command.at)


def _grant(agenda: Agenda, state: UserState, _: StreakPlan, command: GrantFreeze) -> None:
    freezes = None if agenda.plan.streak is None else agenda.plan.streak.freezes
    if freezes is None or state.freezes >= freezes.max_count:
        raise FreezeLimitReached(state.id, state.freezes)
    state.freezes += 1
    agenda.effects.append((FreezeGranted, state.id, command.at, 1, state.freezes))


def _pause(agenda: Agenda, state: UserState, _: StreakPlan, command: Pause) -> None:
    start, end = (date.fromisoformat(day).toordinal() for day in (command.start, command.end))
    if start < state.day:
        today = date.fromordinal(state.day)
        message = f"a pause must not start before today, {today} for user {state.id!r}, not {command.start}"
        raise InvalidValue(message)
    if end < start:
        raise InvalidValue(f"a pause must not end before it starts, but {command.end} is before {command.start}")
    state.pauses = state.pauses.add((start, end, False))
    agenda.effects.append((StreakPaused, state.id, command.at, len(state.pauses), start, end))


def _unpause(agenda: Agenda, state: UserState, _: StreakPlan, command: Unpause) -> None:
    place = command.number - 1
    if not 0 <= place < len(state.pauses) or state.pauses[place][2]:
        raise InvalidValue(f"user {state.id!r} has no pause {command.number} that could be taken back")
    start, end, _archived = state.pauses[place]
    state.pauses = state.pauses.replace(place, (start, min(end, state.day - 1), True))
    agenda.effects.append((StreakUnpaused, state.id, command.at, command.number))


def _restore(agenda: Agenda, state: UserState, streak: StreakPlan, command: RestoreStreak) -> None:
    """Let a lost streak run on: everything since is carried, and so is today, which can still be credited."""
    rule = agenda.plan.ruleset.streak
    found = None if rule is None else _longest_lost(state, rule)
    before = state.length
    if found is None or found[0] <= before or not streak.conditions:
        raise NoStreakToRestore(state.id, before)
    period = streak.index(state.day)
    done = max(found[2], state.covered, *state.early) if before else found[2]  # a flight west may show earlier dates
    state.length, state.started, _ = found
    state.longest = max(state.longest, state.length)
    state.early = NO_PERIODS
    if done < period:
        state.protected |= {period}
    cover(state, streak, max(done, period - 1))
    agenda.effects.append((StreakRestored, state.id, command.at, state.length, before, streak.first_day(period)))


def _longest_lost(state: UserState, rule: Streak) -> tuple[int, int, int] | None:
    """Find the longest streak that was lost of late, the last of equals: its length, its start, its last period."""
    today = date.fromordinal(state.day)
    if rule.frequency == "daily":
        since = state.day - _DAYS_BACK
    elif rule.frequency == "weekly":
        since = rule.calendar.first_day(rule.calendar.index(date(today.year, 1, 1).toordinal()))
    else:
        since = date(today.year - 1, 1, 1).toordinal()
    lost = [loss[1:] for loss in state.losses if loss[0] >= since]
    return max(reversed(lost), key=lambda one: one[0], default=None)


def _reset(agenda: Agenda, state: UserState, streak: StreakPlan, command: ResetStreak) -> None:
    """End the streak; only what comes after counts towards the present period."""
    if not state.length:
        raise NoStreakToReset(state.id)
    period = streak.index(state.day)
    agenda.effects.append((StreakReset, state.id, command.at, state.length, streak.first_day(period)))
    state.early = NO_PERIODS
    lose(agenda, state, streak, period, command.at)
    state.covered = min(state.covered, period - 1)
    state.protected = NO_PERIODS
    state.sums = {}


_CARES: Final[dict[type[Care], Callable[[Agenda, UserState, StreakPlan, Any], None]]] = {
    GrantFreeze: _grant,
    Pause: _pause,
    Unpause: _unpause,
    RestoreStreak: _restore,
    ResetStreak: _reset,
}

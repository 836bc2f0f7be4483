"""The laws of streaks: freezes are conserved, and a length is a number of credited periods."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.effects import (
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    StreakExtended,
    StreakLost,
    StreakRestored,
    StreakStarted,
    UserChanged,
)
from trophy_engine.engine import Engine
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.testing.agreement import agree, holds
from trophy_engine.testing.histories import History
from trophy_engine.testing.performance import play

__all__ = ["freezes_are_conserved", "length_counts_credited_periods"]


def _lived(ruleset: Ruleset, history: History) -> tuple[Engine, list[Effect]]:
    """Do a history to its end, and settle."""
    engine = Engine(ruleset)
    effects = play(engine, history)
    return engine, [*effects, *engine.settle(at=from_micros(history.commands[-1].at))]


def freezes_are_conserved(ruleset: Ruleset, history: History) -> None:
    """Freezes: granted and earned = held + consumed; at most one is consumed a period, and none without a streak."""
    if ruleset.streak is None or ruleset.streak.freezes is None:
        return
    engine, effects = _lived(ruleset, history)
    end = from_micros(history.commands[-1].at)
    for user in engine.users():
        consumed = _check_freezes(user, effects, ruleset.streak.freezes.max_count)
        held = sum(_change(effect) for effect in effects if effect.user_id == user)
        player = engine.user(user, at=end)
        agree((player.freezes, player.freezes_used), (held, consumed), f"freezes held and used by {user}")


def _change(effect: Effect) -> int:
    match effect:
        case FreezeGranted(granted=granted):
            return granted
        case FreezeEarned(earned=earned):
            return earned
        case FreezeConsumed(consumed=consumed):
            return -consumed
        case _:
            return 0


def _check_freezes(user: str, effects: Iterable[Effect], most: int) -> int:
    """Follow a user's freezes; give how many were consumed."""
    held = 0
    periods: set[date] = set()
    for effect in effects:
        if effect.user_id != user or not isinstance(effect, FreezeGranted | FreezeEarned | FreezeConsumed):
            continue
        held += _change(effect)
        agree(effect.freezes, held, f"the freezes that {effect} leaves")
        holds(0 <= held <= most, f"{held} freezes held, of at most {most}, after {effect}")
        holds(_change(effect), f"{effect} changes nothing")
        if isinstance(effect, FreezeConsumed):
            holds(effect.length > 0, f"{effect} carried a streak that was none")
            holds(effect.consumed == 1, f"{effect} consumed more than one")
            holds(effect.period_start not in periods, f"{effect} is the second for its period")
            periods.add(effect.period_start)
    return len(periods)


def length_counts_credited_periods(ruleset: Ruleset, history: History) -> None:
    """A streak is as long as the periods that were credited, never longer than the periods since it began."""
    if ruleset.streak is None:
        return
    engine, effects = _lived(ruleset, history)
    end = from_micros(history.commands[-1].at)
    for user in engine.users():
        credited = _credited(user, effects)
        streak = engine.user(user, at=end).streak
        holds(streak is not None, "the rules have a streak, and the user has none")
        if streak is None:
            return
        agree(streak.length, len(credited), f"the length of {user}'s streak")
        if credited:
            calendar = ruleset.streak.calendar
            first, last = (calendar.index(day.toordinal()) for day in (min(credited), max(credited)))
            holds(len(credited) <= last - first + 1, f"{len(credited)} periods from {min(credited)} to {max(credited)}")


def _credited(user: str, effects: Iterable[Effect]) -> list[date]:
    """Follow a user's streak; give the periods that the running one is credited with."""
    credited: list[date] = []
    lost: list[list[date]] = []
    for effect in effects:
        if effect.user_id != user:
            continue
        match effect:
            case StreakLost(length=length):
                agree(length, len(credited), f"the length that {effect} says")
                lost.append(credited)
                credited = []
            case StreakRestored(before=before, length=length):
                agree(before, len(credited), f"the length before {effect}")
                holds(length > before, f"{effect} shortens the streak")
                credited = next((one.copy() for one in reversed(lost) if len(one) == length), [])
            case UserChanged(field="preferences.streak.enabled", after="false"):
                credited = []
            case FreezeConsumed(length=length):
                agree(length, len(credited), f"the length that {effect} says")
            case StreakStarted(length=length, period_start=start) | StreakExtended(length=length, period_start=start):
                holds(start not in credited, f"{effect} credits a period twice")
                credited.append(start)
                agree(length, len(credited), f"the length that {effect} says")
            case _:
                pass
    return credited

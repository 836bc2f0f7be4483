"""Streaks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from trophy_engine.reports.streak_history import StreakPeriod
from trophy_engine.trophy_api.serializers.values import Json, day, instant
from trophy_engine.views.progress import PauseView, StreakView

__all__ = ["base_streak", "event_streak", "extended_at", "full_streak"]

#: What rules without a streak look like from outside.
_NONE: Final[Json] = {
    "length": 0,
    "frequency": "daily",
    "started": None,
    "periodStart": None,
    "periodEnd": None,
    "expires": None,
}


def base_streak(streak: StreakView | None) -> Json:
    """Write what every streak has; freezes only where the rules have them."""
    if streak is None:
        return dict(_NONE)
    written: Json = {
        "length": streak.length,
        "frequency": streak.frequency,
        "started": day(streak.started),
        "periodStart": day(streak.period_start),
        "periodEnd": day(streak.period_end),
        "expires": day(streak.expires),
    }
    supply = {
        "freezes": streak.freezes,
        "maxFreezes": streak.max_freezes,
        "freezeAutoEarnInterval": streak.freeze_auto_earn_interval,
        "freezeAutoEarnAmount": streak.freeze_auto_earn_amount,
    }
    return written | {name: value for name, value in supply.items() if value is not None}


def event_streak(streak: StreakView | None) -> Json:
    """Write the streak after an event."""
    return base_streak(streak) | {"extended": streak is not None and streak.extended}


def extended_at(streak: StreakView | None) -> str | None:
    """Write when a streak was last extended, null where there is none."""
    return None if streak is None or streak.extended_at is None else instant(streak.extended_at)


def full_streak(streak: StreakView | None, history: Iterable[StreakPeriod], pauses: Iterable[PauseView]) -> Json:
    """Write a streak with what its last periods were to it, and the pauses that are not over."""
    with_freezes = streak is not None and streak.freezes is not None
    return base_streak(streak) | {
        "extended": extended_at(streak),
        "streakHistory": [_period(one, with_freezes=with_freezes) for one in history],
        "pauses": [{"id": str(one.id), "start": one.start.isoformat(), "end": one.end.isoformat()} for one in pauses],
    }


def _period(one: StreakPeriod, *, with_freezes: bool) -> Json:
    return {
        "periodStart": one.period_start.isoformat(),
        "periodEnd": one.period_end.isoformat(),
        "length": one.length,
        **({"usedFreeze": one.used_freeze} if with_freezes else {}),
        "usedPause": one.used_pause,
        **({} if one.reset_at is None else {"resetAt": instant(one.reset_at)}),
    }

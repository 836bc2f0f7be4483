"""Serializers of streaks."""

from __future__ import annotations

from collections.abc import Iterable

from trophy_engine.reports.streak_history import StreakPeriod
from trophy_engine.trophy_api.serializers.values import Json, serialize_date, serialize_instant
from trophy_engine.views.progress import PauseView, StreakView


def serialize_streak(streak: StreakView) -> Json:
    """Serialize the fields of every streak; the fields of freezes only if the rules have freezes."""
    serialized: Json = {
        "length": streak.length,
        "frequency": str(streak.frequency),
        "started": serialize_date(streak.started),
        "periodStart": serialize_date(streak.period_start),
        "periodEnd": serialize_date(streak.period_end),
        "expires": serialize_date(streak.expires),
    }
    freeze_fields = {
        "freezes": streak.freezes,
        "maxFreezes": streak.max_freezes,
        "freezeAutoEarnInterval": streak.freeze_auto_earn_interval,
        "freezeAutoEarnAmount": streak.freeze_auto_earn_amount,
    }
    return serialized | {name: value for name, value in freeze_fields.items() if value is not None}


def serialize_event_streak(streak: StreakView) -> Json:
    """Serialize the streak after an event."""
    return serialize_streak(streak) | {"extended": streak.extended}


def serialize_extended_at(streak: StreakView) -> str | None:
    """Serialize the instant when a streak was last extended, or null."""
    return None if streak.extended_at is None else serialize_instant(streak.extended_at)


def serialize_streak_with_history(
    streak: StreakView, history: Iterable[StreakPeriod], pauses: Iterable[PauseView]
) -> Json:
    """Serialize a streak with the history of its last periods and the given pauses."""
    with_freezes = streak.freezes is not None
    return serialize_streak(streak) | {
        "extended": serialize_extended_at(streak),
        "streakHistory": [_serialize_period(period, with_freezes=with_freezes) for period in history],
        "pauses": [
            {"id": str(pause.id), "start": pause.start.isoformat(), "end": pause.end.isoformat()} for pause in pauses
        ],
    }


def _serialize_period(period: StreakPeriod, *, with_freezes: bool) -> Json:
    return {
        "periodStart": period.period_start.isoformat(),
        "periodEnd": period.period_end.isoformat(),
        "length": period.length,
        **({"usedFreeze": period.used_freeze} if with_freezes else {}),
        "usedPause": period.used_pause,
        **({} if period.reset_at is None else {"resetAt": serialize_instant(period.reset_at)}),
    }

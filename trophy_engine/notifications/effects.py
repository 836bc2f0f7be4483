"""Effects that announce something: what is due to be sent to a user, and what changed since the last announcement."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final

import attrs

from trophy_engine.core import CORE_EFFECTS, AchievementEffect, Effect, as_effect_date
from trophy_engine.leaderboards.views import LeaderboardRow
from trophy_engine.numbers import Number
from trophy_engine.rules.points import Boost

__all__ = [
    "EFFECTS",
    "AchievementDue",
    "BoostFinished",
    "BoostStarted",
    "LeaderboardChanged",
    "LeaderboardFinished",
    "LeaderboardStarted",
    "PointsChanged",
    "RankChanged",
    "ReactivationDue",
    "RecapDue",
    "StreakReminderDue",
]


def _announced_end_date(value: int | date | None) -> date | None:
    return None if value is None else as_effect_date(value)


@attrs.frozen
class PointsChanged(Effect):
    """A balance changed; ``added`` is the sum of the awards and deductions since the last notification."""

    type: ClassVar[str] = "points.changed"
    system: str
    total: int
    added: int


@attrs.frozen
class BoostStarted(Effect):
    """A boost begins: announced to all users the day before, to a single user at the midnight of its first day."""

    type: ClassVar[str] = "points.boost_started"
    system: str
    boost: Boost


@attrs.frozen
class BoostFinished(Effect):
    """A boost is over: announced to all users the day after, to a single user at the midnight after its last day."""

    type: ClassVar[str] = "points.boost_finished"
    system: str
    boost: Boost


@attrs.frozen
class LeaderboardStarted(Effect):
    """A run of a leaderboard begins, on the local dates from ``start`` to ``end`` (None for no end).

    ``rankings`` are its first ten rows; only a leaderboard by streak can have any before the first event of the run.
    """

    type: ClassVar[str] = "leaderboard.started"
    leaderboard: str
    start: date = attrs.field(converter=as_effect_date)
    end: date | None = attrs.field(converter=_announced_end_date)
    rankings: tuple[LeaderboardRow, ...]


@attrs.frozen
class LeaderboardFinished(Effect):
    """A run of a leaderboard is over; ``rankings`` are its first ten rows, ``end`` is None where none was set."""

    type: ClassVar[str] = "leaderboard.finished"
    leaderboard: str
    start: date = attrs.field(converter=as_effect_date)
    end: date | None = attrs.field(converter=_announced_end_date)
    rankings: tuple[LeaderboardRow, ...]


@attrs.frozen
class LeaderboardChanged(Effect):
    """Positions on a leaderboard changed, in the run that started on ``run``; ``rankings`` are its first ten rows."""

    type: ClassVar[str] = "leaderboard.changed"
    leaderboard: str
    run: date = attrs.field(converter=as_effect_date)
    rankings: tuple[LeaderboardRow, ...]


@attrs.frozen
class RankChanged(Effect):
    """The user's rank on a leaderboard changed since the last notification; None for a user who is not ranked."""

    type: ClassVar[str] = "leaderboard.rank_changed"
    leaderboard: str
    run: date = attrs.field(converter=as_effect_date)
    rank: int | None
    previous_rank: int | None
    value: Number | None
    previous_value: Number | None


@attrs.frozen
class RecapDue(Effect):
    """A recap of the week or month of these local dates, in which the user was active, is due."""

    type: ClassVar[str] = "emails.recap_due"
    period_start: date = attrs.field(converter=as_effect_date)
    period_end: date = attrs.field(converter=as_effect_date)


@attrs.frozen
class ReactivationDue(Effect):
    """A reactivation message is due: the first to the fifth since the user was last active."""

    type: ClassVar[str] = "emails.reactivation_due"
    message_number: int
    days_since_last_active: int


@attrs.frozen
class StreakReminderDue(Effect):
    """A streak reminder is due: the period that starts on ``period_start`` is not credited yet."""

    type: ClassVar[str] = "emails.streak_reminder_due"
    length: int
    period_start: date = attrs.field(converter=as_effect_date)


@attrs.frozen
class AchievementDue(AchievementEffect):
    """An email about a completed achievement is due."""

    type: ClassVar[str] = "emails.achievement_due"


_NOTIFICATIONS: Final = (
    PointsChanged,
    BoostStarted,
    BoostFinished,
    LeaderboardStarted,
    LeaderboardFinished,
    LeaderboardChanged,
    RankChanged,
    RecapDue,
    ReactivationDue,
    StreakReminderDue,
    AchievementDue,
)

#: Every kind of effect, by its type.
EFFECTS: Final[dict[str, type[Effect]]] = {**CORE_EFFECTS, **{kind.type: kind for kind in _NOTIFICATIONS}}

"""Effects: what happened, as facts in the past tense.

Inside the core an effect is a bare tuple of its class and its fields, instants in microseconds and days as ordinals;
``raw_effects`` holds the readers for everywhere else.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.leaderboard_row import LeaderboardRow
from trophy_engine.identifiers import derive
from trophy_engine.numbers import Number
from trophy_engine.rules.points import Boost, PointsTrigger

__all__ = [
    "EFFECTS",
    "AchievementBackdated",
    "AchievementCompleted",
    "AchievementDue",
    "BoostFinished",
    "BoostStarted",
    "Effect",
    "FreezeConsumed",
    "FreezeEarned",
    "FreezeGranted",
    "FreezeReturned",
    "LeaderboardChanged",
    "LeaderboardFinished",
    "LeaderboardStarted",
    "LevelChanged",
    "MetricChanged",
    "PointsAwarded",
    "PointsChanged",
    "RankChanged",
    "RawEffect",
    "ReactivationDue",
    "RecapDue",
    "StreakExtended",
    "StreakLossUndone",
    "StreakLost",
    "StreakPaused",
    "StreakRecounted",
    "StreakReminderDue",
    "StreakReset",
    "StreakRestored",
    "StreakStarted",
    "StreakUnpaused",
    "UserChanged",
    "UserCreated",
    "completion_id",
]

#: The class of an effect, then its fields.
RawEffect = tuple[Any, ...]


def _as_instant(value: int | datetime) -> datetime:
    return from_micros(value) if isinstance(value, int) else value


def _as_date(value: int | date) -> date:
    return date.fromordinal(value) if isinstance(value, int) else value


def _as_date_or_none(value: int | date | None) -> date | None:
    return None if value is None else _as_date(value)


def completion_id(user_id: str, achievement: str) -> UUID:
    """Derive the identifier of a user's completion of an achievement; there is at most one."""
    return derive("completion", user_id, achievement)


@attrs.frozen(repr=False)
class Effect:
    """Something that happened to a user at an instant (aware, UTC); what concerns everybody has an empty user."""

    type: ClassVar[str]
    user_id: str
    at: datetime = attrs.field(converter=_as_instant)

    def __repr__(self) -> str:
        """Return the class and its fields; one method serves all kinds, for attrs takes long to make one for each."""
        values = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in attrs.fields(type(self)))
        return f"{type(self).__name__}({values})"


@attrs.frozen(repr=False)
class UserCreated(Effect):
    """The user was seen for the first time, in this time zone."""

    type: ClassVar[str] = "user.created"
    time_zone: str


@attrs.frozen(repr=False)
class UserChanged(Effect):
    """A field of the user took another value; ``attributes.KEY`` for an attribute."""

    type: ClassVar[str] = "user.changed"
    field: str
    before: str | None
    after: str | None


@attrs.frozen(repr=False)
class MetricChanged(Effect):
    """An event added its value to the user's total of a metric."""

    type: ClassVar[str] = "metric.changed"
    metric: str
    value: Number
    before: Number
    after: Number


@attrs.frozen(repr=False)
class StreakStarted(Effect):
    """The first period of a streak was credited; ``length`` is 1."""

    type: ClassVar[str] = "streak.started"
    length: int
    period_start: date = attrs.field(converter=_as_date)


@attrs.frozen(repr=False)
class StreakExtended(Effect):
    """A further period was credited; ``length`` counts it."""

    type: ClassVar[str] = "streak.extended"
    length: int
    period_start: date = attrs.field(converter=_as_date)


@attrs.frozen(repr=False)
class StreakLost(Effect):
    """The missed period that starts on ``period_start`` ended unprotected; ``length`` is what was lost."""

    type: ClassVar[str] = "streak.lost"
    length: int
    period_start: date = attrs.field(converter=_as_date)


@attrs.frozen(repr=False)
class FreezeConsumed(Effect):
    """A freeze carried the streak over the missed period; ``freezes`` are left."""

    type: ClassVar[str] = "streak.freeze_consumed"
    freezes: int
    length: int
    period_start: date = attrs.field(converter=_as_date)
    consumed: int = 1


@attrs.frozen(repr=False)
class StreakLossUndone(Effect):
    """A flight west shows dates of a missed period again: the streak that was lost in it runs on, at this length."""

    type: ClassVar[str] = "streak.loss_undone"
    length: int
    period_start: date = attrs.field(converter=_as_date)


@attrs.frozen(repr=False)
class FreezeReturned(Effect):
    """A flight west shows dates of a missed period again: the freeze spent on it is back, and ``freezes`` are held.

    ``returned`` is 0 where the user holds the maximum already, as when a freeze was earned in between.
    """

    type: ClassVar[str] = "streak.freeze_returned"
    freezes: int
    length: int
    period_start: date = attrs.field(converter=_as_date)
    returned: int = 1


@attrs.frozen(repr=False)
class FreezeEarned(Effect):
    """Freezes came with time, as many as the maximum allowed; ``freezes`` are held now."""

    type: ClassVar[str] = "streak.freeze_earned"
    earned: int
    freezes: int


@attrs.frozen(repr=False)
class FreezeGranted(Effect):
    """Freezes came with the creation of the user, or from the application; ``freezes`` are held now."""

    type: ClassVar[str] = "streak.freeze_granted"
    granted: int
    freezes: int


@attrs.frozen(repr=False)
class StreakPaused(Effect):
    """The streak will be safe on the dates from ``start`` to ``end``; ``number`` counts the user's pauses from 1."""

    type: ClassVar[str] = "streak.paused"
    number: int
    start: date = attrs.field(converter=_as_date)
    end: date = attrs.field(converter=_as_date)


@attrs.frozen(repr=False)
class StreakUnpaused(Effect):
    """A pause was taken back: from today on it protects no day."""

    type: ClassVar[str] = "streak.unpaused"
    number: int


@attrs.frozen(repr=False)
class StreakRestored(Effect):
    """A lost streak runs on, as long as it was; everything since is carried, today included."""

    type: ClassVar[str] = "streak.restored"
    length: int
    before: int
    period_start: date = attrs.field(converter=_as_date)


@attrs.frozen(repr=False)
class StreakReset(Effect):
    """The application ended the streak within the period that starts on ``period_start``; the loss follows."""

    type: ClassVar[str] = "streak.reset"
    length: int
    period_start: date = attrs.field(converter=_as_date)


@attrs.frozen(repr=False)
class StreakRecounted(Effect):
    """The rules cut the calendar in another way now, and this is the streak that the user's history comes to."""

    type: ClassVar[str] = "streak.recounted"
    before: int
    length: int


@attrs.frozen(repr=False)
class AchievementCompleted(Effect):
    """The user completed an achievement."""

    type: ClassVar[str] = "achievement.completed"
    achievement: str

    @property
    def completion_id(self) -> UUID:
        """The identifier of the completion."""
        return completion_id(self.user_id, self.achievement)


@attrs.frozen(repr=False)
class AchievementBackdated(Effect):
    """The user was found to have qualified before; it is held from now on, and neither announced nor paid for."""

    type: ClassVar[str] = "achievement.backdated"
    achievement: str

    @property
    def completion_id(self) -> UUID:
        """The identifier of the completion."""
        return completion_id(self.user_id, self.achievement)


@attrs.frozen(repr=False)
class PointsAwarded(Effect):
    """A trigger moved a points total: ``awarded`` after boosts and bounds, negative for a deduction.

    ``sequence`` numbers the user's awards in that system from 1; ``trigger_key`` tells the trigger from its like.
    """

    type: ClassVar[str] = "points.awarded"
    system: str
    trigger: PointsTrigger
    awarded: int
    before: int
    total: int
    boosts: tuple[Boost, ...]
    sequence: int
    trigger_key: str

    @property
    def award_id(self) -> UUID:
        """The identifier of the award."""
        return derive("award", self.user_id, self.system, self.sequence)


@attrs.frozen(repr=False)
class LevelChanged(Effect):
    """An award took the total across a level's threshold; levels by key, None below every level."""

    type: ClassVar[str] = "points.level_changed"
    system: str
    previous: str | None
    level: str | None
    total: int


@attrs.frozen(repr=False)
class PointsChanged(Effect):
    """A balance is another: ``added`` since it was last told of, in one award or in several, less what was taken."""

    type: ClassVar[str] = "points.changed"
    system: str
    total: int
    added: int


@attrs.frozen(repr=False)
class BoostStarted(Effect):
    """A boost is about to begin: for everybody the day before, for a single user at the midnight of its first day."""

    type: ClassVar[str] = "points.boost_started"
    system: str
    boost: Boost


@attrs.frozen(repr=False)
class BoostFinished(Effect):
    """A boost is over: for everybody since the day before, for a single user since the midnight after its last day."""

    type: ClassVar[str] = "points.boost_finished"
    system: str
    boost: Boost


@attrs.frozen(repr=False)
class LeaderboardStarted(Effect):
    """A run of a leaderboard begins, on the local dates from ``start`` to ``end`` (None for no end)."""

    type: ClassVar[str] = "leaderboard.started"
    leaderboard: str
    start: date = attrs.field(converter=_as_date)
    end: date | None = attrs.field(converter=_as_date_or_none)


@attrs.frozen(repr=False)
class LeaderboardFinished(Effect):
    """A run of a leaderboard is over; ``rankings`` are its first ten then, ``end`` is None where none was set."""

    type: ClassVar[str] = "leaderboard.finished"
    leaderboard: str
    start: date = attrs.field(converter=_as_date)
    end: date | None = attrs.field(converter=_as_date_or_none)
    rankings: tuple[LeaderboardRow, ...]


@attrs.frozen(repr=False)
class LeaderboardChanged(Effect):
    """Somebody stands elsewhere on a leaderboard, in the run that started on ``run``."""

    type: ClassVar[str] = "leaderboard.changed"
    leaderboard: str
    run: date = attrs.field(converter=_as_date)


@attrs.frozen(repr=False)
class RankChanged(Effect):
    """The user has another rank on a leaderboard than they were last told of; None stands for off the board."""

    type: ClassVar[str] = "leaderboard.rank_changed"
    leaderboard: str
    run: date = attrs.field(converter=_as_date)
    rank: int | None
    previous_rank: int | None
    value: Number | None
    previous_value: Number | None


@attrs.frozen(repr=False)
class RecapDue(Effect):
    """It is time to sum up for the user the week or month of these local dates, in which they were active."""

    type: ClassVar[str] = "emails.recap_due"
    period_start: date = attrs.field(converter=_as_date)
    period_end: date = attrs.field(converter=_as_date)


@attrs.frozen(repr=False)
class ReactivationDue(Effect):
    """It is time to ask the user back, for the first to the fifth time since they were last active."""

    type: ClassVar[str] = "emails.reactivation_due"
    message_number: int
    days_since_last_active: int


@attrs.frozen(repr=False)
class StreakReminderDue(Effect):
    """It is time to remind the user of a streak: the period that starts on ``period_start`` is not credited yet."""

    type: ClassVar[str] = "emails.streak_reminder_due"
    length: int
    period_start: date = attrs.field(converter=_as_date)


@attrs.frozen(repr=False)
class AchievementDue(Effect):
    """It is time to congratulate the user on an achievement."""

    type: ClassVar[str] = "emails.achievement_due"
    achievement: str

    @property
    def completion_id(self) -> UUID:
        """The identifier of the completion."""
        return completion_id(self.user_id, self.achievement)


#: Every kind of effect, by its type.
EFFECTS: Final[dict[str, type[Effect]]] = {kind.type: kind for kind in Effect.__subclasses__()}

"""Effects: what happened, as facts in the past tense.

Inside the core an effect is a bare tuple of its class and its fields, instants in microseconds and days as ordinals;
all other code reads it with ``raw_effects``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.manual_award import ManualAward
from trophy_engine.identifiers import derive_identifier
from trophy_engine.numbers import Number
from trophy_engine.rules.points import Boost, PointsTrigger
from trophy_engine.rules.streak import FreezeReward
from trophy_engine.rules.tiers import tier_key
from trophy_engine.values import Value

__all__ = [
    "CORE_EFFECTS",
    "AchievementBackdated",
    "AchievementCompleted",
    "AchievementEffect",
    "Effect",
    "FreezeConsumed",
    "FreezeEarned",
    "FreezeGranted",
    "FreezeReturned",
    "LevelChanged",
    "MetricChanged",
    "PointsAwarded",
    "PointsLimited",
    "RawEffect",
    "StreakExtended",
    "StreakLossUndone",
    "StreakLost",
    "StreakPaused",
    "StreakRecounted",
    "StreakReset",
    "StreakRestored",
    "StreakStarted",
    "StreakUnpaused",
    "UserChanged",
    "UserCreated",
    "as_effect_date",
    "derive_completion_id",
]

#: The class of an effect, then its fields.
RawEffect = tuple[Any, ...]


def _as_effect_instant(value: int | datetime) -> datetime:
    return from_micros(value) if isinstance(value, int) else value


def as_effect_date(value: int | date) -> date:
    """Return a day, an ordinal in a raw effect, as a date."""
    return date.fromordinal(value) if isinstance(value, int) else value


def derive_completion_id(user_id: str, achievement: str, number: int = 1) -> UUID:
    """Return the identifier of a user's completion of an achievement.

    Args:
        user_id: the user.
        achievement: the key by which rules name the achievement, or the tier.
        number: the number of the user's completions of it so far, for a repeatable one.
    """
    return derive_identifier("completion", user_id, achievement, *([number] if number > 1 else ()))


@attrs.frozen
class Effect(Value):
    """Something that happened to a user at an instant (aware, UTC); ``user_id`` is empty if it concerns all users."""

    type: ClassVar[str]
    user_id: str
    at: datetime = attrs.field(converter=_as_effect_instant)


@attrs.frozen
class UserCreated(Effect):
    """The user was seen for the first time, in this time zone."""

    type: ClassVar[str] = "user.created"
    time_zone: str


@attrs.frozen
class UserChanged(Effect):
    """A field of the user changed; ``field`` is ``attributes.KEY`` for an attribute."""

    type: ClassVar[str] = "user.changed"
    field: str
    before: str | None
    after: str | None


@attrs.frozen
class MetricChanged(Effect):
    """An event of this value changed the user's total of a metric, in the window that holds the instant.

    The total of a recorded metric may be unchanged; that of a derived one never is. Least, greatest and latest values
    of nothing are None. For a metric on completions, the value is how many completions of an achievement came at once.
    """

    type: ClassVar[str] = "metric.changed"
    metric: str
    value: Number
    before: Number | Any
    after: Number | Any


@attrs.frozen
class StreakStarted(Effect):
    """The first period of a streak was credited; ``length`` is 1, and ``streak`` the key of the streak."""

    type: ClassVar[str] = "streak.started"
    streak: str
    length: int
    period_start: date = attrs.field(converter=as_effect_date)


@attrs.frozen
class StreakExtended(Effect):
    """A further period was credited; ``length`` includes it."""

    type: ClassVar[str] = "streak.extended"
    streak: str
    length: int
    period_start: date = attrs.field(converter=as_effect_date)


@attrs.frozen
class StreakLost(Effect):
    """The streak was lost in the period that starts on ``period_start``; ``length`` is the lost length."""

    type: ClassVar[str] = "streak.lost"
    streak: str
    length: int
    period_start: date = attrs.field(converter=as_effect_date)


@attrs.frozen
class FreezeConsumed(Effect):
    """A freeze was spent on the missed period; ``freezes`` are left."""

    type: ClassVar[str] = "streak.freeze_consumed"
    streak: str
    freezes: int
    length: int
    period_start: date = attrs.field(converter=as_effect_date)
    consumed: int = 1


@attrs.frozen
class StreakLossUndone(Effect):
    """A change of zone to the west reopened a missed period: the streak that was lost in it continues at ``length``."""

    type: ClassVar[str] = "streak.loss_undone"
    streak: str
    length: int
    period_start: date = attrs.field(converter=as_effect_date)


@attrs.frozen
class FreezeReturned(Effect):
    """A change of zone to the west reopened a missed period: its freeze is returned; the user has ``freezes`` now.

    ``returned`` is 0 if the user already had the maximum, as when a freeze was earned in between.
    """

    type: ClassVar[str] = "streak.freeze_returned"
    streak: str
    freezes: int
    length: int
    period_start: date = attrs.field(converter=as_effect_date)
    returned: int = 1


@attrs.frozen
class FreezeEarned(Effect):
    """Freezes were earned, as many as the maximum allowed; the user has ``freezes`` now.

    ``reward`` is the reward of the rules for which they were earned; None for those that are earned with time.
    """

    type: ClassVar[str] = "streak.freeze_earned"
    streak: str
    earned: int
    freezes: int
    reward: FreezeReward | None = None


@attrs.frozen
class FreezeGranted(Effect):
    """Freezes were granted at the creation of the user, or by the application; the user has ``freezes`` now."""

    type: ClassVar[str] = "streak.freeze_granted"
    streak: str
    granted: int
    freezes: int


@attrs.frozen
class StreakPaused(Effect):
    """The streak is protected on the dates from ``start`` to ``end``; ``number`` counts the user's pauses from 1."""

    type: ClassVar[str] = "streak.paused"
    streak: str
    number: int
    start: date = attrs.field(converter=as_effect_date)
    end: date = attrs.field(converter=as_effect_date)


@attrs.frozen
class StreakUnpaused(Effect):
    """A pause was taken back: from today on it protects no day."""

    type: ClassVar[str] = "streak.unpaused"
    streak: str
    number: int


@attrs.frozen
class StreakRestored(Effect):
    """A lost streak continues at ``length``; the periods since the loss are decided, and today's is protected.

    ``before`` is the length before the restoration, ``period_start`` the first day of today's period.
    """

    type: ClassVar[str] = "streak.restored"
    streak: str
    length: int
    before: int
    period_start: date = attrs.field(converter=as_effect_date)


@attrs.frozen
class StreakReset(Effect):
    """The application reset the streak in the period that starts on ``period_start``; ``StreakLost`` follows."""

    type: ClassVar[str] = "streak.reset"
    streak: str
    length: int
    period_start: date = attrs.field(converter=as_effect_date)


@attrs.frozen
class StreakRecounted(Effect):
    """A change of rules changed the calendar of the streak; ``length`` is recounted from the user's history."""

    type: ClassVar[str] = "streak.recounted"
    streak: str
    before: int
    length: int


@attrs.frozen
class AchievementEffect(Effect):
    """The base of the effects that tell of a completion.

    Attributes:
        achievement: the key of the achievement.
        tier: the key of the tier; None for an achievement without tiers.
        times: how many completions this brought at once; more than 1 for a repeatable achievement only.
        number: the number of the user's completions so far, these included; 1 unless it is repeatable.
    """

    achievement: str
    tier: str | None = None
    times: int = 1
    number: int = 1

    @property
    def key(self) -> str:
        """The key by which rules name the achievement, or the tier."""
        return self.achievement if self.tier is None else tier_key(self.achievement, self.tier)

    @property
    def completion_id(self) -> UUID:
        """The identifier of the completion, of the last one of several at once."""
        return derive_completion_id(self.user_id, self.key, self.number)


@attrs.frozen
class AchievementCompleted(AchievementEffect):
    """The user completed an achievement or a tier of one, or completed a repeatable one again."""

    type: ClassVar[str] = "achievement.completed"


@attrs.frozen
class AchievementBackdated(AchievementEffect):
    """The user already qualified for an achievement, which is completed now, but neither announced nor paid for."""

    type: ClassVar[str] = "achievement.backdated"


@attrs.frozen
class PointsAwarded(Effect):
    """A trigger or a manual award changed a balance by ``awarded``, after boosts and bounds; negative for a deduction.

    ``sequence`` numbers the user's awards in the system from 1; ``trigger_key`` identifies the trigger in the system,
    and is None for a manual award. ``earned`` is the sum of all positive awards if it decides on the levels, else None.
    """

    type: ClassVar[str] = "points.awarded"
    system: str
    trigger: PointsTrigger | ManualAward
    awarded: int
    before: int
    total: int
    boosts: tuple[Boost, ...]
    sequence: int
    trigger_key: str | None
    earned: int | None = None

    @property
    def points_for_level(self) -> int:
        """The number that decides the level after the award: the balance, or the points earned."""
        return self.total if self.earned is None else self.earned

    @property
    def points_for_level_before(self) -> int:
        """The number that decided the level before the award."""
        return self.before if self.earned is None else self.earned - max(self.awarded, 0)

    @property
    def award_id(self) -> UUID:
        """The identifier of the award."""
        return derive_identifier("award", self.user_id, self.system, self.sequence)


@attrs.frozen
class PointsLimited(Effect):
    """The limit of a trigger took ``lost`` points of an award; if any are left, ``PointsAwarded`` follows."""

    type: ClassVar[str] = "points.limited"
    system: str
    trigger: PointsTrigger
    lost: int
    trigger_key: str


@attrs.frozen
class LevelChanged(Effect):
    """An award, or a change of rules, changed the user's level; levels by key, None below every level.

    ``total`` is the balance, also where the points earned decide on levels.
    """

    type: ClassVar[str] = "points.level_changed"
    system: str
    previous: str | None
    level: str | None
    total: int


def _find_effect_kinds(base: type[Effect]) -> Iterator[type[Effect]]:
    for kind in base.__subclasses__():
        if hasattr(kind, "type"):
            yield kind
        else:
            yield from _find_effect_kinds(kind)


#: Every kind of effect that the core has, by its type.
CORE_EFFECTS: Final[dict[str, type[Effect]]] = {kind.type: kind for kind in _find_effect_kinds(Effect)}

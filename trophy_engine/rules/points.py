"""Points systems: independent integer balances with triggers, levels and boosts.

Integers in rules have a magnitude below 10**18. A balance can have up to 4,000 digits; without another maximum, awards
stop at 10**4000 - 1.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, Literal, get_args

import attrs

from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.rules.conditions import Condition, check_conditions
from trophy_engine.rules.constraints import (
    FILTER,
    FLAG,
    KEY,
    TEXT,
    USER_ID,
    Between,
    InstanceOf,
    Integer,
    Numeric,
    OneOf,
    Optional,
    Text,
    as_rule_number,
    as_sequence,
)
from trophy_engine.rules.filters import Filter, as_filter
from trophy_engine.rules.gates import ALWAYS, GATE, Gate, as_gate
from trophy_engine.rules.metadata import Metadata, metadata_field
from trophy_engine.rules.phrases import count_noun, describe_filtered_metric, name_streak
from trophy_engine.rules.points_limit import PointsLimit, as_points_limit
from trophy_engine.rules.references import TO_ACHIEVEMENT, TO_METRIC, TO_STREAK
from trophy_engine.values import Value

__all__ = [
    "AchievementPointsTrigger",
    "Boost",
    "Level",
    "LevelsBy",
    "MetricPointsTrigger",
    "PointsSystem",
    "PointsTrigger",
    "Rounding",
    "StreakPointsTrigger",
    "TimePointsTrigger",
    "TimeUnit",
    "TriggerStatus",
    "UserCreationPointsTrigger",
]

Rounding = Literal["down", "up", "nearest"]
TimeUnit = Literal["hours", "days"]
TriggerStatus = Literal["active", "inactive"]
LevelsBy = Literal["balance", "earned"]

_ROUNDINGS: Final = ("down", "up", "nearest")
_UNITS: Final = ("hours", "days")
_STATUSES: Final = ("active", "inactive")
_LONGEST_NAME: Final = 255


def _trigger_points_field() -> Any:
    return attrs.field(validator=Integer(allow_zero=False))


def _check_limit_of_award(points: int, limit: PointsLimit | None) -> None:
    if limit is not None and points < 0:
        remedy = "is for triggers that award points; remove it, or make", FieldName("points"), "positive"
        raise InvalidValue(remedy, "limit")


@attrs.frozen(kw_only=True)
class _Trigger(Value):
    """The base of all points triggers.

    Attributes:
        when: the conditions under which it pays.
        status: ``"active"``, or ``"inactive"`` so that it never pays.
        limit: the greatest number of points that it awards in a window; None for no limit.
        key: the key by which it is identified in its system, regardless of its position.
        needs_streak: True if it never pays without a streak.
        once_per_event: True if one event never pays it more than once.
    """

    conditions: ClassVar[tuple[Condition, ...]] = (Condition(("points", "limit"), _check_limit_of_award),)
    needs_streak: ClassVar[bool] = False
    once_per_event: ClassVar[bool] = False
    when: Gate = attrs.field(default=ALWAYS, converter=as_gate, validator=GATE)
    status: TriggerStatus = attrs.field(default="active", validator=OneOf(_STATUSES))
    limit: PointsLimit | None = attrs.field(
        default=None, converter=as_points_limit, validator=Optional(InstanceOf((PointsLimit,)))
    )
    key: str | None = attrs.field(default=None, validator=Optional(KEY))

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)


@attrs.frozen
class MetricPointsTrigger(_Trigger):
    """Points each time the user's total of a metric grows by the threshold.

    Attributes:
        metric: the key of the metric.
        points: the number of points; negative to deduct points.
        threshold: the growth of the total for each payment, above 0, and whole for metrics that count events, values
            or days.
        event_attributes: the filter on events: the total is over the events with all of these attribute values, each
            one string; for any of several values, count by a derived metric, whose filter has lists.
        block_if_out_of_points: true to refuse an event if its deduction would take the balance below zero.
    """

    type: ClassVar[str] = "metric"
    once_per_event: ClassVar[bool] = True
    metric: str = attrs.field(validator=KEY, metadata=TO_METRIC)
    points: int = _trigger_points_field()
    threshold: Number = attrs.field(default=1, converter=as_rule_number, validator=Numeric(above=0))
    event_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=FILTER, kw_only=True)
    block_if_out_of_points: bool = attrs.field(default=False, validator=FLAG, kw_only=True)

    @property
    def reason(self) -> str:
        """The reason of the payment, as a phrase."""
        counter = describe_filtered_metric(self.metric, self.event_attributes)
        return f"for {counter}" if self.threshold == 1 else f"for every {self.threshold:,} {counter}"


@attrs.frozen
class StreakPointsTrigger(_Trigger):
    """Points each time a credited period extends a streak to a multiple of the length.

    Attributes:
        points: the number of points; negative to deduct points.
        length: the number of periods for each payment, at least 1.
        streak: the key of the streak; None for the primary one.
    """

    type: ClassVar[str] = "streak"
    needs_streak: ClassVar[bool] = True
    points: int = _trigger_points_field()
    length: int = attrs.field(default=1, validator=Integer(min=1))
    streak: str | None = attrs.field(default=None, validator=Optional(KEY), metadata=TO_STREAK)

    @property
    def reason(self) -> str:
        """The reason of the payment, as a phrase."""
        periods = "period" if self.length == 1 else f"{self.length:,} periods"
        return f"for every {periods} of {name_streak(self.streak)}"


@attrs.frozen
class AchievementPointsTrigger(_Trigger):
    """Points once, when the achievement is completed.

    Attributes:
        achievement: the key of the achievement.
        points: the number of points; negative to deduct points.
    """

    type: ClassVar[str] = "achievement"
    achievement: str = attrs.field(validator=KEY, metadata=TO_ACHIEVEMENT)
    points: int = _trigger_points_field()

    @property
    def reason(self) -> str:
        """The reason of the payment, as a phrase."""
        return f"for the achievement {self.achievement!r}"


@attrs.frozen
class TimePointsTrigger(_Trigger):
    """Points at an interval of hours or days since the user was created; days keep the local time of day.

    Attributes:
        points: the number of points; negative to deduct points.
        unit: the unit of the interval, ``"hours"`` or ``"days"``.
        interval: the number of units for each payment, at least 1.
    """

    type: ClassVar[str] = "time"
    points: int = _trigger_points_field()
    unit: TimeUnit = attrs.field(default="days", validator=OneOf(_UNITS))
    interval: int = attrs.field(default=1, validator=Integer(min=1))

    @property
    def reason(self) -> str:
        """The reason of the payment, as a phrase."""
        return f"every {count_noun(self.interval, self.unit.removesuffix('s'))}"


@attrs.frozen
class UserCreationPointsTrigger(_Trigger):
    """Points once, when the user is first seen.

    Attributes:
        points: the number of points; negative to deduct points.
    """

    type: ClassVar[str] = "user_creation"
    once_per_event: ClassVar[bool] = True
    points: int = _trigger_points_field()

    @property
    def reason(self) -> str:
        """The reason of the payment, as a phrase."""
        return "for signing up"


PointsTrigger = (
    MetricPointsTrigger | StreakPointsTrigger | AchievementPointsTrigger | TimePointsTrigger | UserCreationPointsTrigger
)


@attrs.frozen
class Level(Value):
    """A name for every total from its threshold up to the next level.

    Attributes:
        key: the key by which it is identified in its system.
        points: the threshold, 0 or more.
        name: the name for display; the key by default.
        description: the description for display.
        badge_url: the URL of its picture.
        metadata: what the application wants to find with it: strings, numbers, true and false.
    """

    key: str = attrs.field(validator=KEY)
    points: int = attrs.field(validator=Integer(min=0))
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)
    description: str | None = attrs.field(default=None, validator=Optional(TEXT))
    badge_url: str | None = attrs.field(default=None, validator=Optional(TEXT))
    metadata: Metadata = metadata_field()


def _check_boost_users(user_id: str | None, when: Gate) -> None:
    if user_id is not None and getattr(when, "user_attributes", None):  # an unreadable gate has none
        either = (FieldName("user_id"), "or", FieldName("when.user_attributes", after=","))
        raise InvalidValue(("a boost has either", *either, "not both"))


@attrs.frozen
class Boost(Value):
    """A multiplier of every positive award under some conditions.

    Attributes:
        name: the name for display, at most 255 characters.
        multiplier: above 0, below 100, not 1, with at most 10 decimal places; several boosts multiply.
        rounding: ``"down"``, ``"up"`` or ``"nearest"`` (halves up); of several at once down beats nearest beats up.
        when: the conditions under which it applies.
        user_id: the filter on a single user; not together with ``when.user_attributes``.
        key: the key by which it is identified in its system, regardless of its position.
    """

    conditions: ClassVar[tuple[Condition, ...]] = (
        Condition(("user_id", "when"), _check_boost_users, given=("user_id", "when")),
    )
    name: str = attrs.field(validator=Text(max_length=_LONGEST_NAME))
    multiplier: Number = attrs.field(converter=as_rule_number, validator=Between(0, 100, apart_from=1))
    rounding: Rounding = attrs.field(default="down", validator=OneOf(_ROUNDINGS))
    when: Gate = attrs.field(default=ALWAYS, converter=as_gate, validator=GATE, kw_only=True)
    user_id: str | None = attrs.field(default=None, validator=Optional(USER_ID), kw_only=True)
    key: str | None = attrs.field(default=None, validator=Optional(KEY), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)


@attrs.frozen
class PointsSystem(Value):
    """An integer balance of points, never below zero.

    Attributes:
        key: the key by which rules and views refer to it.
        name: the name for display; the key by default.
        description: the description for display.
        badge_url: the URL of its picture.
        maximum: the highest balance that awards can reach, at least 1; None for no maximum.
        triggers: the rules that award or deduct points, in the order in which they apply.
        levels: the levels; a user has the level with the highest threshold that is reached.
        levels_by: what reaches it: ``"balance"``, or ``"earned"``, the sum of all positive awards, which no payment
            lowers.
        boosts: the multipliers of positive awards.
        metadata: what the application wants to find with it: strings, numbers, true and false.
    """

    key: str = attrs.field(validator=KEY)
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)
    description: str | None = attrs.field(default=None, validator=Optional(TEXT))
    badge_url: str | None = attrs.field(default=None, validator=Optional(TEXT))
    maximum: int | None = attrs.field(default=None, validator=Optional(Integer(min=1)))
    triggers: tuple[PointsTrigger, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf(get_args(PointsTrigger), many=True)
    )
    levels: tuple[Level, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((Level,), many=True)
    )
    levels_by: LevelsBy = attrs.field(default="balance", validator=OneOf(get_args(LevelsBy)))
    boosts: tuple[Boost, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((Boost,), many=True)
    )
    metadata: Metadata = metadata_field()

    @property
    def trigger_keys(self) -> tuple[str, ...]:
        """The keys of the triggers; without a key, the type and the position, for example ``metric-1``."""
        return tuple(trigger.key or f"{trigger.type}-{number}" for number, trigger in enumerate(self.triggers, start=1))

    @property
    def boost_keys(self) -> tuple[str, ...]:
        """The keys of the boosts; without a key, the position, for example ``boost-1``."""
        return tuple(boost.key or f"boost-{number}" for number, boost in enumerate(self.boosts, start=1))

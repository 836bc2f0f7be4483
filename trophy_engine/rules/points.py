"""Points systems: independent whole-number balances with triggers, levels and boosts.

The whole numbers of which rules are made have a magnitude below 10**18. A balance can grow to any size of up to 4,000
digits; an award that would take it further takes it to 10**4000 - 1, as to a maximum.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Final, Literal, get_args

import attrs

from trophy_engine.errors import FieldName, InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.rules.constraints import (
    FILTER,
    FLAG,
    KEY,
    LOCAL_DATE,
    TEXT,
    USER_ID,
    Between,
    InstanceOf,
    Integer,
    OneOf,
    Optional,
    Text,
    as_number,
    as_sequence,
)
from trophy_engine.rules.filters import Filter, as_filter
from trophy_engine.rules.phrases import count_noun, describe_counter
from trophy_engine.rules.references import TO_ACHIEVEMENT, TO_METRIC

__all__ = [
    "AchievementPointsTrigger",
    "Boost",
    "Level",
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

_ROUNDINGS: Final = ("down", "up", "nearest")
_UNITS: Final = ("hours", "days")
_STATUSES: Final = ("active", "inactive")
_LONGEST_NAME: Final = 255


def _points() -> Any:
    return attrs.field(validator=Integer(allow_zero=False))


@attrs.frozen(kw_only=True)
class _Trigger:
    """What every points trigger has.

    Attributes:
        user_attributes: whom it pays: users whose attributes have all of these values.
        status: ``"active"``, or ``"inactive"`` so that it pays nobody.
        key: the name by which it is told from the others of its system, wherever it stands among them.
        needs_streak: whether it never pays without a streak.
    """

    needs_streak: ClassVar[bool] = False
    user_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=FILTER)
    status: TriggerStatus = attrs.field(default="active", validator=OneOf(_STATUSES))
    key: str | None = attrs.field(default=None, validator=Optional(KEY))


@attrs.frozen
class MetricPointsTrigger(_Trigger):
    """Points each time the user's total of a metric grows by the threshold.

    With ``event_attributes``, the total over the events that carry them all. With ``block_if_out_of_points``, an event
    whose deduction would take the balance below zero is refused whole.
    """

    type: ClassVar[str] = "metric"
    metric: str = attrs.field(validator=KEY, metadata=TO_METRIC)
    points: int = _points()
    threshold: int = attrs.field(default=1, validator=Integer(min=1))
    event_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=FILTER, kw_only=True)
    block_if_out_of_points: bool = attrs.field(default=False, validator=FLAG, kw_only=True)

    @property
    def reason(self) -> str:
        """What it pays for, in words."""
        what = describe_counter(self.metric, self.event_attributes)
        return f"for {what}" if self.threshold == 1 else f"for every {self.threshold:,} {what}"


@attrs.frozen
class StreakPointsTrigger(_Trigger):
    """Points each time a credited period takes the streak to a multiple of the length."""

    type: ClassVar[str] = "streak"
    needs_streak: ClassVar[bool] = True
    points: int = _points()
    length: int = attrs.field(default=1, validator=Integer(min=1))

    @property
    def reason(self) -> str:
        """What it pays for, in words."""
        return "for every period of the streak" if self.length == 1 else f"for every {self.length} periods"


@attrs.frozen
class AchievementPointsTrigger(_Trigger):
    """Points once, when the achievement is completed."""

    type: ClassVar[str] = "achievement"
    achievement: str = attrs.field(validator=KEY, metadata=TO_ACHIEVEMENT)
    points: int = _points()

    @property
    def reason(self) -> str:
        """What it pays for, in words."""
        return f"for the achievement {self.achievement!r}"


@attrs.frozen
class TimePointsTrigger(_Trigger):
    """Points every so many hours or days since the user was created; days keep the local time of day."""

    type: ClassVar[str] = "time"
    points: int = _points()
    unit: TimeUnit = attrs.field(default="days", validator=OneOf(_UNITS))
    interval: int = attrs.field(default=1, validator=Integer(min=1))

    @property
    def reason(self) -> str:
        """What it pays for, in words."""
        return f"every {count_noun(self.interval, self.unit.removesuffix('s'))}"


@attrs.frozen
class UserCreationPointsTrigger(_Trigger):
    """Points once, when the user is first seen."""

    type: ClassVar[str] = "user_creation"
    points: int = _points()

    @property
    def reason(self) -> str:
        """What it pays for, in words."""
        return "for signing up"


PointsTrigger = (
    MetricPointsTrigger | StreakPointsTrigger | AchievementPointsTrigger | TimePointsTrigger | UserCreationPointsTrigger
)


@attrs.frozen
class Level:
    """A name for every total from ``points`` (0 or more) up to the next level."""

    key: str = attrs.field(validator=KEY)
    points: int = attrs.field(validator=Integer(min=0))
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)
    description: str | None = attrs.field(default=None, validator=Optional(TEXT))
    badge_url: str | None = attrs.field(default=None, validator=Optional(TEXT))


@attrs.frozen
class Boost:
    """A multiplier on every positive award whose date, in the user's own zone, lies within inclusive bounds.

    Attributes:
        name: at most 255 characters.
        multiplier: above 0, below 100, not 1, with at most 10 decimal places; several boosts multiply.
        start: the first local date.
        end: the last local date; None for no end.
        rounding: ``"down"``, ``"up"`` or ``"nearest"`` (halves up); of several at once down beats nearest beats up.
        user_attributes: whom it is for: users whose attributes have all of these values; empty for everyone.
        user_id: the one user it is for; not together with ``user_attributes``.
        key: the name by which it is told from the others of its system, wherever it stands among them.
    """

    name: str = attrs.field(validator=Text(max_length=_LONGEST_NAME))
    multiplier: Number = attrs.field(converter=as_number, validator=Between(0, 100, apart_from=1))
    start: date = attrs.field(validator=LOCAL_DATE)
    end: date | None = attrs.field(default=None, validator=Optional(LOCAL_DATE))
    rounding: Rounding = attrs.field(default="down", validator=OneOf(_ROUNDINGS))
    user_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=FILTER, kw_only=True)
    user_id: str | None = attrs.field(default=None, validator=Optional(USER_ID), kw_only=True)
    key: str | None = attrs.field(default=None, validator=Optional(KEY), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check what the fields must be to each other."""
        if self.end is not None and self.end < self.start:
            raise InvalidValue((f"{self.end} must not be before", FieldName("start"), str(self.start)), "end")
        if self.user_id is not None and self.user_attributes:
            either = (FieldName("user_id"), "or for", FieldName("user_attributes", after=","))
            raise InvalidValue(("a boost is for one", *either, "not for both"))


@attrs.frozen
class PointsSystem:
    """A balance of whole points, never below zero.

    Attributes:
        key: the name by which rules and views refer to it.
        name: what people call it; the key where left out.
        description: what people read of it.
        badge_url: where its picture is.
        maximum: the highest balance that awards can reach, at least 1; None for none.
        triggers: what awards or takes points, in the order in which they apply.
        levels: names for totals; the highest threshold that the total reaches is held.
        boosts: multipliers of positive awards.
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
    boosts: tuple[Boost, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((Boost,), many=True)
    )

    @property
    def trigger_keys(self) -> tuple[str, ...]:
        """The keys of the triggers; one that has none is called by its type and its place, such as ``metric-1``."""
        return tuple(trigger.key or f"{trigger.type}-{number}" for number, trigger in enumerate(self.triggers, start=1))

    @property
    def boost_keys(self) -> tuple[str, ...]:
        """The keys of the boosts; one that has none is called by its place, such as ``boost-1``."""
        return tuple(boost.key or f"boost-{number}" for number, boost in enumerate(self.boosts, start=1))

"""Achievements: rewards that a user completes once, each by one trigger."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, get_args

import attrs

from trophy_engine.numbers import Number
from trophy_engine.representation import brief_repr
from trophy_engine.rules.constraints import (
    FILTER,
    FLAG,
    KEY,
    KEYS,
    TEXT,
    InstanceOf,
    Integer,
    Numeric,
    OneOf,
    Optional,
    as_number,
    as_sequence,
)
from trophy_engine.rules.filters import Filter, as_filter
from trophy_engine.rules.phrases import count_noun, describe_counter, join_words, name_streak
from trophy_engine.rules.references import TO_ACHIEVEMENT, TO_METRIC, TO_STREAK

__all__ = [
    "Achievement",
    "AchievementStatus",
    "AchievementTrigger",
    "AnniversaryTrigger",
    "ApiTrigger",
    "CompositeTrigger",
    "MetricTrigger",
    "StreakTrigger",
]


AchievementStatus = Literal["active", "inactive", "locked"]
_STATUSES: Final = ("active", "inactive", "locked")


@attrs.frozen
class _Trigger:
    """The base of all achievement triggers; ``needs_streak`` is True if it never fires without a streak."""

    needs_streak: ClassVar[bool] = False


@attrs.frozen
class MetricTrigger(_Trigger):
    """The user's total of a metric reaches a value.

    Attributes:
        metric: the key of the metric.
        value: the total that completes the achievement, at least 1.
        event_attributes: the filter on events: the total is over the events with all of these attribute values.
    """

    __repr__ = brief_repr

    type: ClassVar[str] = "metric"
    metric: str = attrs.field(validator=KEY, metadata=TO_METRIC)
    value: Number = attrs.field(converter=as_number, validator=Numeric(min=1))
    event_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=FILTER)

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        return f"the total of {describe_counter(self.metric, self.event_attributes)} reached {self.value:,}"


@attrs.frozen
class StreakTrigger(_Trigger):
    """A streak reaches a length.

    Attributes:
        length: the number of periods, at least 1.
        streak: the key of the streak; None for the primary one.
    """

    __repr__ = brief_repr

    type: ClassVar[str] = "streak"
    needs_streak: ClassVar[bool] = True
    length: int = attrs.field(validator=Integer(min=1))
    streak: str | None = attrs.field(default=None, validator=Optional(KEY), metadata=TO_STREAK)

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        return f"{name_streak(self.streak)} reached {self.length:,}"


@attrs.frozen
class ApiTrigger(_Trigger):
    """The application completes the achievement, through ``Engine.complete``."""

    type: ClassVar[str] = "api"

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        return "the application completed it"


@attrs.frozen
class CompositeTrigger(_Trigger):
    """The last of the prerequisites is completed.

    Attributes:
        achievements: the keys of the prerequisites.
    """

    __repr__ = brief_repr

    type: ClassVar[str] = "achievement"
    achievements: tuple[str, ...] = attrs.field(converter=as_sequence, validator=KEYS, metadata=TO_ACHIEVEMENT)

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        return f"its prerequisites are completed: {join_words(self.achievements)}"


@attrs.frozen
class AnniversaryTrigger(_Trigger):
    """A number of years has passed since the user's sign-up date, at local midnight.

    The anniversary of 29 February is the 28th in common years.

    Attributes:
        years: the number of years, 1 to 200.
    """

    type: ClassVar[str] = "anniversary"
    years: int = attrs.field(validator=Integer(min=1, max=200))

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        return f"{count_noun(self.years, 'year')} since the sign-up"


AchievementTrigger = MetricTrigger | StreakTrigger | ApiTrigger | CompositeTrigger | AnniversaryTrigger


@attrs.frozen
class Achievement:
    """A reward that a user completes once.

    Attributes:
        key: the key by which rules and ``Engine.complete`` refer to it.
        name: the name for display; the key by default.
        trigger: the condition of its completion.
        description: the description for display.
        badge_url: the URL of its picture.
        hidden: true to mask its name and description until it is completed.
        user_attributes: the filter on users: only those with all of these attribute values can complete it.
        status: ``"active"``; ``"inactive"``, so that it is neither completed nor shown; or ``"locked"``, so that it can
            no longer be completed and is shown only to users who have completed it.
    """

    __repr__ = brief_repr

    key: str = attrs.field(validator=KEY)
    trigger: AchievementTrigger = attrs.field(validator=InstanceOf(get_args(AchievementTrigger)))
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)
    description: str | None = attrs.field(default=None, validator=Optional(TEXT))
    badge_url: str | None = attrs.field(default=None, validator=Optional(TEXT))
    hidden: bool = attrs.field(default=False, validator=FLAG)
    user_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=FILTER)
    status: AchievementStatus = attrs.field(default="active", validator=OneOf(_STATUSES), kw_only=True)

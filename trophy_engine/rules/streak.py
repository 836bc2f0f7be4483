"""Streaks: consecutive periods in which the conditions are met, and the freezes that are spent on misses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, get_args

import attrs

from trophy_engine.calendar.frequencies import WEEKDAYS, Frequency, FrequencyName, Weekday, frequency_named
from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.rules.conditions import Condition, both_or_neither_condition, check_conditions
from trophy_engine.rules.constraints import (
    ANY_OF_FILTER,
    FLAG,
    KEY,
    InstanceOf,
    Integer,
    Numeric,
    OneOf,
    Optional,
    SubsetOf,
    as_rule_number,
    as_sequence,
)
from trophy_engine.rules.diagnostics import rule_item_path
from trophy_engine.rules.filters import Filter, as_filter
from trophy_engine.rules.interval import FREQUENCY, Interval, as_frequency_or_interval
from trophy_engine.rules.mappings import rule_from_mapping, rule_from_typed_mapping
from trophy_engine.rules.metadata import Metadata, metadata_field
from trophy_engine.rules.phrases import count_noun, describe_filtered_metric
from trophy_engine.rules.references import TO_ACHIEVEMENT
from trophy_engine.values import Value

__all__ = [
    "AchievementFreezeReward",
    "EvaluationMode",
    "FreezeReward",
    "Freezes",
    "Streak",
    "StreakFreezeReward",
    "StreakMetric",
]

EvaluationMode = Literal["AND", "OR"]

_MODES: Final = ("AND", "OR")
#: How the conditions of a streak are joined.
EVALUATION_MODE: Final = OneOf(
    _MODES, remedies=dict.fromkeys(("ANY", "Any", "any"), ("if one condition suffices write", GivenValue("OR")))
)
_MOST_FREEZES: Final = 100


def _as_streak_filter(value: Any) -> Any:
    """Return a mapping as a filter with values in order, and a single one as text, so that equal filters are equal."""
    filter_ = as_filter(value)
    return (
        Filter({key: _sort_streak_filter_values(wanted) for key, wanted in filter_.items()})
        if isinstance(filter_, Filter)
        else value
    )


def _sort_streak_filter_values(wanted: Any) -> Any:
    if not isinstance(wanted, tuple) or not all(isinstance(one, str) for one in wanted):
        return wanted
    return wanted[0] if len(wanted) == 1 else tuple(sorted(wanted))


@attrs.frozen
class StreakMetric(Value):
    """One condition: the total of a metric in the period, by its aggregate, reaches the threshold.

    Attributes:
        key: the key of the metric.
        threshold: the total that is required, above 0, and whole for metrics that count events, values or days.
        event_attributes: the filter on events: the total is over the events with all of these attribute values; a list
            of values requires any of them.
    """

    key: str = attrs.field(validator=KEY)
    threshold: Number = attrs.field(default=1, converter=as_rule_number, validator=Numeric(above=0))
    event_attributes: Filter = attrs.field(
        factory=Filter, converter=_as_streak_filter, validator=ANY_OF_FILTER, kw_only=True
    )

    @property
    def name(self) -> str:
        """What is counted, in words: the key of the metric, and the filter if there is one."""
        return describe_filtered_metric(self.key, Filter(dict(sorted(self.event_attributes.items()))))


@attrs.frozen
class StreakFreezeReward(Value):
    """Freezes each time a credited period extends the streak to a multiple of the length.

    Attributes:
        length: the number of periods for each reward, at least 1.
        freezes: the number of freezes.
    """

    type: ClassVar[str] = "streak"
    length: int = attrs.field(validator=Integer(min=1))
    freezes: int = attrs.field(default=1, validator=Integer(min=1, max=_MOST_FREEZES))

    @property
    def reason(self) -> str:
        """The reason of the reward, as a phrase."""
        return f"for every {count_noun(self.length, 'period')} of the streak"


@attrs.frozen
class AchievementFreezeReward(Value):
    """Freezes with each completion of an achievement.

    Attributes:
        achievement: the key of the achievement.
        freezes: the number of freezes.
    """

    type: ClassVar[str] = "achievement"
    achievement: str = attrs.field(validator=KEY, metadata=TO_ACHIEVEMENT)
    freezes: int = attrs.field(default=1, validator=Integer(min=1, max=_MOST_FREEZES))

    @property
    def reason(self) -> str:
        """The reason of the reward, as a phrase."""
        return f"for the achievement {self.achievement}"


FreezeReward = StreakFreezeReward | AchievementFreezeReward


def _as_freeze_rewards(value: Any) -> Any:
    """Return a list of rewards or of mappings as a tuple of rewards, and any other value unchanged."""
    if not isinstance(value, list | tuple):
        return value
    return tuple(
        rule_from_typed_mapping(get_args(FreezeReward), item, rule_item_path("rewards", index))
        if isinstance(item, Mapping)
        else item
        for index, item in enumerate(value)
    )


def _check_freeze_maximum(start_count: int, max_count: int) -> None:
    if max_count < start_count:
        raise InvalidValue((f"{max_count} must be at least", FieldName("start_count"), str(start_count)), "max_count")


@attrs.frozen
class Freezes(Value):
    """The supply of freezes; a streak continues after a missed period if one freeze is spent on it.

    Attributes:
        start_count: the number for a new user.
        max_count: the greatest number that a user can have, at most 100.
        auto_earn_interval: the days between grants, counted from the user's first local day; None for no grants.
        auto_earn_amount: the number in each grant, up to the maximum; None for no grants.
        rewards: the freezes that are earned by lengths of the streak and by achievements, up to the maximum.
    """

    conditions: ClassVar[tuple[Condition, ...]] = (
        Condition(("start_count", "max_count"), _check_freeze_maximum),
        both_or_neither_condition("auto_earn_interval", "auto_earn_amount"),
    )
    start_count: int = attrs.field(default=0, validator=Integer(min=0))
    max_count: int = attrs.field(
        default=attrs.Factory(lambda self: self.start_count, takes_self=True),
        validator=Integer(min=0, max=_MOST_FREEZES),
    )
    auto_earn_interval: int | None = attrs.field(default=None, validator=Optional(Integer(min=1)))
    auto_earn_amount: int | None = attrs.field(default=None, validator=Optional(Integer(min=1)))
    rewards: tuple[FreezeReward, ...] = attrs.field(
        default=(), converter=_as_freeze_rewards, validator=InstanceOf(get_args(FreezeReward), many=True)
    )

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)


def _as_freezes(value: Any) -> Any:
    return rule_from_mapping(Freezes, value, "freezes") if isinstance(value, Mapping) else value


def as_evaluation_mode(value: Any) -> Any:
    """Return ``"AND"`` for its other name ``"ALL"``, and any other value unchanged, for the validator."""
    return "AND" if isinstance(value, str) and value == "ALL" else value


def _check_days_off(frequency: FrequencyName | Interval, days_off: tuple[str, ...]) -> None:
    if days_off and frequency != "daily":
        periods = f"a streak {frequency}" if isinstance(frequency, Interval) else f"a {frequency} streak"
        raise InvalidValue(f"must be left out of {periods}; only a daily one has days off", "days_off")


@attrs.frozen
class Streak(Value):
    """A streak: its periods, its conditions and its freezes.

    Attributes:
        key: the key by which rules and calls refer to it.
        frequency: ``"daily"``, ``"weekly"``, ``"monthly"``, ``"quarterly"``, ``"yearly"``, or an ``Interval`` such as
            ``{"every": 2, "unit": "day", "start": "2026-01-05"}``: calendar periods in the user's zone.
        metrics: the conditions.
        evaluation_mode: ``"AND"`` if all conditions must be met, ``"OR"`` if one suffices; ``"ALL"`` is ``"AND"``.
        freezes: the supply of freezes; None for none.
        days_off: weekdays that a daily streak cannot miss, for example ``["saturday", "sunday"]``.
        customization_enabled: true to allow custom streaks, with a user's own conditions and days off.
        metadata: what the application wants to find with it: strings, numbers, true and false.
    """

    conditions: ClassVar[tuple[Condition, ...]] = (Condition(("frequency", "days_off"), _check_days_off),)
    key: str = attrs.field(validator=KEY)
    frequency: FrequencyName | Interval = attrs.field(
        default="daily", converter=as_frequency_or_interval, validator=FREQUENCY
    )
    metrics: tuple[StreakMetric, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((StreakMetric,), many=True)
    )
    evaluation_mode: EvaluationMode = attrs.field(default="OR", converter=as_evaluation_mode, validator=EVALUATION_MODE)
    freezes: Freezes | None = attrs.field(
        default=None, converter=_as_freezes, validator=Optional(InstanceOf((Freezes,)))
    )
    days_off: tuple[Weekday, ...] = attrs.field(default=(), converter=as_sequence, validator=SubsetOf(WEEKDAYS))
    customization_enabled: bool = attrs.field(default=False, validator=FLAG)
    metadata: Metadata = metadata_field()

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)

    def calendar(self, first_weekday: Weekday) -> Frequency:
        """Return the calendar of the periods, with the first weekday of the ruleset."""
        if isinstance(self.frequency, Interval):
            return self.frequency.calendar
        return frequency_named(self.frequency, first_weekday)

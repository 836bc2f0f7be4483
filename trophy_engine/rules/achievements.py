"""Achievements: rewards that a user completes, each by one trigger: once, in tiers, or again and again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final, Literal, get_args

import attrs

from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue, UnknownKey
from trophy_engine.numbers import Number
from trophy_engine.rules.conditions import Condition, check_conditions
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
    as_rule_number,
    as_sequence,
)
from trophy_engine.rules.filters import Filter, as_filter
from trophy_engine.rules.gates import ALWAYS, GATE, Gate, as_gate
from trophy_engine.rules.metadata import Metadata, metadata_field
from trophy_engine.rules.phrases import count_noun, describe_filtered_metric, join_words, name_streak
from trophy_engine.rules.references import TO_ACHIEVEMENT, TO_METRIC, TO_STREAK, TO_SYSTEM
from trophy_engine.rules.tiers import (
    Tier,
    as_tiers,
    check_tier_keys,
    check_tiers,
    number_fields_of_trigger,
    tier_key,
    tier_names,
    trigger_of_tier,
)
from trophy_engine.values import Value

__all__ = [
    "Achievement",
    "AchievementStatus",
    "AchievementTrigger",
    "AnniversaryTrigger",
    "ApiTrigger",
    "BalanceTrigger",
    "CompositeTrigger",
    "LevelTrigger",
    "MetricTrigger",
    "StreakTrigger",
]


AchievementStatus = Literal["active", "inactive", "locked"]
_STATUSES: Final = ("active", "inactive", "locked")


@attrs.frozen
class _Trigger(Value):
    """The base of all achievement triggers.

    Attributes:
        needs_streak: True if it never fires without a streak.
        number: the name of the field with the number that completes the achievement, which tiers have in its place;
            None for a kind without one.
        never_repeats: why an achievement by it cannot be repeatable, with a remedy; None if it can.
    """

    needs_streak: ClassVar[bool] = False
    number: ClassVar[str | None] = None
    never_repeats: ClassVar[str | None] = None


def _check_value_or_at_most(value: Number | None, at_most: Number | None) -> None:
    if value is not None and at_most is not None:
        raise InvalidValue(("must not be given together with", FieldName("at_most", after=";"), "remove one"), "value")


@attrs.frozen
class MetricTrigger(_Trigger):
    """The user's total of a metric reaches a value, or falls to one.

    Attributes:
        metric: the key of the metric.
        value: the total that completes the achievement, above 0, and whole for metrics that count events, values or
            days; None if ``at_most`` or the tiers have it.
        event_attributes: the filter on events: the total is over the events with all of these attribute values, each
            one string; for any of several values, count by a derived metric, whose filter has lists.
        at_most: in place of ``value``, the total that completes the achievement when there is one that is at most that;
            for metrics with the aggregate ``"min"`` or ``"last"``.
    """

    type: ClassVar[str] = "metric"
    number: ClassVar[str | None] = "value"
    conditions: ClassVar[tuple[Condition, ...]] = (
        Condition(("value", "at_most"), _check_value_or_at_most, given=("value", "at_most")),
    )
    metric: str = attrs.field(validator=KEY, metadata=TO_METRIC)
    value: Number | None = attrs.field(default=None, converter=as_rule_number, validator=Optional(Numeric(above=0)))
    event_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=FILTER)
    at_most: Number | None = attrs.field(
        default=None, converter=as_rule_number, validator=Optional(Numeric()), kw_only=True
    )

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        total = f"the total of {describe_filtered_metric(self.metric, self.event_attributes)}"
        if self.at_most is not None:
            return f"{total} fell to at most {self.at_most:,}"
        return f"{total} reached {_show_trigger_number(self.value)}"


@attrs.frozen
class StreakTrigger(_Trigger):
    """A streak reaches a length.

    Attributes:
        length: the number of periods, at least 1; None if the tiers have it.
        streak: the key of the streak; None for the primary one.
    """

    type: ClassVar[str] = "streak"
    number: ClassVar[str | None] = "length"
    needs_streak: ClassVar[bool] = True
    length: int | None = attrs.field(default=None, converter=as_rule_number, validator=Optional(Integer(min=1)))
    streak: str | None = attrs.field(default=None, validator=Optional(KEY), metadata=TO_STREAK)

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        return f"{name_streak(self.streak)} reached {_show_trigger_number(self.length)}"


@attrs.frozen
class ApiTrigger(_Trigger):
    """The application completes the achievement, through ``Engine.complete``."""

    type: ClassVar[str] = "api"

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        return "the application completed it"


def _check_composite_at_least(achievements: tuple[str, ...], at_least: int | None) -> None:
    if at_least is not None and at_least > len(achievements):
        count = count_noun(len(achievements), "achievement")
        raise InvalidValue(
            (f"must be at most {len(achievements)}, because", FieldName("achievements"), f"has {count}"), "at_least"
        )


@attrs.frozen
class CompositeTrigger(_Trigger):
    """The last of the prerequisites is completed, or enough of them are.

    Attributes:
        achievements: the keys of the prerequisites.
        at_least: how many of them are enough; None for all.
    """

    type: ClassVar[str] = "achievement"
    never_repeats: ClassVar[str | None] = (
        "prerequisites are not completed together; count their completions by a metric with a window, and repeat that"
    )
    conditions: ClassVar[tuple[Condition, ...]] = (Condition(("achievements", "at_least"), _check_composite_at_least),)
    achievements: tuple[str, ...] = attrs.field(converter=as_sequence, validator=KEYS, metadata=TO_ACHIEVEMENT)
    at_least: int | None = attrs.field(default=None, validator=Optional(Integer(min=1)), kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)

    @property
    def enough(self) -> int:
        """The number of prerequisites that complete the achievement."""
        return len(self.achievements) if self.at_least is None else self.at_least

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        if self.enough == len(self.achievements):
            return f"its prerequisites are completed: {join_words(self.achievements)}"
        return f"{self.enough:,} of its {count_noun(len(self.achievements), 'prerequisite')} are completed"


@attrs.frozen
class AnniversaryTrigger(_Trigger):
    """A number of years has passed since the user's sign-up date, at local midnight.

    The anniversary of 29 February is the 28th in common years.

    Attributes:
        years: the number of years, 1 to 200; None if the tiers have it.
    """

    type: ClassVar[str] = "anniversary"
    number: ClassVar[str | None] = "years"
    never_repeats: ClassVar[str | None] = "each number of years passes once; give it tiers"
    years: int | None = attrs.field(default=None, converter=as_rule_number, validator=Optional(Integer(min=1, max=200)))

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        return f"{'years' if self.years is None else count_noun(self.years, 'year')} since the sign-up"


@attrs.frozen
class BalanceTrigger(_Trigger):
    """The user's balance in a points system reaches a value.

    Attributes:
        system: the key of the points system.
        value: the balance that completes the achievement, at least 1; None if the tiers have it.
    """

    type: ClassVar[str] = "points"
    number: ClassVar[str | None] = "value"
    never_repeats: ClassVar[str | None] = (
        "a balance that is spent and earned again would complete it each time; take a metric on the points"
    )
    system: str = attrs.field(validator=KEY, metadata=TO_SYSTEM)
    value: int | None = attrs.field(default=None, converter=as_rule_number, validator=Optional(Integer(min=1)))

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        return f"the balance of {self.system} reached {_show_trigger_number(self.value)}"


@attrs.frozen
class LevelTrigger(_Trigger):
    """The user has a level of a points system, or a higher one.

    Attributes:
        system: the key of the points system.
        level: the key of the level.
    """

    type: ClassVar[str] = "level"
    never_repeats: ClassVar[str | None] = (
        "a level that is lost and reached again would complete it each time; take a metric on the points"
    )
    system: str = attrs.field(validator=KEY, metadata=TO_SYSTEM)
    level: str = attrs.field(validator=KEY)

    @property
    def reason(self) -> str:
        """The reason of the completion, as a phrase."""
        return f"the level {self.level!r} of {self.system} is reached"


def _show_trigger_number(number: Number | None) -> str:
    return "a tier" if number is None else f"{number:,}"


AchievementTrigger = (
    MetricTrigger | StreakTrigger | ApiTrigger | CompositeTrigger | AnniversaryTrigger | BalanceTrigger | LevelTrigger
)


def _schema_without_tiers() -> dict[str, Any]:
    """Return what JSON Schema requires of an achievement without tiers: the number is in the trigger."""
    cases = [
        {
            "if": {"properties": {"type": {"const": kind.type}}, "required": ["type"]},
            "then": {"anyOf": [{"required": [name]} for name in number_fields_of_trigger(kind)]},
        }
        for kind in get_args(AchievementTrigger)
        if kind.number is not None
    ]
    return {"if": {"not": {"required": ["tiers"]}}, "then": {"properties": {"trigger": {"allOf": cases}}}}


def _check_tiers(trigger: AchievementTrigger, tiers: tuple[Tier, ...]) -> None:
    if trigger.number is not None:
        check_tiers(trigger, tiers)
    elif tiers:
        kinds = join_words([kind.type for kind in get_args(AchievementTrigger) if kind.number is not None], "or")
        raise InvalidValue(f"are for triggers of the type {kinds}, not {trigger.type}; remove them", "tiers")


def _check_repeatable(trigger: AchievementTrigger, tiers: tuple[Tier, ...], repeatable: bool) -> None:  # noqa: FBT001  # a field
    if not repeatable:
        return
    if trigger.never_repeats is not None:
        reason = f"for a trigger of the type {trigger.type}: {trigger.never_repeats}"
        raise InvalidValue(f"must be false {reason}", "repeatable")
    if tiers:
        raise InvalidValue(
            (
                "must be false with",
                FieldName("tiers", after=","),
                "each of which is completed once;",
                "remove one of both",
            ),
            "repeatable",
        )
    if isinstance(trigger, MetricTrigger) and trigger.at_most is not None:
        remedy = "a total that is at most a value has no multiples; remove it, or write several achievements"
        raise InvalidValue(("must be false with", FieldName("at_most", after=":"), remedy), "repeatable")


@attrs.frozen
class Achievement(Value):
    """A reward that a user completes.

    Attributes:
        key: the key by which rules and ``Engine.complete`` refer to it.
        name: the name for display; the key by default.
        trigger: the condition of its completion.
        description: the description for display.
        badge_url: the URL of its picture.
        hidden: true to show nothing of it but its key until it is completed.
        when: the conditions under which it can be completed.
        tiers: the tiers, from easy to hard, each of which is completed once; the trigger then has no number.
        repeatable: true to complete it again: on a metric without a window and on a streak at each multiple of the
            number, on a metric with a window once in each window, on ``api`` with each call.
        status: ``"active"``; ``"inactive"``, so that it is neither completed nor shown; or ``"locked"``, so that it can
            no longer be completed and is shown only to users who have completed it.
        metadata: what the application wants to find with it: strings, numbers, true and false.
    """

    further_schema: ClassVar[dict[str, Any]] = _schema_without_tiers()
    conditions: ClassVar[tuple[Condition, ...]] = (
        Condition(("tiers",), check_tier_keys, given=("tiers",)),
        Condition(("trigger", "tiers"), _check_tiers),
        Condition(("trigger", "tiers", "repeatable"), _check_repeatable, given=("tiers",)),
    )
    key: str = attrs.field(validator=KEY)
    trigger: AchievementTrigger = attrs.field(validator=InstanceOf(get_args(AchievementTrigger)))
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)
    description: str | None = attrs.field(default=None, validator=Optional(TEXT))
    badge_url: str | None = attrs.field(default=None, validator=Optional(TEXT))
    hidden: bool = attrs.field(default=False, validator=FLAG)
    when: Gate = attrs.field(default=ALWAYS, converter=as_gate, validator=GATE)
    tiers: tuple[Tier, ...] = attrs.field(
        default=(), converter=as_tiers, validator=InstanceOf((Tier,), many=True), kw_only=True
    )
    repeatable: bool = attrs.field(default=False, validator=FLAG, kw_only=True)
    status: AchievementStatus = attrs.field(default="active", validator=OneOf(_STATUSES), kw_only=True)
    metadata: Metadata = metadata_field()

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)

    @property
    def parts(self) -> tuple[Achievement, ...]:
        """The achievement; for one with tiers, each tier as an achievement of its own, by the key that names it."""
        return tuple(self._make_part_from_tier(tier) for tier in self.tiers) if self.tiers else (self,)

    def _make_part_from_tier(self, tier: Tier) -> Achievement:
        return attrs.evolve(
            self,
            key=tier_key(self.key, tier.key),
            trigger=trigger_of_tier(self.trigger, tier),
            name=f"{self.name}: {tier.key}" if tier.name is None else tier.name,
            description=self.description if tier.description is None else tier.description,
            badge_url=self.badge_url if tier.badge_url is None else tier.badge_url,
            metadata=Metadata({**self.metadata, **tier.metadata}),
            tiers=(),
        )


def has_active_api_trigger(achievement: Achievement) -> bool:
    """Return True if ``Engine.complete`` completes an achievement."""
    return isinstance(achievement.trigger, ApiTrigger) and achievement.status != "inactive"


def missing_api_trigger_error(achievements: Iterable[Achievement], key: str) -> UnknownKey:
    """Return the error for a key of none of the achievements that calls complete: what it names, and their keys."""
    known: list[str] = []
    fact = None
    for achievement in achievements:
        if has_active_api_trigger(achievement):
            known.append(achievement.key)
        elif key in {achievement.key, *(name for _, name in tier_names(achievement))}:
            type_ = achievement.trigger.type
            reason = "is inactive" if type_ == ApiTrigger.type else f"has a trigger of the type {type_}, not api"
            fact = f"no call completes the achievement {key!r}, because it {reason}"
    return UnknownKey("api achievement", key, known, fact)

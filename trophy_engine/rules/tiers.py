"""Tiers: the steps of one achievement, from easy to hard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import attrs

from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.rules.conditions import Condition, check_conditions
from trophy_engine.rules.constraints import KEY, TEXT, Numeric, Optional, as_rule_number
from trophy_engine.rules.diagnostics import rule_item_path
from trophy_engine.rules.mappings import rule_from_mapping
from trophy_engine.rules.metadata import Metadata, metadata_field
from trophy_engine.values import Value

__all__ = ["Tier"]


def _check_tier_numbers(value: Number | None, at_most: Number | None) -> None:
    if value is None and at_most is None:
        raise InvalidValue(("must be given if", FieldName("at_most"), "is not"), "value")
    if value is not None and at_most is not None:
        raise InvalidValue(("must not be given together with", FieldName("at_most", after=";"), "remove one"), "value")


@attrs.frozen
class Tier(Value):
    """One of several completions of an achievement.

    Attributes:
        key: the key, unique among the tiers of the achievement; rules name the tier by the achievement's key, a hyphen
            and this key.
        value: the number that the trigger lacks: a total, a length, years, or a balance.
        at_most: in place of ``value``, the total of a metric that completes the tier when there is one that is at most
            that.
        name: the name for display; the name of the achievement and the key by default.
        description: the description for display; that of the achievement by default.
        badge_url: the URL of its picture; that of the achievement by default.
        metadata: what the application wants to find with it, besides the metadata of the achievement.
    """

    #: The field that an example has besides the required ones.
    example_number: ClassVar[str] = "value"
    conditions: ClassVar[tuple[Condition, ...]] = (
        Condition(("value", "at_most"), _check_tier_numbers, given=("value", "at_most")),
    )
    key: str = attrs.field(validator=KEY)
    value: Number | None = attrs.field(default=None, converter=as_rule_number, validator=Optional(Numeric()))
    at_most: Number | None = attrs.field(
        default=None, converter=as_rule_number, validator=Optional(Numeric()), kw_only=True
    )
    name: str | None = attrs.field(default=None, validator=Optional(TEXT), kw_only=True)
    description: str | None = attrs.field(default=None, validator=Optional(TEXT), kw_only=True)
    badge_url: str | None = attrs.field(default=None, validator=Optional(TEXT), kw_only=True)
    metadata: Metadata = metadata_field()

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)

    @property
    def number(self) -> tuple[str, Number]:
        """The name of the field with the number of the tier, and the number."""
        name = "value" if self.at_most is None else "at_most"
        return name, getattr(self, name)


def as_tiers(value: Any) -> Any:
    """Return a list of tiers or of mappings as a tuple of tiers, and any other value unchanged, for the validator."""
    if not isinstance(value, list | tuple):
        return value
    return tuple(
        rule_from_mapping(Tier, item, rule_item_path("tiers", index)) if isinstance(item, Mapping) else item
        for index, item in enumerate(value)
    )


def tier_key(achievement: str, tier: str) -> str:
    """Return the key by which rules name a tier of an achievement.

    >>> tier_key("words", "gold")
    'words-gold'
    """
    return f"{achievement}-{tier}"


def tier_names(achievement: Any) -> Iterator[tuple[int, str]]:
    """Yield the index of each tier of an achievement, with the key by which rules name it."""
    for index, tier in enumerate(getattr(achievement, "tiers", None) or ()):
        if isinstance(tier, Tier) and tier.key and achievement.key:
            yield index, tier_key(achievement.key, tier.key)


def trigger_of_tier(trigger: Any, tier: Tier) -> Any:
    """Return the trigger of a tier: that of its achievement with the number of the tier."""
    field, number = tier.number
    return attrs.evolve(trigger, **{trigger.number if field == "value" else field: number})


def number_fields_of_trigger(trigger: Any) -> tuple[str, ...]:
    """Return the names of the fields of a trigger, or of its class, one of which has the number that completes it."""
    return (trigger.number, "at_most") if hasattr(trigger, "at_most") else (trigger.number,)


def check_tiers(trigger: Any, tiers: tuple[Tier, ...]) -> None:
    """Check that either a trigger or the tiers have the number that completes an achievement, and check the numbers.

    Raises:
        InvalidValue: both have it or none, a number is invalid for the trigger, or the tiers do not go from easy to
            hard.
    """
    fields = number_fields_of_trigger(trigger)
    given = next((name for name in fields if getattr(trigger, name) is not None), None)
    if not tiers and given is None:
        remedy = "give it, or give the achievement tiers"
        raise InvalidValue(f"lacks the field {' or '.join(fields)}; {remedy}", "trigger")
    if tiers and given is not None:
        fact = "must not be given together with", FieldName("tiers", after=","), "which have it"
        raise InvalidValue(fact, f"trigger.{given}")
    for index, tier in enumerate(tiers):
        path = rule_item_path("tiers", index)
        _check_tier_field(trigger, tier, tiers[0], path)
        if index:
            _check_tier_order(tiers[index - 1], tier, path)


def check_tier_keys(tiers: Any) -> None:
    """Check that no tier has the key of an earlier one; tiers that could not be read have no key.

    Raises:
        InvalidValue: one has.
    """
    if not tiers or not isinstance(tiers, tuple):
        return
    keys: set[str] = set()
    for index, tier in enumerate(tiers):
        if tier.key in keys:
            path = f"{rule_item_path('tiers', index)}.key"
            raise InvalidValue(f"{tier.key!r} is the key of an earlier tier; choose another key", path)
        if tier.key is not None:
            keys.add(tier.key)


def _check_tier_field(trigger: Any, tier: Tier, first: Tier, path: str) -> None:
    field, _ = tier.number
    if field not in {"value", *number_fields_of_trigger(trigger)}:
        raise InvalidValue(f"is for metrics; give a tier of the type {trigger.type} a value", f"{path}.at_most")
    if field != first.number[0]:
        raise InvalidValue(f"must be {first.number[0]}, which the first tier has", f"{path}.{field}")
    try:
        trigger_of_tier(trigger, tier)
    except InvalidValue as error:
        raise error.rename_fields(lambda _: f"{path}.{field}") from None


def _check_tier_order(former: Tier, tier: Tier, path: str) -> None:
    field, number = tier.number
    _, before = former.number
    if number <= before if field == "value" else number >= before:
        bound = "above" if field == "value" else "below"
        fact = f"{number:,} must be {bound} {before:,}, that of the tier before; order the tiers from easy to hard"
        raise InvalidValue(fact, f"{path}.{field}")

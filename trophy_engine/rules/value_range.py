"""Ranges of values of events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import attrs

from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.rules.conditions import Condition, check_conditions
from trophy_engine.rules.constraints import Numeric, Optional, as_rule_number
from trophy_engine.rules.mappings import rule_from_mapping
from trophy_engine.values import Value

__all__ = ["ValueRange"]


def _check_value_range_bounds(at_least: Number | None, at_most: Number | None) -> None:
    if at_least is None and at_most is None:
        raise InvalidValue(("must be given if", FieldName("at_most"), "is not"), "at_least")
    if at_least is not None and at_most is not None and at_most < at_least:
        raise InvalidValue((f"{at_most} must not be below", FieldName("at_least"), str(at_least)), "at_most")


@attrs.frozen
class ValueRange(Value):
    """The values from one bound to another, both included.

    Attributes:
        at_least: the least value; None for no bound.
        at_most: the greatest value; None for no bound.
    """

    conditions: ClassVar[tuple[Condition, ...]] = (Condition(("at_least", "at_most"), _check_value_range_bounds),)
    at_least: Number | None = attrs.field(default=None, converter=as_rule_number, validator=Optional(Numeric()))
    at_most: Number | None = attrs.field(default=None, converter=as_rule_number, validator=Optional(Numeric()))

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)

    def __contains__(self, value: Number) -> bool:
        """Return True if a value lies in the range."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


def as_value_range(value: Any) -> Any:
    """Return a mapping as a range, and any other value unchanged, for the validator."""
    return rule_from_mapping(ValueRange, value, "event_value") if isinstance(value, Mapping) else value

"""Examples of rules for remedies: the fields that a table needs, with values."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import attrs

from trophy_engine.rules.constraints import (
    FLAG,
    LOCAL_DATE,
    TIME_OF_DAY,
    Between,
    Constraint,
    InstanceOf,
    Integer,
    Numeric,
    OneOf,
    Optional,
    SubsetOf,
)

#: In place of a text that only the author knows.
_PLACEHOLDER: Final = "…"


def example_fields(cls: type, value: object) -> dict[str, object]:
    """Return the fields that an instance of a class requires, or its first one; a given value is used if it is valid.

    >>> from trophy_engine.rules.streak import Freezes, StreakMetric
    >>> example_fields(Freezes, 2), example_fields(StreakMetric, None)
    ({'start_count': 2}, {'key': '…'})
    """
    fields: Any = attrs.fields(cls)
    number = getattr(cls, "number", None)  # of a trigger: the tiers can have it in its place
    required = [field for field in fields if field.default is attrs.NOTHING or field.name == number] or [fields[0]]
    first, *others = required
    is_valid = value is not None and first.validator.accepts(value)
    example = {first.name: value if is_valid else _sample(first.validator)}
    return {**example, **{field.name: _sample(field.validator) for field in others}}


def _sample(constraint: Constraint) -> object:
    """Return a valid value, or a placeholder for a text that only the author knows."""
    match constraint:
        case Optional():
            return _sample(constraint.constraint)
        case Integer() | Numeric():
            return max(1, constraint.min or 1)
        case Between():
            return constraint.low + 2
        case OneOf() | SubsetOf():
            choice = constraint.choices[0]
            return choice if isinstance(constraint, OneOf) else [choice]
        case InstanceOf():
            return {}
        case _:
            samples = {LOCAL_DATE: date(2025, 4, 2), TIME_OF_DAY: "12:00", FLAG: True}
            return samples.get(constraint, _PLACEHOLDER)

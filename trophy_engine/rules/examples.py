"""Examples of rules for remedies: the fields that a table needs, with values."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import attrs

from trophy_engine.identifiers import is_key
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
    number = getattr(cls, "example_number", None) or getattr(cls, "number", None)
    required = [field for field in fields if field.default is attrs.NOTHING or field.name == number] or [fields[0]]
    of_value = next((field for field in required if value is not None and field.validator.accepts(value)), None)
    return {field.name: value if field is of_value else _example_value(field.validator) for field in required}


def example_table(classes: tuple[type, ...], value: object) -> dict[str, object]:
    """Return the fields that the first class requires, with its type if there are several classes."""
    cls, *others = classes
    return {"type": vars(cls)["type"], **example_fields(cls, None)} if others else example_fields(cls, value)


def table_meant_by_value(classes: tuple[type, ...], value: object) -> dict[str, object]:
    """Return the table that a text in its place is meant as: with it as the key or the type; else an empty one."""
    field = "key" if len(classes) == 1 else "type"
    choices = [str(vars(cls)["type"]) for cls in classes] if field == "type" else [value]
    return {field: value} if is_key(value) and value in choices and hasattr(classes[0], field) else {}


def _example_value(constraint: Constraint) -> object:
    """Return a valid value, or a placeholder for a text that only the author knows."""
    match constraint:
        case Optional():
            return _example_value(constraint.constraint)
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

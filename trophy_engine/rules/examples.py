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
    required = _required_fields(cls) or [attrs.fields(cls)[0]]
    of_value = next((field for field in required if value is not None and field.validator.accepts(value)), None)
    return {field.name: value if field is of_value else _example_value(field.validator) for field in required}


def _required_fields(cls: Any) -> list[Any]:
    number = getattr(cls, "example_number", None) or getattr(cls, "number", None)
    return [field for field in attrs.fields(cls) if field.default is attrs.NOTHING or field.name == number]


def example_table(classes: tuple[type, ...], value: object) -> dict[str, object]:
    """Return the fields that the first class requires, with its type if there are several classes."""
    cls, *others = classes
    return {"type": vars(cls)["type"], **example_fields(cls, None)} if others else example_fields(cls, value)


def table_meant_by_value(classes: tuple[type, ...], value: object) -> dict[str, object]:
    """Return the table that a text in its place is meant as: with it as the key or the type; else an empty one.

    It has the numbers that a rule with this key requires, and all that one of this type does.

    >>> from trophy_engine.rules.achievements import ApiTrigger, StreakTrigger
    >>> table_meant_by_value((ApiTrigger, StreakTrigger), "streak"), table_meant_by_value((ApiTrigger,), "streak")
    ({'type': 'streak', 'length': 1}, {})
    """
    if not is_key(value):
        return {}
    if len(classes) == 1:
        wanted = [field for field in _required_fields(classes[0]) if isinstance(field.validator, Integer | Numeric)]
        numbers = {field.name: _example_value(field.validator) for field in wanted}
        return {"key": value, **numbers} if hasattr(classes[0], "key") else {}
    cls = next((cls for cls in classes if vars(cls)["type"] == value), None)
    fields = () if cls is None else _required_fields(cls)
    return {} if cls is None else {"type": value, **{field.name: _example_value(field.validator) for field in fields}}


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

"""Conditions on several fields of one rule, each checked where all of its fields could be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import attrs

from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.values import Value


@attrs.frozen
class Condition(Value):
    """A condition on fields of a rule.

    Attributes:
        fields: the names of the fields.
        check: a function of their values that raises ``InvalidValue`` if they contradict one another.
        given: those of the fields of which only matters whether they are given: a value that is invalid for other
            reasons is checked, too.
    """

    fields: tuple[str, ...]
    check: Callable[..., None]
    given: tuple[str, ...] = ()


def check_conditions(rule: Any) -> None:
    """Check a rule with valid fields by the ``conditions`` of its class.

    Raises:
        InvalidValue: fields contradict one another.
    """
    for condition in type(rule).conditions:
        condition.check(*(getattr(rule, name) for name in condition.fields))


def both_or_neither_condition(first: str, second: str) -> Condition:
    """Return the condition that of two fields both are given or none."""

    def check(value: object, other: object) -> None:
        if (value is None) != (other is None):
            raise InvalidValue(("must be given together with", FieldName(second, after=","), "or not at all"), first)

    return Condition((first, second), check, given=(first, second))


def _check_end_not_before_start(start: date | None, end: date | None) -> None:
    if start is not None and end is not None and end < start:
        raise InvalidValue((f"{end} must not be before", FieldName("start"), str(start)), "end")


#: The last day is not before the first.
END_NOT_BEFORE_START: Final = Condition(("start", "end"), _check_end_not_before_start)

"""Remedies for arguments of constructors of rules in Python."""

from __future__ import annotations

from typing import Any

import attrs

from trophy_engine.rules.constraints import Constraint
from trophy_engine.rules.notation import quotes_remedy


def python_argument_remedy(cls: type, field: Any, value: object) -> str:
    """Return what to write in place of an invalid value of a field, for the end of a message; else an empty text.

    >>> from trophy_engine import MetricTrigger
    >>> python_argument_remedy(MetricTrigger, attrs.fields(MetricTrigger).value, "100")
    '; write it without quotes: 100'
    """
    if not isinstance(field.validator, Constraint):
        return ""
    if isinstance(value, str) and value in {"true", "false"}:
        is_flag = field.validator.accepts(value == "true")
        return f"; write {value.title()}" if is_flag else ""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return quotes_remedy(field.validator, value)
    items = value if isinstance(value, list | tuple) else [value]
    if not items or not all(attrs.has(type(item)) for item in items):
        return ""
    meant = next((other.name for other in attrs.fields(cls) if _can_field_contain_rules(other, value)), None)
    return "" if meant is None else f"; write {meant}={'…' if items[0] is value else '[…]'}"


def _can_field_contain_rules(field: Any, value: object) -> bool:
    """Return True if a field accepts a value that consists of rules."""
    if not isinstance(field.validator, Constraint):
        return False
    return field.validator.accepts(value if field.converter is None else field.converter(value))

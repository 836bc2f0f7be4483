"""Partial rules: what is kept of a table with problems, so that one problem hides no other.

A partial rule is an instance of its class that was not validated, in which a field that could not be read is None.
Checks of rules against one another read partial rules; no partial rule leaves this room. What is no table, or has no
type, becomes an ``Unreadable`` with its key, so that references to it are not unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import attrs

from trophy_engine.identifiers import is_key
from trophy_engine.rules.diagnostics import rule_item_path
from trophy_engine.rules.structure import default_of_rule_field
from trophy_engine.rules.tables import Table
from trophy_engine.values import Value


@attrs.frozen
class Unreadable(Value):
    """A part of a file that is no table or has no type, and its key if that could be read."""

    needs_streak: ClassVar[bool] = False
    key: str | None = None


UNREADABLE: Final = Unreadable()


def make_partial_rule(cls: type, values: Mapping[str, Any]) -> Any:
    """Return an instance of a class with fields that are not validated; others have their defaults."""
    rule: Any = object.__new__(cls)
    for field in attrs.fields(cls):
        value = values[field.name] if field.name in values else default_of_rule_field(rule, field)
        object.__setattr__(rule, field.name, value)
    return rule


def readable_part(name: str, value: Any, faulty: set[str]) -> Any:
    """Return a value without its faulty items; None for a faulty value, except for a key, by which rules refer."""
    if isinstance(value, Table):
        return type(value)({key: required for key, required in value.items() if is_key(key)})
    if "" in faulty:
        return value if name == "key" and isinstance(value, str) else None
    if isinstance(value, tuple):
        return tuple(None if rule_item_path("", index) in faulty else item for index, item in enumerate(value))
    return value

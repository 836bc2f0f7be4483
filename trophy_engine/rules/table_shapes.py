"""Shapes of tables: which fields the tables of a class of rules have, and how authors nest tables by mistake."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import attrs

from trophy_engine.rules.other_names import meant_rule_field
from trophy_engine.rules.structure import rule_classes_of
from trophy_engine.values import Value


@attrs.frozen
class TableShape(Value):
    """What the tables of a class have, computed once.

    Attributes:
        fields: the fields of the class by name.
        known: the names that a table can have.
        required: the names that it must have.
        plain: the names of the fields that have no rules.
    """

    fields: dict[str, Any]
    known: tuple[str, ...]
    required: tuple[str, ...]
    plain: frozenset[str]


@cache
def table_shape_of(cls: type) -> TableShape:
    """Return the shape of the tables of a class of rules."""
    fields = {field.name: field for field in attrs.fields(cls)}
    has_type = "type" in vars(cls) and "type" not in fields
    plain = {name for name in fields if name not in rule_classes_of(cls)}
    required = tuple(name for name, field in fields.items() if field.default is attrs.NOTHING)
    return TableShape(fields, (*fields, "type") if has_type else tuple(fields), required, frozenset(plain))


def find_list_of_rules(root: type, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the names, from a class on, of the field with several rules that names mean, or None.

    >>> from trophy_engine import Ruleset
    >>> find_list_of_rules(Ruleset, ("point", "triggers")), find_list_of_rules(Ruleset, ("streaks", "freezes"))
    (('points', 'triggers'), None)
    """
    classes: tuple[type, ...] = (root,)
    found: list[str] = []
    many = False
    for name in names:
        known = {field: rules for cls in classes for field, rules in rule_classes_of(cls).items()}
        meant = name if name in known else meant_rule_field(name, classes, ())
        if meant not in known:
            return None
        classes, many = known[meant]
        found.append(meant)
    return tuple(found) if many else None


def is_list_of_tables(value: object) -> bool:
    """Return True if a value is a list of tables, at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def tables_by_key(classes: tuple[type, ...], raw: Mapping[str, Any]) -> dict[str, dict[str, Any]] | None:
    """Return the rules that a table in place of a list has by their keys, as after ``[metrics.km]``, or None.

    A number in place of a rule is its value, as in ``levels = { gold = 100 }``.
    """
    fields = table_shape_of(classes[0]).fields
    if len(classes) > 1 or "key" not in fields:
        return None
    number = "value" if "value" in fields else meant_rule_field("value", classes, ())
    tables: dict[str, dict[str, Any]] = {}
    for key, value in raw.items():
        if key in fields or meant_rule_field(key, classes, ()) is not None:
            return None
        if isinstance(value, Mapping):
            tables[key] = {"key": key, **value}
        elif number is not None and isinstance(value, int | float | Decimal):
            tables[key] = {"key": key, number: value}
        else:
            return None
    return tables or None

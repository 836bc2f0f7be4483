"""Mappings as they are in rules files, given in Python in place of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import attrs

from trophy_engine.error_messages import FieldName, GivenValue, list_keys_in_message, short_repr
from trophy_engine.errors import InvalidValue

Rule = TypeVar("Rule")


def rule_from_mapping(cls: type[Rule], values: Mapping[str, Any], field: str) -> Rule:
    """Return the rule of a class with the fields in a mapping.

    Raises:
        InvalidValue: a field is unknown, missing or invalid; the error has its path after that of ``field``.
    """
    fields = attrs.fields_dict(cls)  # type: ignore[arg-type]  # every class of rules is one of attrs
    for name in values:
        if name not in fields:
            near = _meant_rule_field(name, [cls], values)
            hint = f"did you mean {near!r}?" if near else f"known: {list_keys_in_message(tuple(fields))}"
            raise InvalidValue(f"has an unknown field {short_repr(name)}; {hint}", field)
    for name, one in fields.items():
        if name not in values and one.default is attrs.NOTHING:
            raise InvalidValue(f"lacks the field {name!r}", field)
    try:
        return cls(**values)
    except InvalidValue as error:
        raise error.prefix_field(field) from None


def rule_from_named_mapping(classes: Sequence[Any], value: Any, field: str) -> Any:
    """Return a mapping as the rule of the class that its fields name, and any other value unchanged, for the validator.

    Raises:
        InvalidValue: the mapping is of none of the classes, or a field is unknown, missing or invalid.
    """
    if not isinstance(value, Mapping):
        return value
    try:
        cls = choose_rule_class(classes, value)
    except InvalidValue as error:
        raise error.with_field(field) from None
    return rule_from_mapping(cls, value, field)


def rule_from_typed_mapping(classes: Sequence[Any], values: Mapping[str, Any], field: str) -> Any:
    """Return the rule with the fields in a mapping, of the class that its ``type`` names.

    Raises:
        InvalidValue: the type is missing or unknown, or another field is unknown, missing or invalid.
    """
    types = {cls.type: cls for cls in classes}
    if "type" not in values:
        raise InvalidValue(f"lacks the field 'type'; known: {list_keys_in_message(tuple(types))}", field)
    fields = {name: value for name, value in values.items() if name != "type"}
    kind = values["type"]
    if not isinstance(kind, str) or kind not in types:
        known = f"{short_repr(kind)} is unknown; known: {list_keys_in_message(tuple(types))}"
        raise InvalidValue(known, "type").prefix_field(field)
    return rule_from_mapping(types[kind], fields, field)


def choose_rule_class(classes: Sequence[Any], values: Mapping[str, Any]) -> Any:
    """Return the class of a table that has no type: the first one whose ``named_by`` is one of the fields.

    If that class lacks another field of the table, it is the first class that has all of them. An unknown field counts
    as the one that it means.

    Raises:
        InvalidValue: no class is named, or two that exclude one another.
    """
    known = {name for cls in classes for name in attrs.fields_dict(cls)}
    given = {name if name in known else _meant_rule_field(name, classes, values) for name in values} - {None}
    named = [cls for cls in classes if cls.named_by in given]
    if not named:
        names = tuple(FieldName(cls.named_by, after=",") for cls in classes)
        raise InvalidValue(("must have one of the fields", *names, "not only", GivenValue(dict(values))))
    first, *others = named
    for other in others:
        if other.named_by not in attrs.fields_dict(first):
            fields = FieldName(first.named_by), "and", FieldName(other.named_by, after=",")
            raise InvalidValue(("must not have both", *fields, "because they exclude one another; remove one"))
    return next((cls for cls in (first, *classes) if given <= attrs.fields_dict(cls).keys()), first)


def _meant_rule_field(name: object, classes: Sequence[type], values: Mapping[str, Any]) -> str | None:
    """Return the field that an unknown name in a mapping means, or None."""
    if not isinstance(name, str):
        return None
    from trophy_engine.rules.other_names import meant_rule_field  # noqa: PLC0415  # only messages use it

    return meant_rule_field(name, classes, values, values[name])

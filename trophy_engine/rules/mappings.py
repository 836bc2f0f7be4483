"""Mappings as they are in rules files, given in Python in place of rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from trophy_engine.errors import InvalidValue, listed, nearest, short_repr

Rule = TypeVar("Rule")


def from_mapping(cls: type[Rule], values: Mapping[str, Any], field: str) -> Rule:
    """Return the rule of a class with the fields in a mapping.

    Raises:
        InvalidValue: a field is unknown, missing or invalid; the error has its path after that of ``field``.
    """
    fields = attrs.fields_dict(cls)  # type: ignore[arg-type]  # every class of rules is one of attrs
    for name in values:
        if name not in fields:
            near = nearest(name, tuple(fields)) if isinstance(name, str) else None
            hint = f"did you mean {near!r}?" if near else f"known: {listed(tuple(fields))}"
            raise InvalidValue(f"has an unknown field {short_repr(name)}; {hint}", field)
    for name, one in fields.items():
        if name not in values and one.default is attrs.NOTHING:
            raise InvalidValue(f"lacks the field {name!r}", field)
    try:
        return cls(**values)
    except InvalidValue as error:
        raise error.prefix_field(field) from None

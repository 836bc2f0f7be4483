"""Metadata: what an application wants to find with a rule; the engine carries it and never reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import attrs

from trophy_engine.error_messages import FieldName, GivenValue, name_field_in_message
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import FLAG, Constraint, Integer, Numeric, Text, as_rule_number
from trophy_engine.rules.diagnostics import rule_field_path
from trophy_engine.rules.tables import Table

_NAME: Final = Text()
_STRING: Final = Text(allow_empty=True)
_WHOLE: Final = Integer()
_NUMBER: Final = Numeric()


class Metadata(Table):
    """A table of strings, numbers, true and false; it has no consequence."""

    __slots__ = ()


class _MetadataValueConstraint(Constraint):
    """A string, a number, true or false."""

    def check(self, name: str | FieldName, value: Any) -> None:
        match value:
            case bool():
                FLAG.check(name, value)
            case str():
                _STRING.check(name, value)
            case int():
                _WHOLE.check(name, value)
            case float() | Decimal():
                _NUMBER.check(name, value)
            case _:
                raise InvalidValue(("must be a string, a number, true or false, not", GivenValue(value)), name)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]}


#: The metadata of a rule that is given none.
_NONE: Final = Metadata()


class _MetadataConstraint(Constraint):
    item: Final = _MetadataValueConstraint()

    def check(self, name: str | FieldName, value: Any) -> None:
        if value is _NONE:
            return
        for _, error in self.faults(name, value):
            raise error

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        if not isinstance(value, Metadata):
            kinds = "strings, numbers, true and false"
            yield "", InvalidValue((f"must be a table of {kinds}, not", GivenValue(value)), name)
            return
        for key, item in value.items():
            for constraint, part, field in (
                (_NAME, key, name_field_in_message(name, "each key of ")),
                (self.item, item, name_field_in_message(name, after=f".{key}")),
            ):
                try:
                    constraint.check(field, part)
                except InvalidValue as error:
                    yield rule_field_path("", str(key)), error

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "propertyNames": _NAME.schema(), "additionalProperties": self.item.schema()}


def _as_metadata(value: Any) -> Any:
    """Return a mapping as metadata, and any other value unchanged, for the validator."""
    if not isinstance(value, Mapping) or isinstance(value, Metadata):
        return value
    return Metadata({key: as_rule_number(item) for key, item in value.items()})


def metadata_field() -> Any:
    """Return the field of a class of rules for its metadata."""
    return attrs.field(default=_NONE, converter=_as_metadata, validator=_MetadataConstraint(), kw_only=True)

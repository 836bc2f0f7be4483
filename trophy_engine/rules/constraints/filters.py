"""Constraints on mappings from keys: filters on attributes, and levels of points systems."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from trophy_engine.error_messages import FieldName, GivenValue, name_field_in_message
from trophy_engine.errors import InvalidValue
from trophy_engine.identifiers import check_key, check_text
from trophy_engine.rules.constraints.constraint import Constraint, ManyItems, item_constraint_faults
from trophy_engine.rules.constraints.texts import ANY_TEXT, KEY, Text
from trophy_engine.rules.diagnostics import rule_field_path
from trophy_engine.rules.filters import Filter


@attrs.frozen(eq=False, repr=False)
class _FilterConstraint(ManyItems):
    """A mapping from attribute keys to required values, or to several of which each will do."""

    many: bool = False

    @property
    def item(self) -> Constraint:
        return Text(allow_empty=True)

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        if not isinstance(value, Filter):
            values = "strings or lists of strings" if self.many else "strings"
            yield "", InvalidValue((f"must map attribute keys to {values}, not", GivenValue(value)), name)
            return
        for key, required in value.items():
            for check, item, field in (
                (check_key, key, name_field_in_message(name, "each key of ")),
                (self._check_required, required, name_field_in_message(name, after=f".{key}")),
            ):
                try:
                    check(item, field)
                except InvalidValue as error:
                    yield rule_field_path("", str(key)), error

    def _check_required(self, value: Any, field: FieldName) -> None:
        if not (self.many and isinstance(value, tuple)):
            check_text(value, field)
            return
        if not value:
            raise InvalidValue("must contain at least one value", field)
        for error in (error for _, error in item_constraint_faults(self.item, field, value)):
            raise error

    def schema(self) -> dict[str, Any]:
        text = {"type": "string", "pattern": ANY_TEXT}
        several = {"type": "array", "items": text, "minItems": 1, "uniqueItems": True}
        return {
            "type": "object",
            "propertyNames": KEY.schema(),
            "additionalProperties": {"anyOf": [text, several]} if self.many else text,
        }


@attrs.frozen(eq=False, repr=False)
class _LevelsConstraint(ManyItems):
    """A mapping from keys of points systems to keys of levels."""

    @property
    def item(self) -> Constraint:
        return KEY

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        if not isinstance(value, Filter):
            example = GivenValue({"xp": "gold"}, after=",")
            fact = "must map keys of points systems to keys of levels, for example", example, "not", GivenValue(value)
            yield "", InvalidValue(fact, name)
            return
        for system, level in value.items():
            for key, field in (
                (system, name_field_in_message(name, "each key of ")),
                (level, name_field_in_message(name, after=f".{system}")),
            ):
                try:
                    check_key(key, field)
                except InvalidValue as error:
                    yield rule_field_path("", str(system)), error

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "propertyNames": KEY.schema(), "additionalProperties": KEY.schema()}


#: A mapping from attribute keys to required values.
FILTER: Final = _FilterConstraint()
#: The same, where a list of values requires any of them.
ANY_OF_FILTER: Final = _FilterConstraint(many=True)
#: A mapping from points systems to levels.
LEVELS: Final = _LevelsConstraint()

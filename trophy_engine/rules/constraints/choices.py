"""Constraints on choices: one of several words, or an instance of one of several classes of rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

import attrs

from trophy_engine.error_messages import FieldName, GivenValue, name_field_in_message, one_of_message
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints.constraint import Constraint, ManyItems, item_constraint_faults, not_a_list_message
from trophy_engine.rules.mappings import choose_rule_class

_DAYS_OF_WEEK: Final = 7
_MAX_LENGTH: Final = 10**9
#: A number with a unit, as in ``7 days``.
_LENGTH: Final = re.compile(r"\s*(\d{1,9})\s*([a-z]*?)s?\s*")


@attrs.frozen(eq=False, repr=False)
class OneOf(Constraint):
    """One of the given strings; ``remedies`` end the messages for some values that are frequent mistakes."""

    choices: tuple[str, ...]
    remedies: Mapping[str, tuple[str | FieldName | GivenValue, ...]] = attrs.field(factory=dict, hash=False)

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if not isinstance(value, str) or value not in self.choices:
            fact: tuple[str | FieldName | GivenValue, ...] = one_of_message(self.choices, value)
            if isinstance(value, str) and value in self.remedies:
                *known, _ = one_of_message(self.choices, None)
                fact = (*known, GivenValue(value, after=";"), *self.remedies[value])
            raise InvalidValue(fact, name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return {"enum": list(self.choices)}


@attrs.frozen(eq=False, repr=False)
class OneOfOrTable(Constraint):
    """One of the given strings, or an instance of a class of rules, which is a table in a file, as in the example.

    ``refused`` are the classes of tables that are in place of such a table by mistake, each with its message.
    """

    takes_text: ClassVar[bool] = True
    choices: tuple[str, ...]
    kinds: tuple[type, ...]
    example: Mapping[str, object] = attrs.field(hash=False)
    refused: Mapping[type, str] = attrs.field(factory=dict, hash=False)

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if isinstance(value, self.kinds) or (isinstance(value, str) and value in self.choices):
            return
        self._check_class(name, type(value))
        length = _parse_length_with_unit(value)
        *known, last = one_of_message(self.choices, None if length else value)
        if not length and not (isinstance(last, GivenValue) and last.value is value):  # the nearest choice is meant
            raise InvalidValue((*known, last), name)
        table = self._example_with_length(*length) if length else self.example
        remedy = "or write a table like", GivenValue(dict(table))
        raise InvalidValue((*known, GivenValue(value, after=";"), *remedy), name)

    def _example_with_length(self, number: int, unit: str) -> Mapping[str, object]:
        """Return the example with another length; the example itself if it cannot have that."""
        field, *_ = self.example
        kind: Any = next(kind for kind in self.kinds if self.example.keys() == attrs.fields_dict(kind).keys())
        lengths = ((number, unit or self.example["unit"]), (number * _DAYS_OF_WEEK, "day" if unit == "week" else None))
        tables = [{**self.example, field: length, "unit": unit} for length, unit in lengths]
        return next((table for table in tables if _can_construct_rule(kind, **table)), self.example)

    def check_table(self, name: str | FieldName, values: Mapping[str, Any]) -> None:
        """Check that a table is none of a class that is refused; its fields are not checked.

        Raises:
            InvalidValue: it is.
        """
        if not self.refused:
            return
        try:
            cls = choose_rule_class((*self.kinds, *self.refused), values)
        except InvalidValue:  # it is of no class
            return
        self._check_class(name, cls)

    def _check_class(self, name: str | FieldName, cls: type) -> None:
        """Check that a class is not refused.

        Raises:
            InvalidValue: it is.
        """
        if cls in self.refused:
            choices = (GivenValue(choice, after=",") for choice in self.choices)
            example = GivenValue(dict(self.example))
            raise InvalidValue((f"{self.refused[cls]}; write one of", *choices, "or a table like", example), name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema, by reference to the definitions of the classes."""
        tables = ({"$ref": f"#/$defs/{kind.__name__}"} for kind in self.kinds)
        return {"anyOf": [{"enum": list(self.choices)}, *tables]}


def _parse_length_with_unit(value: object) -> tuple[int, str] | None:
    """Return a length and its unit, which can be an empty text, if a value means them."""
    if isinstance(value, str):
        written = _LENGTH.fullmatch(value)
        return (int(written[1]), written[2]) if written else None
    return (value, "") if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_LENGTH else None


@attrs.frozen(eq=False, repr=False)
class SubsetOf(ManyItems):
    """A tuple of different strings, each one of the choices."""

    choices: tuple[str, ...]

    @property
    def item(self) -> Constraint:
        """The constraint on an item."""
        return OneOf(self.choices)

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        """Yield every violation, with the index of its item."""
        if not isinstance(value, tuple):
            yield "", InvalidValue(("must be a list, not", *not_a_list_message(value)), name)
        else:
            yield from item_constraint_faults(self.item, name, value)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return {"type": "array", "items": {"enum": list(self.choices)}, "uniqueItems": True}


@attrs.frozen(eq=False, repr=False)
class InstanceOf(Constraint):
    """An instance of one of the classes or, with ``many``, a tuple of instances."""

    kinds: tuple[type, ...]
    many: bool = False

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if self.many and not isinstance(value, tuple):
            example = f"; write [{self._show_constructor_call(value)}]" if self._show_constructor_call(value) else ""
            raise InvalidValue(("must be a list, not", GivenValue(value, after=example)), name)
        for item in value if self.many else (value,):
            if not isinstance(item, self.kinds):
                names = " or ".join(kind.__name__ for kind in self.kinds)
                article = "an" if names[0] in "AEIOU" else "a"
                field = name_field_in_message(name, "each of " if self.many else "")
                example = self._show_constructor_call(item)
                remedy = f"; write {example}" if example else ""
                raise InvalidValue((f"must be {article} {names}, not", GivenValue(item, after=remedy)), field)

    def _show_constructor_call(self, value: object) -> str:
        """Return how an instance is made of a value in Python if the class is one of rules; else an empty text."""
        kind, *others = self.kinds
        if others or not isinstance(value, str | int | float | Decimal | tuple) or not attrs.has(kind):
            return ""
        if not all(isinstance(field.validator, Constraint) for field in attrs.fields(kind)):  # a class of another room
            return ""
        if isinstance(value, tuple):
            return f"{kind.__name__}({', '.join(map(repr, value))})" if _can_construct_rule(kind, *value) else ""
        from trophy_engine.rules.examples import example_fields  # noqa: PLC0415  # it imports this module

        arguments = ", ".join(f"{name}={argument!r}" for name, argument in example_fields(kind, value).items())
        return f"{kind.__name__}({arguments})"

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema, by reference to the definitions of the classes."""
        references = [{"$ref": f"#/$defs/{kind.__name__}"} for kind in self.kinds]
        item = references[0] if len(references) == 1 else _schema_by_type(self.kinds)
        return {"type": "array", "items": item} if self.many else item


def _can_construct_rule(kind: type, *arguments: Any, **fields: Any) -> bool:
    """Return True if a class can be called with these arguments."""
    try:
        kind(*arguments, **fields)
    except (InvalidValue, TypeError):  # an invalid argument, or another number of them
        return False
    return True


def _schema_by_type(kinds: tuple[type, ...]) -> dict[str, Any]:
    """Return the schema of a table with one of several types: its fields are those of its type alone."""
    types = [vars(kind)["type"] for kind in kinds]
    cases = [
        {
            "if": {"type": "object", "properties": {"type": {"const": type_}}, "required": ["type"]},
            "then": {"$ref": f"#/$defs/{kind.__name__}"},
        }
        for type_, kind in zip(types, kinds, strict=True)
    ]
    return {"type": "object", "properties": {"type": {"enum": types}}, "required": ["type"], "allOf": cases}

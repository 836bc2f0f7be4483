"""Constraints on choices: one of several words, or an instance of one of several classes of rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

import attrs

from trophy_engine.error_messages import FieldName, GivenValue, name_field, one_of
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints.constraint import Constraint, ManyItems, item_faults, not_a_list
from trophy_engine.rules.mappings import choose_class


@attrs.frozen(eq=False, repr=False)
class OneOf(Constraint):
    """One of the given strings; ``remedies`` end the messages for some values that are frequent mistakes."""

    choices: tuple[str, ...]
    remedies: Mapping[str, tuple[str | FieldName | GivenValue, ...]] = attrs.field(factory=dict, hash=False)

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if not isinstance(value, str) or value not in self.choices:
            fact: tuple[str | FieldName | GivenValue, ...] = one_of(self.choices, value)
            if isinstance(value, str) and value in self.remedies:
                fact = (*fact[:-1], GivenValue(value, after=";"), *self.remedies[value])
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
        *known, last = one_of(self.choices, value)
        if not (isinstance(last, GivenValue) and last.value is value):  # the nearest choice is the remedy
            raise InvalidValue((*known, last), name)
        remedy = "or write a table like", GivenValue(dict(self.example))
        raise InvalidValue((*known, GivenValue(value, after=";"), *remedy), name)

    def check_table(self, name: str | FieldName, values: Mapping[str, Any]) -> None:
        """Check that a table is none of a class that is refused; its fields are not checked.

        Raises:
            InvalidValue: it is.
        """
        if not self.refused:
            return
        try:
            cls = choose_class((*self.kinds, *self.refused), values)
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
            yield "", InvalidValue(("must be a list, not", *not_a_list(value)), name)
        else:
            yield from item_faults(self.item, name, value)

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
            raise InvalidValue(("must be a list, not", GivenValue(value)), name)
        for item in value if self.many else (value,):
            if not isinstance(item, self.kinds):
                names = " or ".join(kind.__name__ for kind in self.kinds)
                article = "an" if names[0] in "AEIOU" else "a"
                field = name_field(name, "each of " if self.many else "")
                remedy = self._python_remedy(item)
                raise InvalidValue((f"must be {article} {names}, not", GivenValue(item, after=remedy)), field)

    def _python_remedy(self, value: object) -> str:
        """Return how an instance is made in Python if the class is one of rules; else an empty text."""
        kind, *others = self.kinds
        if others or not isinstance(value, str | int | float | Decimal) or not attrs.has(kind):
            return ""
        if not all(isinstance(field.validator, Constraint) for field in attrs.fields(kind)):  # a class of another room
            return ""
        from trophy_engine.rules.examples import example_fields  # noqa: PLC0415  # it imports this module

        arguments = ", ".join(f"{name}={argument!r}" for name, argument in example_fields(kind, value).items())
        return f"; write {kind.__name__}({arguments})"

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema, by reference to the definitions of the classes."""
        references = [{"$ref": f"#/$defs/{kind.__name__}"} for kind in self.kinds]
        item = references[0] if len(references) == 1 else _schema_by_type(self.kinds)
        return {"type": "array", "items": item} if self.many else item


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

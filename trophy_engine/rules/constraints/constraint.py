"""The base of all constraints, and those around another one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

import attrs

from trophy_engine.error_messages import FieldName, GivenValue, name_field_in_message
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.diagnostics import rule_item_path


class Constraint(ABC):
    """A condition on the value of a field; an attrs validator.

    ``takes_text`` is True if a text can be in place of a table.
    """

    takes_text: ClassVar[bool] = False

    def __call__(self, rule: Any, field: Any, value: Any) -> None:
        """Check the value of a field; attrs calls this."""
        try:
            self.check(field.name, value)
        except InvalidValue as error:
            from trophy_engine.rules.python_remedies import python_argument_remedy  # noqa: PLC0415  # it imports this module

            raise error.with_remedy(python_argument_remedy(type(rule), field, value)) from None

    @abstractmethod
    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value.

        Raises:
            InvalidValue: the value violates the constraint.
        """

    def accepts(self, value: Any) -> bool:
        """Return True if a value satisfies the constraint."""
        try:
            self.check("value", value)
        except InvalidValue:
            return False
        return True

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        """Yield every violation, with the path of the item at fault within the value; empty for the whole value."""
        try:
            self.check(name, value)
        except InvalidValue as error:
            yield "", error

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""


class ManyItems(Constraint):
    """A constraint on a value with several items, each of which can violate the constraint on an item."""

    @property
    @abstractmethod
    def item(self) -> Constraint:
        """The constraint on an item."""

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        for _, error in self.faults(name, value):
            raise error

    @abstractmethod
    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        """Yield every violation, with the path of the item at fault within the value."""


@attrs.frozen(eq=False, repr=False)
class Optional(Constraint):
    """None, or a value that satisfies a constraint; in a rules file, None is a missing field."""

    constraint: Constraint

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if value is not None:
            self.constraint.check(name, value)

    def faults(self, name: str | FieldName, value: Any) -> Iterator[tuple[str, InvalidValue]]:
        """Yield every violation, with the path of the item at fault within the value."""
        if value is not None:
            yield from self.constraint.faults(name, value)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return self.constraint.schema()


def as_sequence(value: Any) -> Any:
    """Return a list as a tuple, and any other value unchanged, for the validator."""
    return tuple(value) if isinstance(value, list) else value


def not_a_list_message(value: Any) -> tuple[str | GivenValue, ...]:
    """Return a value that is no list, and for a text the list with it, as parts of a message."""
    return (
        (GivenValue(value, after=";"), "write", GivenValue([value])) if isinstance(value, str) else (GivenValue(value),)
    )


def item_constraint_faults(
    constraint: Constraint, name: str | FieldName, values: tuple[Any, ...]
) -> Iterator[tuple[str, InvalidValue]]:
    """Yield the violations of a constraint on each item, and the items that are repeated."""
    seen: set[Any] = set()
    for index, value in enumerate(values):
        faults = list(constraint.faults(name_field_in_message(name, "each of "), value))
        yield from ((rule_item_path(path, index), error) for path, error in faults)
        if not faults and value in seen:
            yield rule_item_path("", index), InvalidValue(("must not contain", GivenValue(value), "twice"), name)
        elif not faults:
            seen.add(value)

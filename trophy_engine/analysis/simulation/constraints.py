"""Constraints that only the fields of a simulation have: probabilities and hours, and spans of whole numbers."""

from __future__ import annotations

from typing import Any, Final

import attrs

from trophy_engine.errors import FieldName, InvalidValue, name_field, short_repr
from trophy_engine.rules.constraints import Constraint, Integer

_LONGEST_SPAN: Final = 10**6


@attrs.frozen
class Within(Constraint):
    """A number within inclusive bounds, floats included: a probability, or an hour."""

    min: float
    max: float

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if not isinstance(value, int | float) or isinstance(value, bool) or not self.min <= value <= self.max:
            raise InvalidValue(f"must lie between {self.min} and {self.max}, not {short_repr(value)}", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return {"type": "number", "minimum": self.min, "maximum": self.max}


@attrs.frozen
class Span(Constraint):
    """A pair of whole numbers of at least ``min``, the lower one first."""

    min: int = 0

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if not isinstance(value, tuple) or len(value) != 2:  # noqa: PLR2004  # a pair
            raise InvalidValue(f"must be a pair of whole numbers, not {short_repr(value)}", name)
        for number in value:
            Integer(self.min, _LONGEST_SPAN).check(name_field(name, "each of "), number)
        if value[0] > value[1]:
            raise InvalidValue(f"must be the lower number and the higher one, not {short_repr(value)}", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return {"type": "array", "items": Integer(self.min, _LONGEST_SPAN).schema(), "minItems": 2, "maxItems": 2}

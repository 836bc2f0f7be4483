"""Constraints on the fields of simulations: probabilities and hours, and ranges of integers."""

from __future__ import annotations

from typing import Any, Final

import attrs

from trophy_engine.error_messages import FieldName, name_field_in_message, short_repr
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import Constraint, Integer

_LONGEST_SPAN: Final = 10**6


@attrs.frozen
class Within(Constraint):
    """A number within inclusive bounds, floats included."""

    min: float
    max: float

    def check(self, name: str | FieldName, value: Any) -> None:
        """Raise InvalidValue if a value is not within the bounds."""
        if not isinstance(value, int | float) or isinstance(value, bool) or not self.min <= value <= self.max:
            raise InvalidValue(f"must lie between {self.min} and {self.max}, not {short_repr(value)}", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return {"type": "number", "minimum": self.min, "maximum": self.max}


@attrs.frozen
class Span(Constraint):
    """A pair of integers of at least ``min``, in ascending order."""

    min: int = 0

    def check(self, name: str | FieldName, value: Any) -> None:
        """Raise InvalidValue if a value is not a valid pair."""
        if not isinstance(value, tuple) or len(value) != 2:  # noqa: PLR2004  # a pair
            raise InvalidValue(f"must be a pair of whole numbers, not {short_repr(value)}", name)
        for number in value:
            Integer(self.min, _LONGEST_SPAN).check(name_field_in_message(name, "each of "), number)
        if value[0] > value[1]:
            raise InvalidValue(f"must be the lower number and the higher one, not {short_repr(value)}", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return {"type": "array", "items": Integer(self.min, _LONGEST_SPAN).schema(), "minItems": 2, "maxItems": 2}

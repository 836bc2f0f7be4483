"""Constraints on numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

import attrs

from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number, exact, number_as_json
from trophy_engine.rules.constraints.constraint import Constraint

#: The limit of the magnitude of integers in rules, so that a number of a few of them can be read.
_MAGNITUDE: Final = 10**18
#: A factor as text, in percent or with a sign of multiplication.
_FACTOR: Final = re.compile(r"(?=.*[%x×])[x×]? *(\d{1,9}(?:\.\d{1,9})?) *([%x×]?)")


@attrs.frozen(eq=False, repr=False)
class Integer(Constraint):
    """An integer within inclusive bounds, with a magnitude below 10**18; not 0 if ``allow_zero`` is False."""

    min: int = 1 - _MAGNITUDE
    max: int = _MAGNITUDE - 1
    allow_zero: bool = True

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidValue(("must be a whole number, not", GivenValue(value)), name)
        if not -_MAGNITUDE < value < _MAGNITUDE:
            raise InvalidValue("must have at most 18 digits", name)
        if value < self.min:
            raise InvalidValue(f"must be at least {self.min}, not {value}", name)
        if value > self.max:
            raise InvalidValue(f"must be at most {self.max}, not {value}", name)
        if not self.allow_zero and value == 0:
            raise InvalidValue("must not be 0", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        schema = {"type": "integer", "minimum": self.min, "maximum": self.max}
        return schema if self.allow_zero else {**schema, "not": {"const": 0}}


@attrs.frozen(eq=False, repr=False)
class Numeric(Constraint):
    """An integer, or an exact number of at most 15 digits, greater than ``above`` and at least ``min``."""

    above: int | None = None
    min: int | None = None

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        number = _exact_rule_number(name, value)
        if self.above is not None and number <= self.above:
            raise InvalidValue(f"must be above {self.above}, not {value}", name)
        if self.min is not None and number < self.min:
            raise InvalidValue(f"must be at least {self.min}, not {value}", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        bounds = {"exclusiveMinimum": self.above, "minimum": self.min}
        return {"type": "number", **{key: bound for key, bound in bounds.items() if bound is not None}}


@attrs.frozen(eq=False, repr=False)
class Between(Constraint):
    """An exact number of at most 15 digits, greater than ``low``, less than ``high`` and not ``apart_from``."""

    low: int
    high: int
    apart_from: int

    def check(self, name: str | FieldName, value: Any) -> None:
        """Check a value."""
        factor = _FACTOR.fullmatch(value) if isinstance(value, str) else None
        if factor is not None:
            meant = Decimal(factor[1]) / (100 if factor[2] == "%" else 1)
            if self.accepts(meant):
                fact = "must be a number, not", GivenValue(value, after=";"), f"write {number_as_json(exact(meant))}"
                raise InvalidValue(fact, name)
        if not self.low < _exact_rule_number(name, value) < self.high or value == self.apart_from:
            bounds = f"above {self.low}, below {self.high}"
            raise InvalidValue(f"must be {bounds} and different from {self.apart_from}, not {value}", name)

    def schema(self) -> dict[str, Any]:
        """Return the constraint as JSON Schema."""
        return {
            "type": "number",
            "exclusiveMinimum": self.low,
            "exclusiveMaximum": self.high,
            "not": {"const": self.apart_from},
        }


def as_rule_number(value: Any) -> Any:
    """Return a valid float or decimal as an exact number, and any other value unchanged, for the validator."""
    try:
        return exact(value) if isinstance(value, float | Decimal) else value
    except InvalidValue:
        return value


def _exact_rule_number(name: str | FieldName, value: Any) -> Number:
    number = exact(value, name)
    if isinstance(number_as_json(number), str):
        raise InvalidValue(("must have at most 15 digits, not", GivenValue(value)), name)
    return number

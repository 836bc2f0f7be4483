"""Exact numbers: integers stay integers, all others are decimals, and sums are never rounded.

A value lies within ±10**30 and has at most 30 decimal places. A total of a metric is exact for any number of values. A
balance of points is exact up to 4,000 digits, and stops at ``MOST_POINTS`` if the rules set no maximum; so does the
number of completions of a repeatable achievement.

>>> exact(0.1) + exact(0.2) == exact(0.3)
True
>>> add(exact(2.5), exact(-0.5))
2
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from math import floor

from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue

#: An exact number: an ``int`` if it is whole, else a ``Decimal`` without trailing zeros.
Number = int | Decimal
#: Greater than every threshold; an int, so that no comparison involves a float.
BEYOND = 10**100
#: The greatest balance of points: boosts multiply, and Python prints whole numbers of up to 4,300 digits.
MOST_POINTS = 10**4000 - 1
#: The greatest number of completions of an achievement, for the same reason: completions can complete others.
MOST_COMPLETIONS = MOST_POINTS

_MAGNITUDE = 10**30
_LEAST = -_MAGNITUDE
_PLACES = 30
_FINEST = Decimal(1).scaleb(-_PLACES)
_VALUES = Context(prec=70)
# Multiples of the finest decimal step in the greatest balance fit; a longer number raises and is never rounded.
_SUMS = Context(prec=10_000, traps=[Inexact, InvalidOperation, Overflow])


def exact(value: object, field: str | FieldName = "value") -> Number:
    """Return a number as an exact number; a float is read as its shortest decimal representation.

    Raises:
        InvalidValue: the value is not an int, a float or a Decimal (booleans are not numbers here), is not finite, has
            a magnitude of 10**30 or more, or has more than 30 decimal places.
    """
    if type(value) is int:
        if _LEAST < value < _MAGNITUDE:
            return value
    elif isinstance(value, float | Decimal):
        number = Decimal(repr(float(value))) if isinstance(value, float) else value
        if not number.is_finite():
            raise InvalidValue(("must be finite, not", GivenValue(value)), field)
        if -_MAGNITUDE < number < _MAGNITUDE and number == number.quantize(_FINEST, context=_VALUES):
            return _canonical_number(number)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(("must be an integer or a decimal number, not", GivenValue(value)), field)
    else:
        return exact(int(value), field)
    raise InvalidValue(
        (f"must lie within ±1e30 and have at most {_PLACES} decimal places, not", GivenValue(value)), field
    )


def add(left: Number, right: Number) -> Number:
    """Return the exact sum of two exact numbers."""
    if type(left) is int and type(right) is int:
        return left + right
    return _canonical_number(_SUMS.add(Decimal(left), Decimal(right)))


def subtract(left: Number, right: Number) -> Number:
    """Return the exact difference of two exact numbers."""
    if type(left) is int and type(right) is int:
        return left - right
    return _canonical_number(_SUMS.subtract(Decimal(left), Decimal(right)))


def negate(number: Number) -> Number:
    """Return a number with the other sign; unlike the operator it rounds no decimal."""
    return -number if isinstance(number, int) else number.copy_negate()


def count_multiples(total: Number, step: Number) -> int:
    """Return the number of multiples of a step, above 0, up to a total; it is negative for a total below 0.

    >>> count_multiples(149, 50), count_multiples(exact(7.5), exact(2.5)), count_multiples(-1, 50)
    (2, 3, -1)
    """
    if type(step) is int:
        return floor(total) // step
    from fractions import Fraction  # noqa: PLC0415  # few rules have decimal steps

    return floor(Fraction(total) / Fraction(step))


def since_multiple(total: Number, step: Number) -> Number:
    """Return how far a total is beyond the last multiple of a step; a total below 0 is returned as it is.

    >>> since_multiple(149, 50), since_multiple(exact(7.5), 2), since_multiple(-1, 50)
    (49, Decimal('1.5'), -1)
    """
    return total if total <= 0 else subtract(total, multiple_of(step, count_multiples(total, step)))


def multiple_of(step: Number, count: int) -> Number:
    """Return so many times a step."""
    return step * count if type(step) is int else _canonical_number(_SUMS.multiply(Decimal(step), Decimal(count)))


def number_as_json(value: Number) -> int | float | str:
    """Return a JSON number that reads back equal, or the digits as a string if no float equals the number."""
    if isinstance(value, int):
        return value
    number = float(value)
    return number if Decimal(repr(number)) == value else str(value)


def write_number(number: Number) -> int | str:
    """Return an exact number as a JSON value for ``read_number``; a decimal becomes its digits as a string."""
    return number if isinstance(number, int) else str(number)


def read_number(encoded: int | str) -> Number:
    """Return the exact number from the result of ``write_number``."""
    return encoded if isinstance(encoded, int) else Decimal(encoded)


def _canonical_number(number: Decimal) -> Number:
    return int(number) if number == number.to_integral_value() else number.normalize(_SUMS)


def parse_exact_number(text: str, field: str | FieldName = "value") -> Number:
    """Parse an exact number.

    Raises:
        InvalidValue: the text is not a number, or one that ``exact`` refuses.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise InvalidValue(("must be a number, not", GivenValue(text)), field) from None
    return exact(number, field)

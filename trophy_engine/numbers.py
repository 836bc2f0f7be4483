"""Exact numbers: integers stay integers, anything else is a decimal, and sums never round.

A value lies within ±10**30 and has at most 30 decimal places. A total of a metric is exact, however many values it is
the sum of. A balance of points is exact up to 4,000 digits, and stops at ``MOST_POINTS`` where rules set no maximum.

>>> exact(0.1) + exact(0.2) == exact(0.3)
True
>>> add(exact(2.5), exact(-0.5))
2
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow

from trophy_engine.errors import FieldName, InvalidValue, short_repr

#: An exact number: an ``int`` where it is whole, else a ``Decimal`` without trailing zeros.
Number = int | Decimal
#: Above every total of a metric, which would take 10**70 events; an int, so that no comparison involves a float.
BEYOND = 10**100
#: The greatest balance of points: boosts multiply, and Python prints whole numbers of up to 4,300 digits.
MOST_POINTS = 10**4000 - 1

_MAGNITUDE = 10**30
_PLACES = 30
_FINEST = Decimal(1).scaleb(-_PLACES)
_VALUES = Context(prec=70)
# A value has at most 60 digits, so a sum of 10**40 of them still fits; were it not so, it would raise, never round.
_SUMS = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])


def exact(value: object, what: str | FieldName = "value") -> Number:
    """Make a number exact; a float is taken at its shortest decimal spelling.

    Raises:
        InvalidValue: it is not an int, a float or a Decimal (booleans are not numbers here), it is not finite,
            its magnitude is 10**30 or more, or it has more than 30 decimal places.
    """
    if type(value) is int:
        if -_MAGNITUDE < value < _MAGNITUDE:
            return value
    elif isinstance(value, float | Decimal):
        number = Decimal(repr(float(value))) if isinstance(value, float) else value
        if not number.is_finite():
            raise InvalidValue(f"must be finite, not {short_repr(value)}", what)
        if -_MAGNITUDE < number < _MAGNITUDE and number == number.quantize(_FINEST, context=_VALUES):
            return _canonical(number)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(f"must be an int, a float or a Decimal, not {short_repr(value)}", what)
    else:
        return exact(int(value), what)
    raise InvalidValue(
        f"must lie within ±10**30 and have at most {_PLACES} decimal places, not {short_repr(value)}", what
    )


def add(left: Number, right: Number) -> Number:
    """Add two exact numbers exactly."""
    if type(left) is int and type(right) is int:
        return left + right
    return _canonical(_SUMS.add(Decimal(left), Decimal(right)))


def subtract(left: Number, right: Number) -> Number:
    """Subtract an exact number from another exactly."""
    if type(left) is int and type(right) is int:
        return left - right
    return _canonical(_SUMS.subtract(Decimal(left), Decimal(right)))


def as_json(value: Number) -> int | float | str:
    """Give the JSON number that reads back equal, or its digits as a string where a float cannot hold it."""
    if isinstance(value, int):
        return value
    number = float(value)
    return number if Decimal(repr(number)) == value else str(value)


def write_number(number: Number) -> int | str:
    """Return an exact number as a JSON value that ``read_number`` reads: a decimal as its digits."""
    return number if isinstance(number, int) else str(number)


def read_number(written: int | str) -> Number:
    """Return the number that ``write_number`` wrote."""
    return written if isinstance(written, int) else Decimal(written)


def _canonical(number: Decimal) -> Number:
    return int(number) if number == number.to_integral_value() else number.normalize(_SUMS)


def exact_text(text: str, what: str | FieldName = "value") -> Number:
    """Read an exact number from its digits.

    Raises:
        InvalidValue: it is no number, or one that ``exact`` refuses.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise InvalidValue(f"must be a number, not {short_repr(text)}", what) from None
    return exact(number, what)

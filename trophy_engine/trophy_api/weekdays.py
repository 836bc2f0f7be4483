"""Weekdays: in the API they are numbers, from 0 for Sunday to 6 for Saturday."""

from __future__ import annotations

from trophy_engine.calendar.frequencies import WEEKDAYS, Weekday
from trophy_engine.errors import InvalidValue


def parse_weekdays(numbers: tuple[int, ...], what: str) -> tuple[Weekday, ...]:
    """Take weekdays by their numbers; ``what`` is the field that they come from.

    Raises:
        InvalidValue: a number is of no weekday, or comes twice.

    >>> parse_weekdays((0, 6), "daysOff")
    ('sunday', 'saturday')
    """
    for number in numbers:
        if number not in range(len(WEEKDAYS)):
            raise InvalidValue(f"must be numbers from 0 for Sunday to 6 for Saturday, not {number}", what)
    if len(set(numbers)) < len(numbers):
        raise InvalidValue(f"must not name one twice: {', '.join(map(str, numbers))}", what)
    return tuple(WEEKDAYS[number] for number in numbers)

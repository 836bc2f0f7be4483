"""Weekdays: the API numbers them from 0 for Sunday to 6 for Saturday."""

from __future__ import annotations

from trophy_engine.calendar.frequencies import WEEKDAYS, Weekday
from trophy_engine.errors import InvalidValue


def parse_weekdays(numbers: tuple[int, ...], field: str) -> tuple[Weekday, ...]:
    """Return the weekdays with given numbers; ``field`` is the field name for errors.

    Raises:
        InvalidValue: a number is not from 0 to 6, or occurs twice.

    >>> parse_weekdays((0, 6), "daysOff")
    ('sunday', 'saturday')
    """
    for number in numbers:
        if number not in range(len(WEEKDAYS)):
            raise InvalidValue(f"must be numbers from 0 for Sunday to 6 for Saturday, not {number}", field)
    for index, number in enumerate(numbers):
        if number in numbers[:index]:
            raise InvalidValue(f"must not contain {number} twice", field)
    return tuple(WEEKDAYS[number] for number in numbers)

"""Instants as numbers: the time since an epoch, in a unit that is named or found from the values.

A number is in the unit in which it lies in the years 1990 to 2099. In no two units does one number do so, so a unit
that is found is never one of several.

>>> [find_epoch_unit(Decimal(text)) for text in ("1704448800", "1704448800123", "45296.5", "12")]
['s', 'ms', 'excel', None]
"""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Final, Literal

from trophy_engine.analysis.event_logs.local_times import LocalTime
from trophy_engine.calendar.instants import DAY, EPOCH_DAY, FIRST, LAST
from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue

#: Seconds, milliseconds, microseconds or nanoseconds since 1970 in UTC, or days of a spreadsheet's local time.
EpochUnit = Literal["s", "ms", "us", "ns", "excel"]

_NAMES: Final[dict[EpochUnit, str]] = {
    "s": "seconds since 1970",
    "ms": "milliseconds since 1970",
    "us": "microseconds since 1970",
    "ns": "nanoseconds since 1970",
    "excel": "days as spreadsheets count them",
}
#: The microseconds of each unit.
_MICROS: Final[dict[EpochUnit, Decimal]] = {
    "s": Decimal(1_000_000),
    "ms": Decimal(1_000),
    "us": Decimal(1),
    "ns": Decimal("0.001"),
    "excel": Decimal(DAY),
}
#: Day 0 of spreadsheets, which count a 29 February 1900; so days are right from March 1900 on.
_EXCEL_EPOCH: Final = (date(1899, 12, 30).toordinal() - EPOCH_DAY) * DAY
_EARLIEST: Final = (date(1990, 1, 1).toordinal() - EPOCH_DAY) * DAY
_LATEST: Final = (date(2100, 1, 1).toordinal() - EPOCH_DAY) * DAY
_MILLISECOND: Final = 1_000
#: Texts of numbers that can be instants; eight digits are a date of ISO 8601.
_NUMBER: Final = re.compile(r"[0-9]{9,20}(?:\.[0-9]*)?|[0-9]{5}(?:\.[0-9]*)?|[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")


def epoch_unit_name(unit: EpochUnit) -> str:
    """Return what a number in a unit counts."""
    return _NAMES[unit]


def is_epoch(text: str) -> bool:
    """Return True if a text is a number that can be an instant, and no date of ISO 8601."""
    return _NUMBER.fullmatch(text) is not None


def find_epoch_unit(number: Decimal) -> EpochUnit | None:
    """Return the unit in which a number lies in the years 1990 to 2099, or None."""
    for unit in _MICROS:
        if _EARLIEST <= _epoch_to_micros(number, unit) < _LATEST:
            return unit
    return None


def parse_epoch(text: str, unit: EpochUnit, field: str) -> int | LocalTime:
    """Return the instant of a number in a unit, in microseconds since 1970; of a spreadsheet's days, the local time.

    Parts of a microsecond are cut off. A spreadsheet's day is rounded to a millisecond, since it is a binary fraction.

    Raises:
        InvalidValue: the text is not a number, or the instant lies outside the years 1900 to 2199.
    """
    if text.isascii() and text.isdigit() and len(text) <= 20 and unit != "excel":  # noqa: PLR2004  # as fast as can be
        micros = int(text) // 1000 if unit == "ns" else int(text) * int(_MICROS[unit])
        if FIRST <= micros < LAST:
            return micros
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise InvalidValue((f"must be a number of {_NAMES[unit]}, not", GivenValue(text)), field) from None
    bound = Decimal(LAST) / _MICROS[unit]
    if not number.is_finite() or abs(number) >= bound:
        raise InvalidValue(("must lie in the years 1900 to 2199, not", GivenValue(text)), field)
    if unit == "excel":
        return LocalTime(_epoch_to_micros(number, unit))
    return check_epoch(int(_epoch_to_micros(number, unit)), field)


def check_epoch(micros: int, field: str) -> int:
    """Return an instant in microseconds since 1970 if it lies in the years 1900 to 2199.

    Raises:
        InvalidValue: it does not.
    """
    if FIRST <= micros < LAST:
        return micros
    raise InvalidValue("must lie in the years 1900 to 2199", field)


def _epoch_to_micros(number: Decimal, unit: EpochUnit) -> int:
    if unit == "excel":
        milliseconds = (number * DAY / _MILLISECOND).quantize(Decimal(1), ROUND_HALF_EVEN)
        return _EXCEL_EPOCH + int(milliseconds) * _MILLISECOND
    return int((number * _MICROS[unit]).to_integral_value(ROUND_FLOOR))

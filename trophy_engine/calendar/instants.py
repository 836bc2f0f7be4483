"""Instants: aware datetimes at the edge, whole microseconds since the epoch inside.

>>> to_micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
1000000
>>> from_micros(1_000_000).isoformat()
'1970-01-01T00:00:01+00:00'
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from typing import Final

from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue

HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: The ordinal of 1 January 1970.
EPOCH_DAY: Final = _EPOCH.toordinal()
_SECOND: Final = 1_000_000
_MONTHS: Final = 12
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def from_micros(micros: int) -> datetime:
    """Convert microseconds since the epoch to an aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=micros)


#: The first instant that the engine accepts, and the instant after the last one.
FIRST: Final = (datetime(1900, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
LAST: Final = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
#: Later than every instant, for what is not due at all.
NEVER: Final = 2**62


def to_micros(at: datetime, field: str | FieldName = "at") -> int:
    """Convert an aware datetime to microseconds since the epoch.

    Raises:
        InvalidValue: the value is not a datetime, is naive, or lies outside the years 1900 to 2199.
    """
    try:
        elapsed = at - _EPOCH
        micros = (elapsed.days * 86_400 + elapsed.seconds) * _SECOND + elapsed.microseconds
    except (TypeError, AttributeError, OverflowError):
        if isinstance(at, datetime) and at.utcoffset() is None:
            fact = f"must be an aware datetime, not the naive {at.isoformat()}; add a time zone, for example tzinfo=UTC"
            raise InvalidValue(fact, field) from None
        raise InvalidValue(("must be an aware datetime, not", GivenValue(at)), field) from None
    if FIRST <= micros < LAST:
        return micros
    raise InvalidValue(f"must lie in the years 1900 to 2199, not {at.isoformat()}", field)


def format_instant(micros: int) -> str:
    """Return an instant as ISO 8601 in UTC, ending in ``Z``, with six fractional digits unless it is a whole second.

    >>> format_instant(1_500_000)
    '1970-01-01T00:00:01.500000Z'
    """
    return from_micros(micros).replace(tzinfo=None).isoformat() + "Z"


def parse_datetime(text: str, field: str) -> datetime:
    """Parse an ISO 8601 datetime or date; without an offset the result is naive.

    Raises:
        InvalidValue: the text is not ISO 8601.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        fact = "must be an ISO 8601 datetime, for example 2025-04-02T10:00:00Z, not", GivenValue(text)
        raise InvalidValue(fact, field) from None


def parse_date(text: str, field: str) -> date:
    """Parse a date of the form 2025-04-02; other forms of ISO 8601 are refused.

    Raises:
        InvalidValue: the text is not a date of this form, or the date does not exist.
    """
    if not _DATE.fullmatch(text):
        raise InvalidValue(("must be a date, for example 2025-04-02, not", GivenValue(text)), field)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(nonexistent_date_fact(text), field) from None


def nonexistent_date_fact(text: str) -> tuple[str | GivenValue, ...]:
    """Return the fact that a text of the form 2025-02-29 is no date, with the last day of its month if there is one."""
    year, month = int(text[:4]), int(text[5:7])
    if not (MINYEAR <= year <= MAXYEAR and 1 <= month <= _MONTHS):
        return "must be a date that exists, not", GivenValue(text)
    last = f"{text[:8]}{monthrange(year, month)[1]}"
    return "must be a date that exists, not", GivenValue(text, after=f"; the last day of that month is {last}")


def has_form_of_date(text: str) -> bool:
    """Return True if a text has the form 2025-04-02, whether or not the date exists."""
    return _DATE.fullmatch(text) is not None


def utc_midnight(day: int) -> int:
    """Return the instant of midnight in UTC at the start of a day; it may lie outside the range of datetimes."""
    return (day - EPOCH_DAY) * DAY


def parse_time_of_day(text: str) -> int:
    """Return a time of day, as in ``03:00`` or ``03:00:00``, in microseconds since midnight."""
    parsed = time.fromisoformat(text)
    return (parsed.hour * 3600 + parsed.minute * 60 + parsed.second) * _SECOND


def format_time_of_day(time_of_day: int) -> str:
    """Return a time of day in microseconds since midnight as text, without seconds if there are none.

    >>> format_time_of_day(3 * HOUR), format_time_of_day(3 * HOUR + 5_999_999)
    ('03:00', '03:00:05')
    """
    minutes, seconds = divmod(time_of_day // _SECOND, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def earliest_zone_midnight(day: int) -> int:
    """Return the first instant at which any zone shows a day: at UTC+14, 10:00 UTC of the day before."""
    return utc_midnight(day) - 14 * HOUR


def latest_zone_day_end(day: int) -> int:
    """Return the first instant at which no zone shows a day any more: at UTC-12, 12:00 UTC of the day after."""
    return utc_midnight(day + 1) + 12 * HOUR

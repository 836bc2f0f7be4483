"""Instants: aware datetimes at the edge, whole microseconds since the epoch inside.

>>> to_micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
1000000
>>> from_micros(1_000_000).isoformat()
'1970-01-01T00:00:01+00:00'
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from trophy_engine.errors import FieldName, InvalidValue, short_repr

HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: The ordinal of the day on which instants begin.
EPOCH_DAY: Final = _EPOCH.toordinal()
_SECOND: Final = 1_000_000
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def from_micros(micros: int) -> datetime:
    """Turn microseconds since the epoch into an aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=micros)


#: The first instant that the engine takes, and the one after the last.
FIRST: Final = (datetime(1900, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
LAST: Final = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
#: Later than every instant, for what is not due at all.
NEVER: Final = 2**62


def to_micros(at: datetime, what: str | FieldName = "at") -> int:
    """Turn an aware datetime into microseconds since the epoch.

    Raises:
        InvalidValue: it is not a datetime, it is naive, or it lies outside the years 1900 to 2199.
    """
    try:
        since = at - _EPOCH
        micros = (since.days * 86_400 + since.seconds) * _SECOND + since.microseconds
    except (TypeError, AttributeError, OverflowError):
        if isinstance(at, datetime) and at.utcoffset() is None:
            fact = f"must be an aware datetime, not the naive {at.isoformat()}; add tzinfo, such as UTC"
            raise InvalidValue(fact, what) from None
        raise InvalidValue(f"must be an aware datetime, not {short_repr(at)}", what) from None
    if FIRST <= micros < LAST:
        return micros
    raise InvalidValue(f"must lie in the years 1900 to 2199, not {at.isoformat()}", what)


def format_instant(micros: int) -> str:
    """Write an instant as ISO 8601 in UTC, ending in ``Z``, with as many fractional digits as it has.

    >>> format_instant(1_500_000)
    '1970-01-01T00:00:01.500000Z'
    """
    return from_micros(micros).replace(tzinfo=None).isoformat() + "Z"


def parse_datetime(text: str, what: str) -> datetime:
    """Parse an ISO 8601 datetime or date, naive where it has no offset.

    Raises:
        InvalidValue: it is not ISO 8601.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        fact = f"must be an ISO 8601 instant such as 2025-04-02T10:00:00Z, not {short_repr(text)}"
        raise InvalidValue(fact, what) from None


def parse_date(text: str, what: str) -> date:
    """Read a date such as 2025-04-02, and none of the other spellings of ISO 8601.

    Raises:
        InvalidValue: it is no such date.
    """
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # such as 30 February, told below
    raise InvalidValue(f"must be a date such as 2025-04-02, not {short_repr(text)}", what)


def utc_midnight(day: int) -> int:
    """Return the instant of the midnight in UTC with which a day begins; it may lie beyond those of a datetime."""
    return (day - EPOCH_DAY) * DAY


def begins_anywhere(day: int) -> int:
    """Return the first instant at which any zone shows a day: at UTC+14, 10:00 UTC of the day before."""
    return utc_midnight(day) - 14 * HOUR


def over_everywhere(day: int) -> int:
    """Return the first instant at which no zone shows a day any more: at UTC-12, 12:00 UTC of the day after."""
    return utc_midnight(day + 1) + 12 * HOUR

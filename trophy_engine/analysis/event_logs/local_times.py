"""Times in logs: instants with an offset, or local times and dates in a time zone.

A local time that occurs twice is the first of the two. A skipped local time is moved forward by the length of the
gap. A date without a time is the first instant of the date. Any time on a date that a zone skipped is the first
instant after that date.

>>> from trophy_engine.calendar.instants import format_instant
>>> from trophy_engine.calendar.zones import zone
>>> texts = "2025-10-26T02:30", "2025-03-30T02:30", "2025-03-30"
>>> nights = [parse_instant_or_local_time(text, "at") for text in texts]
>>> [format_instant(resolve_local_time(night, zone("Europe/Berlin"), "at")) for night in nights]
['2025-10-26T00:30:00Z', '2025-03-30T01:30:00Z', '2025-03-29T23:00:00Z']
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from trophy_engine.analysis.event_logs.time_formats import parse_iso_log_time
from trophy_engine.calendar.instants import DAY, EPOCH_DAY, FIRST, LAST, to_micros
from trophy_engine.calendar.zones import Zone
from trophy_engine.errors import InvalidValue

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # a local time has no zone


class LocalTime(NamedTuple):
    """A local time: the microseconds from the beginning of 1970, by the same clock."""

    micros: int


def parse_instant_or_local_time(text: str, field: str) -> int | LocalTime:
    """Parse an ISO 8601 text: an instant in microseconds since the epoch, or, without an offset, a local time or date.

    Raises:
        InvalidValue: it is not ISO 8601, or is an instant outside the years 1900 to 2199.
    """
    return as_instant_or_local_time(parse_iso_log_time(text, field), field)


def as_instant_or_local_time(at: datetime, field: str) -> int | LocalTime:
    """Return the instant of an aware datetime in microseconds since the epoch, and the local time of a naive one.

    Raises:
        InvalidValue: an instant lies outside the years 1900 to 2199.
    """
    if at.tzinfo is not None:
        return to_micros(at, field)
    since = at - _EPOCH
    return LocalTime(since.days * DAY + since.seconds * 1_000_000 + since.microseconds)


def resolve_local_time(time: int | LocalTime, time_zone: Zone | None, field: str) -> int:
    """Return the instant of a time in microseconds since the epoch; a local time is one in ``time_zone``.

    Raises:
        InvalidValue: a local time has no zone, or is outside the years 1900 to 2199.
    """
    if not isinstance(time, LocalTime):
        return time
    if time_zone is None:
        fact = "must have an offset, as in 2025-04-02T10:00:00Z, or a time zone (--tz or --tz-column)"
        raise InvalidValue(fact, field)
    days, time_of_day = divmod(time.micros, DAY)
    if FIRST - DAY <= time.micros <= LAST + DAY:
        at = time_zone.instant(days + EPOCH_DAY, time_of_day)
        if FIRST <= at < LAST:
            return at
    raise InvalidValue("must lie in the years 1900 to 2199", field)

"""The value of ``--until``: the instant up to which a log is evaluated."""

from __future__ import annotations

from datetime import date, datetime

from trophy_engine.analysis.event_logs.local_times import LocalTime, parse_instant_or_local_time, resolve_local_time
from trophy_engine.analysis.event_logs.time_formats import parse_log_time_or_none, suggest_time_formats
from trophy_engine.calendar.instants import DAY, EPOCH_DAY, from_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue

_FIELD = "--until"


def parse_until_option(until: str | None, tz: str | None) -> datetime | None:
    """Parse ``--until``: an instant, or a date, which means its last microsecond.

    A date, and a time without an offset, are in the zone of ``--tz``; without it, a date is in UTC.

    Raises:
        InvalidValue: it is neither, or a time without an offset or a zone.
    """
    if until is None:
        return None
    time_zone = None if tz is None else zone(tz)
    try:
        day = date.fromisoformat(until).toordinal()
    except ValueError:
        return from_micros(_parse_until_time(until, time_zone))
    time_zone = time_zone or zone("UTC")
    resolve_local_time(LocalTime((day - EPOCH_DAY) * DAY), time_zone, _FIELD)
    return from_micros(time_zone.midnight(day + 1) - 1)


def _parse_until_time(until: str, time_zone: Zone | None) -> int:
    try:
        time = parse_instant_or_local_time(until, _FIELD)
    except InvalidValue:
        meanings = [_suggest_iso_until(until, format_) for format_ in suggest_time_formats(until)]
        if not meanings:
            raise
        remedy = f"; write {' or '.join(dict.fromkeys(meanings))}"
        raise InvalidValue(("must be ISO 8601, not", GivenValue(until, after=remedy)), _FIELD) from None
    if isinstance(time, LocalTime) and time_zone is None:
        raise InvalidValue(f"must have an offset, as in {until}Z, or a time zone, as in --tz Europe/Berlin", _FIELD)
    return resolve_local_time(time, time_zone, _FIELD)


def _suggest_iso_until(text: str, format_: str) -> str:
    """Return a time that has a format in ISO 8601; one without a time of day as a date."""
    time = parse_log_time_or_none(text, format_)
    if time is None:
        return ""
    return time.isoformat() if ":" in format_ else time.date().isoformat()

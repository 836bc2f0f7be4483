"""Names of days, instants and zones in explanations."""

from __future__ import annotations

from datetime import date

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, HOUR, from_micros
from trophy_engine.calendar.zones import Zone


def describe_day(day: int | date) -> str:
    """Return a local day with its weekday.

    >>> describe_day(date(2025, 4, 2))
    'Wednesday 2025-04-02'
    """
    local_day = day if isinstance(day, date) else date.fromordinal(day)
    return f"{local_day:%A} {local_day.isoformat()}"


def describe_zone(zone: Zone, at: int) -> str:
    """Return the name of a zone, with its offset at an instant unless the name is the offset."""
    minutes = zone.offset(at) // (HOUR // 60)
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return zone.name if zone.name in {offset, "UTC"} else f"{zone.name} ({offset})"


def describe_local_time(zone: Zone, at: int) -> str:
    """Return the local day and time in a zone at an instant, to the second."""
    day, time = divmod(at + zone.offset(at), DAY)
    return f"{describe_day(day + EPOCH_DAY)} {from_micros(time):%H:%M:%S}"

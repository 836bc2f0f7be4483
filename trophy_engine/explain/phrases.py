"""How explanations name days, instants and zones."""

from __future__ import annotations

from datetime import date

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, HOUR, from_micros
from trophy_engine.calendar.zones import Zone

#: What a period is called, by the frequency.
UNITS = {"daily": "day", "weekly": "week", "monthly": "month"}


def day_name(day: int | date) -> str:
    """Name a local day.

    >>> day_name(date(2025, 4, 2))
    'Wednesday 2025-04-02'
    """
    found = day if isinstance(day, date) else date.fromordinal(day)
    return f"{found:%A} {found.isoformat()}"


def where(home: Zone, at: int) -> str:
    """Name a zone, with its offset at an instant unless that is its name."""
    minutes = home.offset(at) // (HOUR // 60)
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return home.name if home.name in {offset, "UTC"} else f"{home.name} ({offset})"


def clock(home: Zone, at: int) -> str:
    """Say what the clock of a zone shows at an instant: the local day, and the time to the second."""
    day, time = divmod(at + home.offset(at), DAY)
    return f"{day_name(day + EPOCH_DAY)} {from_micros(time):%H:%M:%S}"

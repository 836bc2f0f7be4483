"""The words that explanations share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, HOUR, from_micros
from trophy_engine.calendar.zones import Zone
from trophy_engine.rules.constraints import Filter
from trophy_engine.rules.points import (
    AchievementPointsTrigger,
    MetricPointsTrigger,
    PointsTrigger,
    StreakPointsTrigger,
    TimePointsTrigger,
)

__all__ = ["UNITS", "clock", "counted", "day_name", "every", "joined", "where", "with_attributes"]

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


def counted(number: int, what: str) -> str:
    """Count things.

    >>> counted(1, "freeze"), counted(2, "freeze")
    ('1 freeze', '2 freezes')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def joined(words: Iterable[str]) -> str:
    """List words as one says them.

    >>> joined(["one", "two", "three"])
    'one, two and three'
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def with_attributes(what: str, attributes: Filter) -> str:
    """Name what counts only with certain attributes."""
    if not attributes:
        return what
    return f"{what} with {joined(f'{key} = {value!r}' for key, value in attributes.items())}"


def every(trigger: PointsTrigger) -> str:
    """Say for what a trigger pays."""
    match trigger:
        case MetricPointsTrigger():
            what = with_attributes(trigger.metric, trigger.event_attributes)
            return f"for {what}" if trigger.threshold == 1 else f"for every {trigger.threshold:,} {what}"
        case StreakPointsTrigger():
            return "for every period of the streak" if trigger.length == 1 else f"for every {trigger.length} periods"
        case AchievementPointsTrigger():
            return f"for the achievement {trigger.achievement!r}"
        case TimePointsTrigger():
            return f"every {counted(trigger.interval, trigger.unit.removesuffix('s'))}"
        case _:
            return "for signing up"

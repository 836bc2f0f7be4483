"""Phrases that explanations share."""

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

#: The name of a period, by frequency.
PERIOD_NAMES = {"daily": "day", "weekly": "week", "monthly": "month"}


def name_day(day: int | date) -> str:
    """Name a local day with its weekday.

    >>> name_day(date(2025, 4, 2))
    'Wednesday 2025-04-02'
    """
    local_day = day if isinstance(day, date) else date.fromordinal(day)
    return f"{local_day:%A} {local_day.isoformat()}"


def describe_zone(zone: Zone, at: int) -> str:
    """Name a zone, with its offset at an instant unless that is its name."""
    minutes = zone.offset(at) // (HOUR // 60)
    sign = "-" if minutes < 0 else "+"
    offset = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return zone.name if zone.name in {offset, "UTC"} else f"{zone.name} ({offset})"


def format_clock(zone: Zone, at: int) -> str:
    """Format an instant as the clock of a zone shows it: the local day, and the time to the second."""
    day, time = divmod(at + zone.offset(at), DAY)
    return f"{name_day(day + EPOCH_DAY)} {from_micros(time):%H:%M:%S}"


def count_noun(number: int, noun: str) -> str:
    """Format a number with its noun.

    >>> count_noun(1, "freeze"), count_noun(2, "freeze")
    ('1 freeze', '2 freezes')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def join_words(words: Iterable[str]) -> str:
    """Join words with commas and "and".

    >>> join_words(["one", "two", "three"])
    'one, two and three'
    """
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def describe_counter(counter: str, attributes: Filter) -> str:
    """Name a counter, with the attributes that it requires."""
    if not attributes:
        return counter
    return f"{counter} with {join_words(f'{key} = {value!r}' for key, value in attributes.items())}"


def describe_trigger(trigger: PointsTrigger) -> str:
    """Describe what a trigger pays for."""
    match trigger:
        case MetricPointsTrigger():
            counter = describe_counter(trigger.metric, trigger.event_attributes)
            return f"for {counter}" if trigger.threshold == 1 else f"for every {trigger.threshold:,} {counter}"
        case StreakPointsTrigger():
            return "for every period of the streak" if trigger.length == 1 else f"for every {trigger.length} periods"
        case AchievementPointsTrigger():
            return f"for the achievement {trigger.achievement!r}"
        case TimePointsTrigger():
            return f"every {count_noun(trigger.interval, trigger.unit.removesuffix('s'))}"
        case _:
            return "for signing up"

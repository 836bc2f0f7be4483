"""Gates from their description: the clock is read minute by minute, and every condition is asked for each event."""

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from trophy_engine.calendar.frequencies import WEEKDAYS

__all__ = ["Progress", "first_unmet", "local_date", "wall_clock"]


class Progress(NamedTuple):
    """What a user has when a gate is asked.

    Levels are, by points system, the keys of those that the balance reaches; streaks are lengths by key, the primary
    one first.
    """

    attributes: dict[str, str]
    completed: set[str]
    levels: dict[str, list[str]]
    streaks: dict[str, int]


def wall_clock(at, zone_name):
    """Return what the user's clock shows, without a zone."""
    if zone_name[0] in "+-":
        hours, minutes = map(int, zone_name[1:].split(":"))
        offset = timedelta(hours=hours, minutes=minutes)
        return at.replace(tzinfo=None) + (offset if zone_name[0] == "+" else -offset)
    return at.astimezone(ZoneInfo(zone_name)).replace(tzinfo=None)


def local_date(at, zone_name, day_start):
    """Return the local date: that of the clock less the time of day at which the date changes."""
    start = time.fromisoformat(day_start)
    return (wall_clock(at, zone_name) - timedelta(hours=start.hour, minutes=start.minute)).date()


def is_between(shown, first, last):
    if first < last:
        return first <= shown < last
    return shown >= first or shown < last


def date_of(gate, at, zone_name, day_start):
    """Return the date that the gate asks for: between two times around midnight, that on which the clock came there."""
    if gate.between is not None:
        first, last = map(time.fromisoformat, gate.between)
        for step in (timedelta(minutes=1), timedelta(seconds=1)):
            while first > last and continues(first, last, at - step, at, zone_name):
                at -= step
    return local_date(at, zone_name, day_start)


def continues(first, last, earlier, at, zone_name):
    """Return whether the clock is between two times at two instants, and was not put forward over the first time."""
    before, after = wall_clock(earlier, zone_name), wall_clock(at, zone_name)
    expected = before + (at - earlier)  # if the clock was not changed
    skipped = any(expected <= datetime.combine(day, first) < after for day in {expected.date(), after.date()})
    return not skipped and is_between(before.time(), first, last) and is_between(after.time(), first, last)


def first_unmet(gate, at, zone_name, day_start, progress):
    """Return the first condition that does not hold, with what is wanted and found, or None."""
    conditions = *of_time(gate, at, zone_name, day_start), *of_progress(gate, progress)
    return next(((field, wanted, found) for field, wanted, found, holds in conditions if not holds), None)


def of_time(gate, at, zone_name, day_start):
    """Yield the conditions on the local time: the field, what is wanted and found, and whether it holds."""
    today, shown = date_of(gate, at, zone_name, day_start), wall_clock(at, zone_name).time()
    weekday = WEEKDAYS[(today.weekday() + 1) % 7]
    yield "weekdays", gate.weekdays, weekday, not gate.weekdays or weekday in gate.weekdays
    if gate.between is not None:
        found = f"{shown:%H:%M}" if shown.second == 0 else f"{shown:%H:%M:%S}"
        yield "between", gate.between, found, is_between(shown, *map(time.fromisoformat, gate.between))
    yield "start", gate.start, today, gate.start is None or today >= gate.start
    yield "end", gate.end, today, gate.end is None or today <= gate.end


def of_progress(gate, progress):
    """Yield the conditions on what the user has."""
    for name, wanted in gate.user_attributes.items():
        found = progress.attributes.get(name)
        yield f"user_attributes.{name}", wanted, found, found in ([wanted] if isinstance(wanted, str) else wanted)
    for key in gate.achievements:
        yield "achievements", key, None, key in progress.completed
    for system, level in gate.levels.items():
        held = progress.levels.get(system, [])
        yield f"levels.{system}", level, held[-1] if held else None, level in held
    if gate.streak is not None:
        key, wanted = gate.streak.key, gate.streak.at_least
        primary, *others = progress.streaks
        length = progress.streaks[key or primary]
        is_named = key is not None or others  # among several streaks, the primary one is named as well
        yield f"streak.{key or primary}" if is_named else "streak", wanted, length, length >= wanted

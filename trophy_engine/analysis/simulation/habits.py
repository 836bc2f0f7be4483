"""Habits: what a user of a real log did, resampled.

A history is cut into blocks of four weeks from its first day on. A simulated user begins as the real one did, and goes
on with blocks drawn from all of that user's, for as long as the real one stayed; who was still there at the end of the
log stays. So weekdays, hours, zones, bursts, and pauses of up to four weeks are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from random import Random
from typing import Final, NamedTuple

import attrs

from trophy_engine.analysis.replay.events import BadRow, Event, Row
from trophy_engine.calendar.instants import DAY
from trophy_engine.calendar.zones import zone
from trophy_engine.errors import FieldName, InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.rules.constraints import InstanceOf

__all__ = ["Habits", "RecordedEvent", "habits_of"]

_EACH_ROW: Final = FieldName("log", before="each row of a ")
_BLOCK_DAYS: Final = 28
_ACTIVE_AT_END_DAYS: Final = 2 * _BLOCK_DAYS


class RecordedEvent(NamedTuple):
    """A recorded event: days after the beginning of the block, microseconds after the day's midnight."""

    day: int
    time: int
    metric: str
    value: Number
    time_zone: str
    attributes: tuple[tuple[str, str], ...]


@attrs.frozen
class Habits:
    """The habits of one user.

    Attributes:
        blocks: what they did in each four weeks of their time, some of them empty.
        weekday: that of the first day (Monday is 0).
        stay: how many days there are from their first to their last; None for a user who was active at the end.
    """

    blocks: tuple[tuple[RecordedEvent, ...], ...]
    weekday: int
    stay: int | None

    def events(self, draw: Random, user_id: str, first_day: int, days: int) -> list[Event]:
        """Draw the events of a user with these habits over so many days, in order of time."""
        start = first_day + (self.weekday - (first_day + 6)) % 7  # ordinal 1 was a Monday
        end = first_day + days if self.stay is None else min(first_day + days, start + self.stay)
        events: list[Event] = []
        block = self.blocks[0]
        for beginning in range(start, end, _BLOCK_DAYS):
            for event in block:
                if beginning + event.day < end:
                    at = zone(event.time_zone).instant(beginning + event.day, event.time)
                    events.append(Event(at, user_id, event.metric, event.value, event.time_zone, event.attributes))
            block = draw.choice(self.blocks)
        events.sort(key=itemgetter(0))
        return events


def habits_of(log: Iterable[Row]) -> tuple[Habits, ...]:
    """Return the habits of the users of a log, in the order in which the log names them; bad rows are passed over.

    Raises:
        InvalidValue: there is not an event in the log, or what should be a row is none.
    """
    InstanceOf((Iterable,)).check("log", log)
    users: dict[str, list[Event]] = {}
    for row in log:
        InstanceOf((Event, BadRow)).check(_EACH_ROW, row)
        if isinstance(row, Event):
            users.setdefault(row.user_id, []).append(row)
    if not users:
        raise InvalidValue("a log without events tells no habits")
    recorded = [_recorded_events(events) for events in users.values()]
    end = max(days[-1].day for days in recorded)
    return tuple(_habits(days, end) for days in recorded)


def _recorded_events(events: list[Event]) -> list[RecordedEvent]:
    """Return what a user did in order of time, days as ordinals."""
    events.sort(key=itemgetter(0))
    recorded, name = [], "UTC"
    for logged in events:
        name = logged.time_zone or name
        zone_ = zone(name)
        day, _ = zone_.window(logged.at)
        time = (logged.at + zone_.offset(logged.at)) % DAY
        recorded.append(RecordedEvent(day, time, logged.metric, logged.value, name, logged.attributes))
    recorded.sort(key=itemgetter(0))
    return recorded


def _habits(recorded: list[RecordedEvent], end: int) -> Habits:
    first, last = recorded[0].day, recorded[-1].day
    blocks: list[list[RecordedEvent]] = [[] for _ in range((last - first) // _BLOCK_DAYS + 1)]
    for event in recorded:
        block, day = divmod(event.day - first, _BLOCK_DAYS)
        blocks[block].append(event._replace(day=day))
    stay = None if last > end - _ACTIVE_AT_END_DAYS else last - first + 1
    return Habits(tuple(map(tuple, blocks)), (first + 6) % 7, stay)

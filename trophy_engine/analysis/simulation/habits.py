"""Habits: the events of a user of a real log, resampled.

The user's events are cut into blocks of four weeks, from the first day on. A simulated user starts with the first
block and continues with blocks drawn from all of them, for as many days as the real user was present; users who were
active at the end of the log never leave. So weekdays, hours, zones, bursts, and breaks of up to four weeks are real.
"""

from __future__ import annotations

from operator import itemgetter
from random import Random
from typing import Final, NamedTuple

import attrs

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.analysis.event_logs.log_source import LogSource, rows_of_log_source
from trophy_engine.analysis.event_logs.partition import sort_log_events
from trophy_engine.calendar.instants import DAY
from trophy_engine.calendar.zones import zone
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.rules.constraints import InstanceOf
from trophy_engine.values import Value

__all__ = ["Habits", "RecordedEvent", "habits_of"]

_EACH_ROW: Final = FieldName("log", before="each row of a ")
_BLOCK_DAYS: Final = 28
_ACTIVE_AT_END_DAYS: Final = 2 * _BLOCK_DAYS


class RecordedEvent(NamedTuple):
    """A recorded event: ``day`` counts from the start of the block, ``time`` is in microseconds after midnight."""

    day: int
    time: int
    metric: str
    value: Number
    time_zone: str
    attributes: tuple[tuple[str, str], ...]


@attrs.frozen
class Habits(Value):
    """The habits of one user.

    Attributes:
        blocks: the events of each four weeks; some blocks are empty.
        weekday: the weekday of the first day (Monday is 0).
        stay: the number of days from the first to the last event; None for a user who was active at the end of the log.
    """

    blocks: tuple[tuple[RecordedEvent, ...], ...]
    weekday: int
    stay: int | None

    def events(self, draw: Random, user_id: str, first_day: int, days: int) -> list[Event]:
        """Return the events of a simulated user with these habits for a number of days, in order of time."""
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


def habits_of(log: LogSource, columns: Columns | None = None) -> tuple[Habits, ...]:
    """Return the habits of the users of a log, in the order of their first rows; bad rows are ignored.

    Args:
        log: the path of a log, a frame, or rows, as in ``replay``.
        columns: the columns of the log; by default ``user_id``, ``at`` and ``metric``, and the value 1.

    Raises:
        InvalidValue: the log has no event or lacks a column, or an item of it is not a row.
        TrophyError: the log cannot be read.
    """
    users: dict[str, list[Event]] = {}
    for row in rows_of_log_source(log, Columns() if columns is None else columns):
        InstanceOf((Event, BadRow)).check(_EACH_ROW, row)
        if isinstance(row, Event):
            users.setdefault(row.user_id, []).append(row)
    if not users:
        raise InvalidValue("the log has no events, so it has no habits; use a log with events")
    recorded = [_list_habit_events(events) for events in users.values()]
    end = max(days[-1].day for days in recorded)
    return tuple(_build_habits(days, end) for days in recorded)


def _list_habit_events(events: list[Event]) -> list[RecordedEvent]:
    """Return the events of a user in order of local days; days are ordinals."""
    recorded, name = [], "UTC"
    for logged in sort_log_events(events):
        name = logged.time_zone or name
        zone_ = zone(name)
        day, _ = zone_.window(logged.at)
        time = (logged.at + zone_.offset(logged.at)) % DAY
        recorded.append(RecordedEvent(day, time, logged.metric, logged.value, name, logged.attributes))
    recorded.sort(key=itemgetter(0))
    return recorded


def _build_habits(recorded: list[RecordedEvent], end: int) -> Habits:
    first, last = recorded[0].day, recorded[-1].day
    blocks: list[list[RecordedEvent]] = [[] for _ in range((last - first) // _BLOCK_DAYS + 1)]
    for event in recorded:
        block, day = divmod(event.day - first, _BLOCK_DAYS)
        blocks[block].append(event._replace(day=day))
    stay = None if last > end - _ACTIVE_AT_END_DAYS else last - first + 1
    return Habits(tuple(map(tuple, blocks)), (first + 6) % 7, stay)

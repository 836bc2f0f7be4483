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
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.rules.constraints import InstanceOf

__all__ = ["Act", "Habits", "habits_of"]

_BLOCK: Final = 28
_STILL_THERE: Final = 2 * _BLOCK


class Act(NamedTuple):
    """Something that was recorded: days after the beginning of the block, microseconds after the day's midnight."""

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
        stay: how many days there are from their first to their last; None for somebody who was there at the end.
    """

    blocks: tuple[tuple[Act, ...], ...]
    weekday: int
    stay: int | None

    def events(self, draw: Random, user_id: str, first_day: int, days: int) -> list[Event]:
        """Draw the events of a user with these habits over so many days, in order of time."""
        start = first_day + (self.weekday - (first_day + 6)) % 7  # ordinal 1 was a Monday
        end = first_day + days if self.stay is None else min(first_day + days, start + self.stay)
        made: list[Event] = []
        block = self.blocks[0]
        for beginning in range(start, end, _BLOCK):
            for act in block:
                if beginning + act.day < end:
                    at = zone(act.time_zone).instant(beginning + act.day, act.time)
                    made.append(Event(at, user_id, act.metric, act.value, act.time_zone, act.attributes))
            block = draw.choice(self.blocks)
        made.sort(key=itemgetter(0))
        return made


def habits_of(log: Iterable[Row]) -> tuple[Habits, ...]:
    """Take down the habits of the users of a log, in the order in which the log names them; bad rows are passed over.

    Raises:
        InvalidValue: there is not an event in the log, or what should be a row is none.
    """
    InstanceOf((Iterable,)).check("log", log)
    users: dict[str, list[Event]] = {}
    for row in log:
        InstanceOf((Event, BadRow)).check("each row of a log", row)
        if isinstance(row, Event):
            users.setdefault(row.user_id, []).append(row)
    if not users:
        raise InvalidValue("a log without events tells no habits")
    acts = [_acts(events) for events in users.values()]
    end = max(days[-1].day for days in acts)
    return tuple(_habits(days, end) for days in acts)


def _acts(events: list[Event]) -> list[Act]:
    """Give what a user did in order of time, days as ordinals."""
    events.sort(key=itemgetter(0))
    acts, name = [], "UTC"
    for event in events:
        name = event.time_zone or name
        home = zone(name)
        day, _ = home.window(event.at)
        time = (event.at + home.offset(event.at)) % DAY
        acts.append(Act(day, time, event.metric, event.value, name, event.attributes))
    acts.sort(key=itemgetter(0))
    return acts


def _habits(acts: list[Act], end: int) -> Habits:
    first, last = acts[0].day, acts[-1].day
    blocks: list[list[Act]] = [[] for _ in range((last - first) // _BLOCK + 1)]
    for act in acts:
        block, day = divmod(act.day - first, _BLOCK)
        blocks[block].append(act._replace(day=day))
    stay = None if last > end - _STILL_THERE else last - first + 1
    return Habits(tuple(map(tuple, blocks)), (first + 6) % 7, stay)

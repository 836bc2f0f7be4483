"""Partitioning: groups the rows of a log, in any order, by user.

One user never affects another, so a log can be evaluated user by user. Rows are grouped in memory. A log with more
events than the limit is written to files, partitioned by a hash of the user id that is the same in every process, and
read back partition by partition.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from operator import itemgetter
from pathlib import Path
from typing import Final, Literal, NamedTuple
from zlib import crc32

import attrs

from trophy_engine.analysis.event_logs.events import BadRow, Event, Row
from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue

#: The number of partitions of the users.
PARTITIONS: Final = 256
_AT: Final = itemgetter(0)
_KEY: Final = itemgetter(8)

#: The order of a user's events of one instant: that of the log, or that of the rows themselves, by metric, value (as
#: text), time zone and attributes, which is the same for any order of the log. Of two rows that differ in whether they
#: have an attribute, the one that has it comes first.
TieOrder = Literal["log", "row"]
#: Follows every attribute, because keys are ASCII.
_LAST: Final = ("\U0010ffff",)

#: Events by user, each user's in the order of the log.
EventsByUser = dict[str, list[Event]]


def partition_of(user_id: str) -> int:
    """Return the number of a user's partition, the same in every process and on every machine."""
    return crc32(user_id.encode()) % PARTITIONS


class PartitionStats(NamedTuple):
    """The number of rows and events read, and the latest instant of an event (None without events)."""

    rows: int
    events: int
    last: int | None


@attrs.define
class Partitioner:
    """Groups the events of a part of a log by user.

    Attributes:
        folder: the folder for events beyond the limit of memory.
        part: the number of the part, in the order of the log.
        max_in_memory: the maximal number of events in memory.
        on_bad_row: called with each bad row.
        stats: the rows and events read so far.
        events_by_user: the events in memory.
        spilled: whether some events are in files.
    """

    folder: Path
    part: int
    max_in_memory: int
    on_bad_row: Callable[[BadRow], object]
    stats: PartitionStats = PartitionStats(0, 0, None)
    events_by_user: EventsByUser = attrs.field(factory=dict)
    spilled: bool = False
    _count: int = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows."""
        events_by_user = self.events_by_user
        rows_read, events, last = self.stats
        for row in rows:
            rows_read += 1
            if type(row) is not Event:
                if isinstance(row, BadRow):
                    self.on_bad_row(row)
                    continue
                if not isinstance(row, Event):
                    fact = "must be an Event, a BadRow or a mapping from columns to values, not", GivenValue(row)
                    raise InvalidValue(fact, FieldName("log", before="each row of a "))
            events += 1
            at, user_id = row[0], row[1]
            user_events = events_by_user.get(user_id)
            if user_events is None:
                events_by_user[user_id] = [row]
            else:
                user_events.append(row)
            if last is None or at > last:
                last = at
            self._count += 1
            if self._count >= self.max_in_memory:
                self.spill()
                events_by_user = self.events_by_user
        self.stats = PartitionStats(rows_read, events, last)

    def spill(self) -> None:
        """Write the events in memory to the files of the partitions."""
        partitions: dict[int, EventsByUser] = {}
        for user_id, user_events in self.events_by_user.items():
            partitions.setdefault(partition_of(user_id), {})[user_id] = user_events
        for partition, events_by_user in partitions.items():
            with (self.folder / f"{partition:03}-{self.part:06}").open("ab") as file:
                pickle.dump(events_by_user, file, pickle.HIGHEST_PROTOCOL)
        self.events_by_user = {}
        self._count = 0
        self.spilled = True


def read_partition(folder: Path, partition: int) -> EventsByUser:
    """Return the events of a partition and remove its files."""
    events_by_user: EventsByUser = {}
    for path in sorted(folder.glob(f"{partition:03}-*")):
        with path.open("rb") as file:
            for spilled in _read_spilled_events(file):
                for user_id, user_events in spilled.items():
                    known = events_by_user.setdefault(user_id, user_events)
                    if known is not user_events:
                        known += user_events
        path.unlink()
    return events_by_user


def _read_spilled_events(file: BufferedReader) -> Iterator[EventsByUser]:
    while file.peek(1):
        yield pickle.load(file)  # noqa: S301  # written by this process or by one that it started


def sort_log_events(user_events: list[Event], tie_order: TieOrder = "log") -> list[Event]:
    """Sort a user's events by instant, and return those that count; see ``TieOrder`` for those of one instant.

    Of several events with one metric and idempotency key the first counts.
    """
    user_events.sort(key=_AT if tie_order == "log" else _log_event_sort_key)
    return drop_repeated_log_events(user_events, set()) if any(map(_KEY, user_events)) else user_events


def drop_repeated_log_events(user_events: list[Event], seen: set[tuple[str, str]]) -> list[Event]:
    """Return a user's events without those whose metric and idempotency key are in ``seen``; add those of the rest."""
    unique = []
    for event in user_events:
        key = event.metric, event.key
        if not event.key or key not in seen:
            unique.append(event)
            seen.add(key)
    return unique


def _log_event_sort_key(event: Event) -> tuple[int, str, str, str, tuple[tuple[str, ...], ...]]:
    return event.at, event.metric, str(event.value), event.time_zone or "", (*event.attributes, _LAST)

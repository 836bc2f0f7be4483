"""The total of a rolling window: the events of the latest stretch of a user's time.

A window of days has an entry for each local date, a window of hours or minutes an entry for each event. A date that has
left the window comes back where the local date goes back, as by travel to the west; only then is the total computed
again from all entries.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Any, Self

from trophy_engine.core.aggregation.aggregates import Aggregate
from trophy_engine.core.aggregation.running import RUNNING, RunningTotal
from trophy_engine.numbers import Number
from trophy_engine.rules.windows import MAX_EVENTS

#: The key of an entry, a day or an instant, and what the aggregate holds for it.
Entry = tuple[int, Any]


class RollingTotals:
    """The entries of a window, and their total.

    Args:
        aggregate: the aggregate.
        reach: for how far back of the window entries are kept, because their keys can come back.
        entries: the entries, by rising key.
        left: how many of the first entries are not in the window.
    """

    __slots__ = ("_aggregate", "_entries", "_first", "_left", "_reach", "_running")

    def __init__(self, aggregate: Aggregate, reach: int, entries: Iterable[Entry] = (), left: int = 0) -> None:
        self._aggregate = aggregate
        self._reach = reach
        self._entries: deque[Entry] = deque(entries)
        #: The number of the first entry.
        self._first = 0
        self._restart(left)

    def add(self, key: int, since: int, item: Any, *, merged: bool) -> tuple[Number | None, Number | None]:
        """Count an event; return the totals before and after it.

        Args:
            key: the key of its entry.
            since: the first key of the window.
            item: the item of the event.
            merged: True if events with the same key share an entry.
        """
        self._slide(since)
        before = self._running.total()
        entries, added = self._entries, self._aggregate.add(None, item)
        if self._running.is_full(added):
            return before, before
        if entries and key < entries[-1][0]:
            self._insert(key, since, item)
        elif merged and entries and key == entries[-1][0]:
            entries[-1] = key, self._aggregate.add(entries[-1][1], item)
            self._running.add(self._first + len(entries) - 1, added)
        else:
            entries.append((key, added))
            self._running.add(self._first + len(entries) - 1, added)
            if len(entries) > MAX_EVENTS:
                self._leave()
        return before, self._running.total()

    def total(self, since: int) -> Number | None:
        """Return the total of the window from a key on."""
        entries, left = self._entries, self._left
        if (not left or entries[left - 1][0] < since) and (len(entries) == left or entries[left][0] >= since):
            return self._running.total()
        running = RUNNING[self._aggregate.name]()
        for number, (key, held) in enumerate(entries):
            if key >= since:
                running.add(number, held)
        return running.total()

    def _slide(self, since: int) -> None:
        """Move the beginning of the window to a key."""
        entries = self._entries
        if self._left and entries[self._left - 1][0] >= since:
            self._restart(sum(key < since for key, _ in entries))
        while self._left < len(entries) and entries[self._left][0] < since:
            self._running.remove(self._first + self._left, entries[self._left][1])
            self._left += 1
        while entries and entries[0][0] < since - self._reach:
            self._leave()

    def _leave(self) -> None:
        """Forget the first entry."""
        _, held = self._entries.popleft()
        if self._left:
            self._left -= 1
        else:
            self._running.remove(self._first, held)
        self._first += 1

    def _insert(self, key: int, since: int, item: Any) -> None:
        """Count an event at a key before that of the last entry."""
        by_key = dict(self._entries)
        by_key[key] = self._aggregate.add(by_key.get(key), item)
        self._entries = deque(sorted(by_key.items()))
        self._restart(sum(key < since for key in by_key))

    def _restart(self, left: int) -> None:
        """Compute the total of the entries after the first ones."""
        self._left = left
        self._running: RunningTotal = RUNNING[self._aggregate.name]()
        for index, (_, held) in enumerate(islice(self._entries, left, None), left):
            self._running.add(self._first + index, held)

    def copy(self) -> Self:
        """Return an independent copy."""
        entries = ((key, self._aggregate.copy(held)) for key, held in self._entries)
        return type(self)(self._aggregate, self._reach, entries, self._left)

    def dump(self) -> list[Any]:
        """Return the entries as JSON values, decimals as strings."""
        return [[key, self._aggregate.dump(held)] for key, held in self._entries]

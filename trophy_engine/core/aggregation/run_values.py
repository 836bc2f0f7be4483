"""The values of a user in the runs of a leaderboard, at a cost that does not depend on the number of past runs.

Only the latest runs can still change: the local date of a user goes back by two days at most. The runs before them are
in an append-only list that copies share; each copy knows how many of its entries are its own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from trophy_engine.core.aggregation.aggregates import Aggregate
from trophy_engine.numbers import Number, read_number, write_number

#: The value of a user in a run, and the instant at which it was reached.
Value = tuple[Number, int]

#: How many runs before the current one can still change.
_REACH: Final = 3
_RUN: Final = itemgetter(0)


class RunValues(Mapping[int, Value]):
    """A mapping from runs to values.

    Args:
        aggregate: how what is counted in a run becomes its value.
        values: the values.
        held: what the aggregate holds for the runs that can still change, where that is not the value.
    """

    __slots__ = ("_aggregate", "_closed", "_held", "_latest", "_own")

    def __init__(
        self, aggregate: Aggregate, values: Mapping[int, Value] | None = None, held: Mapping[int, Any] | None = None
    ) -> None:
        self._aggregate = aggregate
        self._held: dict[int, Any] = dict(held or {})
        self._latest: dict[int, Value] = {}
        self._closed: list[tuple[int, Value]] = []
        self._own = 0
        for run, value in sorted((values or {}).items()):
            self._open(run)
            self._latest[run] = value

    def add(self, run: int, item: Any, at: int) -> None:
        """Count an item of an event at an instant in a run; a value that it does not change keeps its instant."""
        if run not in self._latest and self._own and run <= self._closed[self._own - 1][0]:
            self._open(run)
        aggregate, known = self._aggregate, self._latest.get(run)
        before = aggregate.nothing if known is None else known[0]
        if aggregate.holds_total:
            after = aggregate.total(aggregate.add(None if known is None else before, item))
        else:
            held = aggregate.add(self._held.get(run), item)
            after = aggregate.total(held)
            if known is not None or after != before:
                self._held[run] = held
        if after is None or after == before:
            return
        if known is None:
            self._open(run)
        self._latest[run] = after, at

    def _open(self, run: int) -> None:
        """Open a run among the latest, and close those that can no longer change."""
        if self._own and run <= self._closed[self._own - 1][0]:
            self._latest = dict(self)
            self._closed, self._own = [], 0
            return
        for closed in sorted(open_run for open_run in self._latest if open_run < run - _REACH):
            self._close(closed, self._latest.pop(closed))
            self._held.pop(closed, None)

    def _close(self, run: int, value: Value) -> None:
        if len(self._closed) > self._own:  # a copy has appended since
            if self._closed[self._own] == (run, value):
                self._own += 1
                return
            self._closed = self._closed[: self._own]
        self._closed.append((run, value))
        self._own += 1

    def copy(self) -> RunValues:
        """Return an independent copy."""
        copied = object.__new__(RunValues)
        copied._aggregate = self._aggregate
        copied._held = {run: self._aggregate.copy(held) for run, held in self._held.items()} if self._held else {}
        copied._latest = self._latest.copy()
        copied._closed, copied._own = self._closed, self._own
        return copied

    def dump(self) -> list[Any]:
        """Return the values as JSON values, decimals as strings, each with what is held for it if that is not it."""
        values = ([run, write_number(value), at] for run, (value, at) in sorted(self.items()))
        dump = self._aggregate.dump
        return [[*value, dump(self._held[value[0]])] if value[0] in self._held else value for value in values]

    @classmethod
    def load(cls, aggregate: Aggregate, dumped: list[Any]) -> RunValues:
        """Build the values from the result of ``dump``."""
        held = {run: aggregate.load(values[0]) for run, _, _, *values in dumped if values}
        return cls(aggregate, {run: (read_number(value), at) for run, value, at, *_ in dumped}, held)

    def unlike(self, other: RunValues) -> list[int]:
        """List the runs with different values; between copies, only runs that changed are compared."""
        if self._closed is other._closed and self._own == other._own:
            own_latest, other_latest = self._latest, other._latest
            if own_latest == other_latest:
                return []
            return [run for run in other_latest | own_latest if own_latest.get(run) != other_latest.get(run)]
        if self._closed is other._closed:
            closed = self._closed[min(self._own, other._own) : max(self._own, other._own)]
            runs = dict.fromkeys((*map(_RUN, closed), *other._latest, *self._latest))
        else:
            runs = dict.fromkeys((*other, *self))
        return [run for run in runs if self.get(run) != other.get(run)]

    def __getitem__(self, run: int) -> Value:
        """Return the value of a run.

        Raises:
            KeyError: the run has no value.
        """
        value = self._latest.get(run)
        if value is not None:
            return value
        index = bisect_left(self._closed, run, 0, self._own, key=_RUN)
        if index < self._own and self._closed[index][0] == run:
            return self._closed[index][1]
        raise KeyError(run)

    def __iter__(self) -> Iterator[int]:
        """Yield the closed runs in order, then the latest in the order in which they were first counted."""
        yield from map(_RUN, islice(self._closed, self._own))
        yield from self._latest

    def __len__(self) -> int:
        """Return the number of runs."""
        return self._own + len(self._latest)


def find_changed_run_values(before: Mapping[int, Value], after: Mapping[int, Value]) -> list[int]:
    """List the runs with different values."""
    if type(before) is RunValues and type(after) is RunValues:
        return after.unlike(before)
    return [run for run in dict.fromkeys((*before, *after)) if before.get(run) != after.get(run)]

"""Running totals: what a window amounts to while entries join it at one end and leave it at the other.

The cost of an entry does not depend on how many there are. Entries have numbers, which rise by one from the oldest on;
``held`` is what the aggregate holds for one entry, or for a further event of the latest one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from trophy_engine.numbers import Number, add, subtract
from trophy_engine.rules.metrics import MAX_DISTINCT
from trophy_engine.rules.metrics import Aggregate as AggregateName


class RunningTotal(Protocol):
    """The total of the entries of a window."""

    def add(self, number: int, held: Any) -> None:
        """Add the latest entry, or a further event of it."""

    def remove(self, number: int, held: Any) -> None:
        """Remove the oldest entry."""

    def is_full(self, held: Any) -> bool:
        """Return True if an entry would not count, because as much is counted already as is kept."""

    def total(self) -> Number | None:
        """Return the total, None if there is none."""


class _UnlimitedRunningTotal:
    """The base of the totals that keep no values of entries."""

    def is_full(self, _: Any) -> bool:
        return False


class _RunningSum(_UnlimitedRunningTotal):
    """A sum of parts."""

    def __init__(self) -> None:
        self._total: Number = 0

    def add(self, _: int, held: Number) -> None:
        self._total = add(self._total, held)

    def remove(self, _: int, held: Number) -> None:
        self._total = subtract(self._total, held)

    def total(self) -> Number | None:
        return self._total


class _RunningMax(_UnlimitedRunningTotal):
    """The greatest value: kept are the values that no later one exceeds, in order."""

    def __init__(self) -> None:
        self._candidates: deque[tuple[int, Number]] = deque()

    def add(self, number: int, held: Number) -> None:
        while self._candidates and self._is_replaced(self._candidates[-1][1], held):
            self._candidates.pop()
        self._candidates.append((number, held))

    def remove(self, number: int, _: Number) -> None:
        while self._candidates and self._candidates[0][0] <= number:
            self._candidates.popleft()

    def total(self) -> Number | None:
        return self._candidates[0][1] if self._candidates else None

    def _is_replaced(self, value: Number, later: Number) -> bool:
        return value <= later


class _RunningMin(_RunningMax):
    """The least value."""

    def _is_replaced(self, value: Number, later: Number) -> bool:
        return value >= later


class _RunningLast(_RunningMax):
    """The latest value."""

    def _is_replaced(self, _: Number, __: Number) -> bool:
        return True


class _RunningValues:
    """The number of different values: kept is the number of the latest entry with each."""

    def __init__(self) -> None:
        self._latest: dict[Any, int] = {}

    def add(self, number: int, held: Iterable[Any]) -> None:
        for value in self._values(held):
            self._latest[value] = number

    def remove(self, number: int, held: Iterable[Any]) -> None:
        for value in self._values(held):
            if self._latest.get(value) == number:
                del self._latest[value]

    def is_full(self, held: Iterable[Any]) -> bool:
        return len(self._latest) >= MAX_DISTINCT and any(value not in self._latest for value in self._values(held))

    def total(self) -> Number | None:
        return min(len(self._latest), MAX_DISTINCT)

    def _values(self, held: Iterable[Any]) -> Iterable[Any]:
        return held


class _RunningDays(_RunningValues):
    """The number of different days; an entry holds a number and days."""

    def _values(self, held: Iterable[Any]) -> Iterable[Any]:
        _, *days = held
        return days


#: The running total of every aggregate.
RUNNING: Final[dict[AggregateName, Callable[[], RunningTotal]]] = {
    "sum": _RunningSum,
    "count": _RunningSum,
    "min": _RunningMin,
    "max": _RunningMax,
    "last": _RunningLast,
    "distinct": _RunningValues,
    "days": _RunningDays,
}

"""Aggregates: how the events of a window become one total.

An aggregate keeps what it needs in a value for each window, ``held``; before the first event that is None. What it
takes of an event is its ``item``: the number for most, how many events it stands for for ``count``, the value of an
attribute for ``distinct``, and the local day for ``days``. Held values are immutable, except for those of ``distinct``.

============  ====================================  =================  ======================
aggregate     total after an event                  before any event   held
============  ====================================  =================  ======================
``sum``       the sum of the values                 0                  the total
``count``     the number of events                  0                  the total
``min``       the least value                       none               the total
``max``       the greatest value                    none               the total
``last``      the latest value                      none               the total
``distinct``  the number of different values        0                  the values, up to 10,000
``days``      the number of different local days    0                  the total, three days
============  ====================================  =================  ======================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any, Final, Protocol

from trophy_engine.numbers import Number, add, read_number, write_number
from trophy_engine.rules.metrics import MAX_DISTINCT
from trophy_engine.rules.metrics import Aggregate as AggregateName

#: For how many days ``days`` knows whether a day has been counted: a local date goes back by two days at most.
_DAYS_KEPT: Final = 3


class Aggregate(Protocol):
    """An aggregate, without state of its own.

    Attributes:
        name: the name in rules.
        holds_total: True if a held value is the total.
        nothing: the total before any event; None if there is none.
        copy: a function that returns an independent copy of a held value.
    """

    name: AggregateName
    holds_total: bool
    nothing: Number | None
    copy: Callable[[Any], Any]

    def add(self, held: Any, item: Any) -> Any:
        """Return the held value after an event; the one before is not to be used any more."""

    def total(self, held: Any) -> Number | None:
        """Return the total of a held value, that of an event at least."""

    def dump(self, held: Any) -> Any:
        """Return a held value as JSON values, decimals as strings."""

    def load(self, dumped: Any) -> Any:
        """Build a held value from the result of ``dump``."""


def _copy_immutable_total(held: Any) -> Any:
    return held


class _NumericAggregate:
    """The base of the aggregates that hold their total."""

    copy: Callable[[Any], Any] = staticmethod(_copy_immutable_total)
    holds_total = True
    nothing: Number | None = None

    def total(self, held: Number) -> Number | None:
        """Return the held value."""
        return held

    def dump(self, held: Number) -> int | str:
        """Return the total as a JSON value."""
        return write_number(held)

    def load(self, dumped: int | str) -> Number:
        """Build the total from the result of ``dump``."""
        return read_number(dumped)


class SumAggregate(_NumericAggregate):
    """The sum of the values."""

    name: AggregateName = "sum"
    nothing: Number | None = 0

    def add(self, held: Number | None, item: Number) -> Number:
        """Return the sum with a further value."""
        return item if held is None else add(held, item)


class CountAggregate(SumAggregate):
    """The number of events: the sum of how many each item stands for."""

    name: AggregateName = "count"


class MinAggregate(_NumericAggregate):
    """The least value."""

    name: AggregateName = "min"

    def add(self, held: Number | None, item: Number) -> Number:
        """Return the lesser of the total and a value."""
        return item if held is None or item < held else held


class MaxAggregate(_NumericAggregate):
    """The greatest value."""

    name: AggregateName = "max"

    def add(self, held: Number | None, item: Number) -> Number:
        """Return the greater of the total and a value."""
        return item if held is None or item > held else held


class LastAggregate(_NumericAggregate):
    """The latest value."""

    name: AggregateName = "last"

    def add(self, _: Number | None, item: Number) -> Number:
        """Return the value."""
        return item


class DistinctValues:
    """The different values of an attribute, in the order in which they came; copies share them until one changes.

    A copy costs the same for any number of values: all copies refer to one table of positions, of which each knows how
    many are its own.
    """

    __slots__ = ("_own", "_positions")

    def __init__(self) -> None:
        self._positions: dict[str, int] = {}
        self._own = 0

    def __len__(self) -> int:
        """Return the number of values."""
        return self._own

    def __iter__(self) -> Iterator[str]:
        """Iterate over the values in order."""
        return (value for value, position in self._positions.items() if position < self._own)

    def __contains__(self, value: object) -> bool:
        """Return True if the value has come."""
        return isinstance(value, str) and self._positions.get(value, self._own) < self._own

    def add(self, value: str) -> None:
        """Add a value."""
        if value in self:
            return
        if len(self._positions) > self._own:  # a copy has added values since
            if self._positions.get(value) == self._own:
                self._own += 1
                return
            self._positions = {value: position for position, value in enumerate(self)}
        self._positions[value] = self._own
        self._own += 1

    def copy(self) -> DistinctValues:
        """Return an independent copy."""
        copied = DistinctValues()
        copied._positions, copied._own = self._positions, self._own
        return copied


class DistinctAggregate:
    """The number of different values of an attribute; an event without it, None, does not count."""

    name: AggregateName = "distinct"
    holds_total = False
    nothing: Number | None = 0
    copy: Callable[[Any], Any] = staticmethod(DistinctValues.copy)

    def add(self, held: DistinctValues | None, item: str | None) -> DistinctValues:
        """Add a value to the held ones, unless there are as many as are counted."""
        values = DistinctValues() if held is None else held
        if item is not None and len(values) < MAX_DISTINCT:
            values.add(item)
        return values

    def total(self, held: DistinctValues) -> Number | None:
        """Return the number of values."""
        return len(held)

    def dump(self, held: DistinctValues) -> list[str]:
        """Return the values in order."""
        return list(held)

    def load(self, dumped: list[str]) -> DistinctValues:
        """Build the values from the result of ``dump``."""
        values = DistinctValues()
        for value in dumped:
            values.add(value)
        return values


class DaysAggregate:
    """The number of different local days; held with it are the latest three, in order."""

    name: AggregateName = "days"
    holds_total = False
    nothing: Number | None = 0
    copy: Callable[[Any], Any] = staticmethod(_copy_immutable_total)

    def add(self, held: tuple[int, ...] | None, item: int) -> tuple[int, ...]:
        """Return the number with a further day, and the latest days."""
        if held is None:
            return 1, item
        number, *days = held
        if item in days:
            return held
        return number + 1, *sorted((*days, item))[-_DAYS_KEPT:]

    def total(self, held: tuple[int, ...]) -> Number | None:
        """Return the number of days."""
        return held[0]

    def dump(self, held: tuple[int, ...]) -> list[int]:
        """Return the number and the latest days."""
        return list(held)

    def load(self, dumped: list[int]) -> tuple[int, ...]:
        """Build the number and the days from the result of ``dump``."""
        return tuple(dumped)


#: Every aggregate by its name in rules.
AGGREGATES: Final[dict[AggregateName, Aggregate]] = {
    aggregate.name: aggregate
    for aggregate in (
        SumAggregate(),
        CountAggregate(),
        MinAggregate(),
        MaxAggregate(),
        LastAggregate(),
        DistinctAggregate(),
        DaysAggregate(),
    )
}


def aggregate_without_start(aggregate: Aggregate) -> Aggregate:
    """Return an aggregate like another whose total before any event is none, so that a first total of 0 is a change."""
    started = copy(aggregate)
    started.nothing = None
    return started

"""The totals of a counter in numbered windows, such as the periods of a streak or the days of a metric by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from trophy_engine.core.aggregation.aggregates import Aggregate
from trophy_engine.numbers import Number


class WindowTotals:
    """The held values of an aggregate, by the number of a window.

    Attributes:
        aggregate: the aggregate.
        held: the held values of the windows that are kept.
    """

    __slots__ = ("aggregate", "held")

    def __init__(self, aggregate: Aggregate, held: Mapping[int, Any] | None = None) -> None:
        self.aggregate = aggregate
        self.held: dict[int, Any] = dict(held or {})

    def add(self, window: int, item: Any) -> tuple[Number | None, Number | None]:
        """Count an event in a window; return the totals before and after it."""
        before = self.total(window)
        self.held[window] = held = self.aggregate.add(self.held.get(window), item)
        return before, self.aggregate.total(held)

    def total(self, window: int) -> Number | None:
        """Return the total of a window."""
        held = self.held.get(window)
        return self.aggregate.nothing if held is None else self.aggregate.total(held)

    def drop(self, through: int) -> None:
        """Drop the windows up to one."""
        for window in [window for window in self.held if window <= through]:
            del self.held[window]

    def copy(self) -> Self:
        """Return an independent copy."""
        return type(self)(self.aggregate, {window: self.aggregate.copy(held) for window, held in self.held.items()})

    def dump(self) -> list[Any]:
        """Return the totals as JSON values, decimals as strings."""
        return [[window, self.aggregate.dump(held)] for window, held in sorted(self.held.items())]

    @classmethod
    def load(cls, aggregate: Aggregate, dumped: list[Any]) -> Self:
        """Build the totals from the result of ``dump``."""
        return cls(aggregate, {window: aggregate.load(held) for window, held in dumped})

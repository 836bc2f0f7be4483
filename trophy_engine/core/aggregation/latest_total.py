"""The total since something ended the last one: a session, or the time since an event of another metric."""

from __future__ import annotations

from typing import Any, Self

from trophy_engine.core.aggregation.aggregates import Aggregate
from trophy_engine.numbers import Number


class LatestTotal:
    """The held value of an aggregate since an instant; instants in microseconds.

    Attributes:
        aggregate: the aggregate.
        held: the held value; None before any event.
        since: the first instant; None for the beginning of time.
        last: the instant of the last event; None before any event.
    """

    __slots__ = ("aggregate", "held", "last", "since")

    def __init__(
        self, aggregate: Aggregate, held: Any = None, since: int | None = None, last: int | None = None
    ) -> None:
        self.aggregate = aggregate
        self.held = held
        self.since = since
        self.last = last

    def add(self, item: Any, at: int) -> tuple[Number | None, Number | None]:
        """Count an event at an instant; return the totals before and after it."""
        before = self.total()
        self.held = self.aggregate.add(self.held, item)
        self.last = at
        return before, self.aggregate.total(self.held)

    def restart(self, since: int) -> None:
        """Begin again at an instant."""
        self.held = self.last = None
        self.since = since

    def total(self) -> Number | None:
        """Return the total."""
        return self.aggregate.nothing if self.held is None else self.aggregate.total(self.held)

    def copy(self) -> Self:
        """Return an independent copy."""
        held = None if self.held is None else self.aggregate.copy(self.held)
        return type(self)(self.aggregate, held, self.since, self.last)

    def dump(self) -> list[Any]:
        """Return the fields as JSON values, decimals as strings."""
        return [None if self.held is None else self.aggregate.dump(self.held), self.since, self.last]

    @classmethod
    def load(cls, aggregate: Aggregate, dumped: list[Any]) -> Self:
        """Build the total from the result of ``dump``."""
        held, since, last = dumped
        return cls(aggregate, None if held is None else aggregate.load(held), since, last)

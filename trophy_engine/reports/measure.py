"""Measures: the totals of which a report can tell the changes by local day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from trophy_engine.numbers import Number


class Measure(NamedTuple):
    """A total: of a metric, of its events with one value of an event attribute, or of a points system."""

    kind: Literal["metric", "points"]
    key: str
    attribute: str | None = None
    value: str | None = None


class DailyTotals(Protocol):
    """A total of a user by local day."""

    @property
    def days(self) -> Sequence[int]:
        """The local days on which it changed, as ascending ordinals."""

    def total(self, day: int) -> Number | None:
        """Return the total at the end of a local day; None for a least, greatest or latest value of nothing."""

    def change(self, first: int, last: int) -> Number:
        """Return the change from the beginning of one local day to the end of another."""

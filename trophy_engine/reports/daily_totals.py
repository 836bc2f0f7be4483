"""Daily totals: the changes of a user's totals by local day, as exact sums."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Literal, NamedTuple, Self

import attrs

from trophy_engine.core import MetricChanged, NamedEffect, PointsAwarded, Record, Transition, UserCommand
from trophy_engine.numbers import Number, add, subtract
from trophy_engine.reports.dated_effects import dated_effects


class Measure(NamedTuple):
    """A total: of a metric, of its events with one value of an event attribute, or of a points system."""

    kind: Literal["metric", "points"]
    key: str
    attribute: str | None = None
    value: str | None = None


@attrs.frozen
class DailyTotals:
    """The changes of a total.

    Attributes:
        days: the local days on which it changed, as ascending ordinals.
        totals: the total at the end of each of these days.
    """

    days: tuple[int, ...] = ()
    totals: tuple[Number, ...] = ()

    @classmethod
    def of(cls, changes: Mapping[int, Number]) -> Self:
        """Return the totals that result from the changes of each day."""
        days = tuple(sorted(changes))
        return cls(days, tuple(accumulate((changes[day] for day in days), add)))

    def total(self, day: int) -> Number:
        """Return the total at the end of a local day."""
        count = bisect_right(self.days, day)
        return self.totals[count - 1] if count else 0

    def change(self, first: int, last: int) -> Number:
        """Return the change from the beginning of one local day to the end of another."""
        return subtract(self.total(last), self.total(first - 1))


#: A total that never changed.
EMPTY = DailyTotals()


def daily_totals(transitions: Iterable[Transition]) -> dict[Measure, DailyTotals]:
    """Return the daily totals of every measure that ever changed.

    If the rules drop a total and later add it again from zero, only the changes since then count.
    """
    changes: defaultdict[Measure, defaultdict[int, Number]] = defaultdict(lambda: defaultdict(int))
    totals: dict[Measure, Number] = {}
    for dated in dated_effects(transitions):
        for measure, change, before, after in _changes_of(dated.effect):
            if before != totals.get(measure, 0):
                for outdated in [known for known in changes if known[:2] == measure[:2]]:
                    del changes[outdated]
            totals[measure] = after
            for part in _parts(measure, dated.transition.command):
                changes[part][dated.day] = add(changes[part][dated.day], change)
    return {measure: DailyTotals.of(days) for measure, days in changes.items()}


def _changes_of(effect: NamedEffect) -> Iterator[tuple[Measure, Number, Number, Number]]:
    """Yield the total that an effect changes, if any, with the change and the total before and after."""
    if effect.kind is MetricChanged:
        yield Measure("metric", effect.metric), effect.value, effect.before, effect.after
    elif effect.kind is PointsAwarded:
        yield Measure("points", effect.system), effect.awarded, effect.before, effect.total


def _parts(measure: Measure, command: UserCommand | None) -> Iterator[Measure]:
    """Yield a measure, and its parts by the attributes of the event that changed it."""
    yield measure
    if measure.kind == "metric" and isinstance(command, Record):
        for attribute, value in command.attributes:
            yield measure._replace(attribute=attribute, value=value)

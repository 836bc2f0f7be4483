"""Daily totals: how a user's totals changed from local day to local day, in exact sums."""

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
    """A total: of a metric, of its events with a value of an event attribute, or of a points system."""

    kind: Literal["metric", "points"]
    key: str
    attribute: str | None = None
    value: str | None = None


@attrs.frozen
class DailyTotals:
    """How a total changed.

    Attributes:
        days: the local days on which it changed, as ascending ordinals.
        totals: the total at the end of each.
    """

    days: tuple[int, ...] = ()
    totals: tuple[Number, ...] = ()

    @classmethod
    def of(cls, changes: Mapping[int, Number]) -> Self:
        """Return the totals that the changes of each day sum up to."""
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
    """Return the daily totals of every total that ever changed.

    A total that the rules dropped and declared again from zero begins where it was declared again.
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
    """Yield the total that an effect changed, if it changed one: the change, and the total before and after it."""
    if effect.kind is MetricChanged:
        yield Measure("metric", effect.metric), effect.value, effect.before, effect.after
    elif effect.kind is PointsAwarded:
        yield Measure("points", effect.system), effect.awarded, effect.before, effect.total


def _parts(measure: Measure, command: UserCommand | None) -> Iterator[Measure]:
    """Yield a measure, and those by the attributes of the event that changed it."""
    yield measure
    if measure.kind == "metric" and isinstance(command, Record):
        for attribute, value in command.attributes:
            yield measure._replace(attribute=attribute, value=value)

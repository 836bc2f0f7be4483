"""Courses: how a user's totals moved from local day to local day, in exact sums."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Literal, NamedTuple, Self

import attrs

from trophy_engine.core.commands import Record
from trophy_engine.core.effects import MetricChanged, PointsAwarded
from trophy_engine.core.transition import Transition
from trophy_engine.numbers import Number, add, subtract
from trophy_engine.reports.dated_effects import Moment, moments

__all__ = ["STILL", "Course", "Measure", "courses"]


class Measure(NamedTuple):
    """A total: of a metric, of its events with a value of an event attribute, or of a points system."""

    kind: Literal["metric", "points"]
    key: str
    attribute: str | None = None
    value: str | None = None


@attrs.frozen
class Course:
    """How a total moved.

    Attributes:
        days: the local days on which it was moved, as rising ordinals.
        totals: the total at the end of each.
    """

    days: tuple[int, ...] = ()
    totals: tuple[Number, ...] = ()

    @classmethod
    def of(cls, moved: Mapping[int, Number]) -> Self:
        """Make the course of what each day's movements sum up to."""
        days = tuple(sorted(moved))
        return cls(days, tuple(accumulate((moved[day] for day in days), add)))

    def total(self, day: int) -> Number:
        """Give the total at the end of a local day."""
        passed = bisect_right(self.days, day)
        return self.totals[passed - 1] if passed else 0

    def change(self, first: int, last: int) -> Number:
        """Give the movement from the beginning of one local day to the end of another."""
        return subtract(self.total(last), self.total(first - 1))


#: The course of what never moved.
STILL = Course()


def courses(transitions: Iterable[Transition]) -> dict[Measure, Course]:
    """Give the course of every total that was ever moved.

    A total that the rules dropped and took up again from zero has its course from then on.
    """
    moved: defaultdict[Measure, defaultdict[int, Number]] = defaultdict(lambda: defaultdict(int))
    totals: dict[Measure, Number] = {}
    for moment in moments(transitions):
        for measure, amount, before, after in _movements(moment):
            if before != totals.get(measure, 0):
                for former in [one for one in moved if one[:2] == measure[:2]]:
                    del moved[former]
            totals[measure] = after
            for part in _parts(measure, moment):
                moved[part][moment.day] = add(moved[part][moment.day], amount)
    return {measure: Course.of(days) for measure, days in moved.items()}


def _movements(moment: Moment) -> Iterator[tuple[Measure, Number, Number, Number]]:
    raw = moment.raw
    if raw[0] is MetricChanged:
        yield Measure("metric", raw[3]), raw[4], raw[5], raw[6]
    elif raw[0] is PointsAwarded:
        yield Measure("points", raw[3]), raw[5], raw[6], raw[7]


def _parts(measure: Measure, moment: Moment) -> Iterator[Measure]:
    """Give a measure, and those by the attributes of the event that moved it."""
    yield measure
    command = moment.transition.command
    if measure.kind == "metric" and isinstance(command, Record):
        for attribute, value in command.attributes:
            yield measure._replace(attribute=attribute, value=value)

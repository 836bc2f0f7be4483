"""Behaviors: how likely somebody is to act on each day. They compose: the product of two is both at once.

>>> regular = Chance(0.8) * Weekdays(saturday=0.25, sunday=0.25) * Churn(0.01, comeback=0.002)
>>> days = regular.days(Random("somebody"), date(2025, 4, 4).toordinal())  # a Friday
>>> [round(next(days), 2) for _ in range(4)]
[0.8, 0.2, 0.2, 0.8]
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date  # noqa: F401  # for the example
from random import Random
from typing import Any

import attrs

from trophy_engine.analysis.simulation.constraints import Within
from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.rules.constraints import InstanceOf

__all__ = ["Behavior", "Both", "Chance", "Churn", "TwoStates", "Weekdays"]


def _share(default: Any = attrs.NOTHING) -> Any:
    return attrs.field(default=default, validator=Within(0, 1))


class Behavior(ABC):
    """What gives, day by day, how likely somebody is to act."""

    @abstractmethod
    def days(self, draw: Random, first_day: int) -> Iterator[float]:
        """Give the chances from 0.0 to 1.0 of the days from the first on (an ordinal), without end.

        What is random in them is drawn from ``draw``, which nothing else of this user's day may depend on.
        """

    def __mul__(self, other: Behavior) -> Behavior:
        """Act where both would.

        Raises:
            InvalidValue: the other is not a behavior.
        """
        return Both(self, other)


@attrs.frozen
class Both(Behavior):
    """The product of two behaviors."""

    one: Behavior = attrs.field(validator=InstanceOf((Behavior,)))
    other: Behavior = attrs.field(validator=InstanceOf((Behavior,)))

    def days(self, draw: Random, first_day: int) -> Iterator[float]:
        """Multiply the chances of both."""
        pairs = zip(self.one.days(draw, first_day), self.other.days(draw, first_day), strict=False)
        return (one * other for one, other in pairs)


@attrs.frozen
class Chance(Behavior):
    """The same chance every day."""

    chance: float = _share()

    def days(self, draw: Random, first_day: int) -> Iterator[float]:  # noqa: ARG002  # there is nothing to draw
        """Give it again and again."""
        while True:
            yield self.chance


@attrs.frozen
class Weekdays(Behavior):
    """A chance by weekday, 1.0 unless given."""

    monday: float = _share(1.0)
    tuesday: float = _share(1.0)
    wednesday: float = _share(1.0)
    thursday: float = _share(1.0)
    friday: float = _share(1.0)
    saturday: float = _share(1.0)
    sunday: float = _share(1.0)

    def days(self, draw: Random, first_day: int) -> Iterator[float]:  # noqa: ARG002  # there is nothing to draw
        """Go round the week."""
        chances = [float(getattr(self, name)) for name in WEEKDAYS]
        day = first_day
        while True:
            yield chances[day % 7]  # ordinal 7 was a Sunday, as is the first of WEEKDAYS
            day += 1


@attrs.frozen
class TwoStates(Behavior):
    """Somebody who is keen at times and idle at others, as a chain of two states; they begin keen.

    Attributes:
        keen, idle: how they behave in either state.
        tire, rouse: the chance on each day to become idle, or keen again.
    """

    keen: Behavior = attrs.field(validator=InstanceOf((Behavior,)))
    idle: Behavior = attrs.field(validator=InstanceOf((Behavior,)))
    tire: float = _share(0.05)
    rouse: float = _share(0.05)

    def days(self, draw: Random, first_day: int) -> Iterator[float]:
        """Walk the chain."""
        keen = True
        for chances in zip(self.keen.days(draw, first_day), self.idle.days(draw, first_day), strict=False):
            yield chances[not keen]
            if draw.random() < (self.tire if keen else self.rouse):
                keen = not keen


@attrs.frozen
class Churn(Behavior):
    """Somebody who leaves with a chance on each day, and who may come back.

    Attributes:
        daily: the chance to leave.
        comeback: the chance on each day of absence to return.
    """

    daily: float = _share()
    comeback: float = _share(0.0)

    def days(self, draw: Random, first_day: int) -> Iterator[float]:  # noqa: ARG002  # whichever day it is
        """Give 1.0 while they are there and 0.0 while they are gone."""
        there = True
        while True:
            yield float(there)
            if draw.random() < (self.daily if there else self.comeback):
                there = not there

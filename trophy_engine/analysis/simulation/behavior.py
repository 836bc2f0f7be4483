"""Behaviors: the probability that a user acts on each day. The product of two behaviors combines them.

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
from trophy_engine.values import Value

__all__ = ["Behavior", "Both", "Chance", "Churn", "TwoStates", "Weekdays"]


def _probability_field(default: Any = attrs.NOTHING) -> Any:
    return attrs.field(default=default, validator=Within(0, 1))


class Behavior(Value, ABC):
    """The probability that a user acts, day by day."""

    @abstractmethod
    def days(self, draw: Random, first_day: int) -> Iterator[float]:
        """Yield the probabilities, from 0.0 to 1.0, of the days from ``first_day`` (an ordinal) on, without end.

        Random behavior draws from ``draw``.
        """

    def __mul__(self, other: Behavior) -> Behavior:
        """Return the product of two behaviors.

        Raises:
            InvalidValue: the other is not a behavior.
        """
        return Both(self, other)


@attrs.frozen
class Both(Behavior):
    """The product of two behaviors."""

    first: Behavior = attrs.field(validator=InstanceOf((Behavior,)))
    second: Behavior = attrs.field(validator=InstanceOf((Behavior,)))

    def days(self, draw: Random, first_day: int) -> Iterator[float]:
        """Yield the products of both probabilities."""
        pairs = zip(self.first.days(draw, first_day), self.second.days(draw, first_day), strict=False)
        return (first * second for first, second in pairs)


@attrs.frozen
class Chance(Behavior):
    """The same probability every day."""

    chance: float = _probability_field()

    def days(self, draw: Random, first_day: int) -> Iterator[float]:  # noqa: ARG002  # there is nothing to draw
        """Yield the probability, without end."""
        while True:
            yield self.chance


@attrs.frozen
class Weekdays(Behavior):
    """A probability by weekday, 1.0 by default."""

    monday: float = _probability_field(1.0)
    tuesday: float = _probability_field(1.0)
    wednesday: float = _probability_field(1.0)
    thursday: float = _probability_field(1.0)
    friday: float = _probability_field(1.0)
    saturday: float = _probability_field(1.0)
    sunday: float = _probability_field(1.0)

    def days(self, draw: Random, first_day: int) -> Iterator[float]:  # noqa: ARG002  # there is nothing to draw
        """Yield the probabilities of the weekdays, without end."""
        chances = [float(getattr(self, name)) for name in WEEKDAYS]
        day = first_day
        while True:
            yield chances[day % 7]  # ordinal 7 was a Sunday, as is the first of WEEKDAYS
            day += 1


@attrs.frozen
class TwoStates(Behavior):
    """A user who alternates between two states, keen and idle, as a Markov chain that starts keen.

    Attributes:
        keen, idle: the behavior in each state.
        tire, rouse: the daily probability of a change to idle, and back to keen.
    """

    keen: Behavior = attrs.field(validator=InstanceOf((Behavior,)))
    idle: Behavior = attrs.field(validator=InstanceOf((Behavior,)))
    tire: float = _probability_field(0.05)
    rouse: float = _probability_field(0.05)

    def days(self, draw: Random, first_day: int) -> Iterator[float]:
        """Yield the probabilities of the current state, without end."""
        keen = True
        for chances in zip(self.keen.days(draw, first_day), self.idle.days(draw, first_day), strict=False):
            yield chances[not keen]
            if draw.random() < (self.tire if keen else self.rouse):
                keen = not keen


@attrs.frozen
class Churn(Behavior):
    """A user who leaves and can come back.

    Attributes:
        daily: the daily probability of leaving.
        comeback: the daily probability of coming back.
    """

    daily: float = _probability_field()
    comeback: float = _probability_field(0.0)

    def days(self, draw: Random, first_day: int) -> Iterator[float]:  # noqa: ARG002  # every day is the same
        """Yield 1.0 while the user is present and 0.0 while absent, without end."""
        is_active = True
        while True:
            yield float(is_active)
            if draw.random() < (self.daily if is_active else self.comeback):
                is_active = not is_active

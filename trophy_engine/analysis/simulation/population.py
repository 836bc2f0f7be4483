"""Populations: many users, each with a random number stream.

The stream of a user depends only on the seed and on the user's number. So more users change no existing user, and
users act in the same way under all rules.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Final, Protocol, Self, runtime_checkable

import attrs

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.event_logs.log_source import LogSource
from trophy_engine.analysis.simulation.behavior import Chance, Churn, TwoStates, Weekdays
from trophy_engine.analysis.simulation.constraints import Within
from trophy_engine.analysis.simulation.habits import habits_of
from trophy_engine.analysis.simulation.persona import Action, Persona, TimeOfDay, Travel
from trophy_engine.error_messages import GivenValue, name_field_in_message
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number, add
from trophy_engine.rules.constraints import LOCAL_DATE, InstanceOf, Integer, as_sequence
from trophy_engine.rules.mentioned_values import mentioned_values
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset, check_ruleset_has_metrics
from trophy_engine.values import Value

__all__ = ["Member", "Population", "check_days"]

_HEAVIEST: Final = 10**9
#: The aggregates whose totals depend on the values of events.
_OF_VALUES: Final = ("sum", "min", "max", "last")
#: The numbers of the values of an attribute whose different values count.
_DIFFERENT: Final = range(1, 6)


@runtime_checkable
class Member(Protocol):
    """A kind of user; generates the events of one."""

    def events(self, draw: Random, user_id: str, first_day: int, days: int) -> list[Event]:
        """Return the events of a user for a number of days from ``first_day`` (an ordinal) on, in order of time."""
        ...


@attrs.frozen
class Population(Value):
    """A mixture of kinds of users.

    Attributes:
        members: the kinds.
        weights: the relative frequency of each kind; equal by default.
    """

    members: tuple[Member, ...] = attrs.field(converter=as_sequence)
    weights: tuple[float, ...] | None = attrs.field(default=None, converter=as_sequence)

    def __attrs_post_init__(self) -> None:
        """Check the members and their weights."""
        if isinstance(self.members, tuple) and not self.members:
            raise InvalidValue("a population must have members, for example Persona(Chance(0.5), [Action('words')])")
        InstanceOf((Member,), many=True).check("members", self.members)
        if self.weights is None:
            return
        InstanceOf((int, float), many=True).check("weights", self.weights)
        for weight in self.weights:
            Within(0, _HEAVIEST).check(name_field_in_message("weights", "each of "), weight)
        if len(self.weights) != len(self.members):
            fact = f"must be {count_noun(len(self.members), 'number')}, one for each member, not"
            raise InvalidValue((fact, GivenValue(self.weights)), "weights")
        if sum(self.weights) <= 0:
            raise InvalidValue(("must have a number above 0, not", GivenValue(self.weights)), "weights")

    @classmethod
    def fit(cls, log: LogSource, columns: Columns | None = None) -> Self:
        """Return a population with the habits of the users of a log.

        Args:
            log: the path of a log, a frame, or rows, as in ``replay``.
            columns: the columns of the log; by default ``user_id``, ``at`` and ``metric``, and the value 1.

        Raises:
            InvalidValue: the log has no event or lacks a column, or an item of it is not a row.
            TrophyError: the log cannot be read.
        """
        return cls(habits_of(log, columns))

    @classmethod
    def typical(cls, ruleset: RulesSource) -> Self:
        """Return a default population for a ruleset: regulars, weekenders, and short-time users.

        They record every metric that is not derived, with values around the thresholds of streaks and with
        attribute values of filters.

        Raises:
            InvalidValue: ``ruleset`` is not a ruleset, or has no metric.
        """
        rules = as_ruleset(ruleset)
        check_ruleset_has_metrics(rules)
        actions = _typical_actions(rules)
        travel = Travel(("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"), ("Europe/London",), 0.01)
        regular = TwoStates(Chance(0.85), Chance(0.1), tire=0.04, rouse=0.03) * Churn(0.002, comeback=0.002)
        weekender = Chance(0.6) * Weekdays(0.3, 0.3, 0.3, 0.3, 0.3) * Churn(0.004)
        personas = (
            Persona(regular, actions, TimeOfDay(20, 2.5), travel),
            Persona(weekender, actions, TimeOfDay(22.5, 1.5), travel),
            Persona(Churn(0.5) * Chance(0.7), actions, TimeOfDay(15, 4), travel, arrival=(0, 60)),
        )
        return cls(personas, (5, 3, 2))

    def events(self, seed: int, number: int, start: date, days: int) -> list[Event]:
        """Return the events of the user with a number, in order of time.

        Raises:
            InvalidValue: an argument is invalid.
        """
        Integer().check("seed", seed)
        Integer(min=0).check("number", number)
        check_days(start, days)
        draw = Random(f"{seed} {number}")  # noqa: S311  # the seed makes runs repeatable
        [member] = draw.choices(self.members, self.weights)
        return member.events(draw, f"user-{number:08}", start.toordinal(), days)


def check_days(start: date, days: int) -> None:
    """Check that the days of a simulation are in range.

    Raises:
        InvalidValue: they are not in the years 1901 to 2198.
    """
    LOCAL_DATE.check("start", start)
    Integer(min=0).check("days", days)
    first, last = start.toordinal(), start.toordinal() + days
    if first < date(1901, 1, 1).toordinal() or last > date(2199, 1, 1).toordinal():
        raise InvalidValue(f"a simulation must lie in the years 1901 to 2198; {start} and {days} days do not")


def _typical_actions(ruleset: Ruleset) -> tuple[Action, ...]:
    metrics = {metric.key: metric for metric in ruleset.metrics}
    conditions = {
        source or condition.key: condition.threshold
        for streak in ruleset.streaks
        for condition in streak.metrics
        if isinstance(source := metrics[condition.key].source, str | None)
        and metrics[condition.key].aggregate in _OF_VALUES
    }
    values = mentioned_values(ruleset)
    for metric in ruleset.metrics:
        if metric.distinct_by is not None:
            values[metric.distinct_by] += tuple(f"{metric.distinct_by}-{number}" for number in _DIFFERENT)
    attributes = {
        attribute.key: (*values[attribute.key], "other")
        for attribute in ruleset.attributes
        if attribute.type == "event"
    }
    return tuple(
        Action(metric.key, _typical_action_values(conditions.get(metric.key)), (1, 3), attributes=attributes)
        for metric in ruleset.recorded_metrics
    )


def _typical_action_values(threshold: Number | None) -> tuple[Number, ...]:
    """Return values, most of which reach the threshold of the streak, if it has one for the metric."""
    return (1, 2, 3, 5) if threshold is None else (threshold, threshold, add(threshold, threshold), 1)

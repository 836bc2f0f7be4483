"""Personas: what a user does on active days, at what time, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from random import Random
from typing import Any, Final

import attrs

from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.simulation.behavior import Behavior
from trophy_engine.analysis.simulation.constraints import Span, Within
from trophy_engine.calendar.instants import DAY, HOUR
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.error_messages import FieldName, name_field_in_message, short_repr
from trophy_engine.errors import InvalidValue
from trophy_engine.identifiers import check_text
from trophy_engine.numbers import Number, exact
from trophy_engine.rules.constraints import KEY, InstanceOf, as_sequence
from trophy_engine.values import Value

__all__ = ["Action", "Persona", "TimeOfDay", "Travel"]

_LONGEST_PAUSE: Final = HOUR // 12


@attrs.frozen
class TimeOfDay(Value):
    """The time of activity: a normal distribution around an hour; it can extend into the next or the previous day.

    Attributes:
        hour: the mean, in hours after midnight.
        spread: the standard deviation, in hours.
    """

    hour: float = attrs.field(default=19.0, validator=Within(-24, 48))
    spread: float = attrs.field(default=3.0, validator=Within(0, 24))

    def draw(self, draw: Random) -> int:
        """Return a random time in microseconds after midnight; it can be negative or more than a day."""
        return int(draw.gauss(self.hour, self.spread) * HOUR)


def _convert_travel_zones(names: Any) -> tuple[str, ...]:
    if not isinstance(names, str | Sequence):
        raise InvalidValue(f"time zones must be a list of names, not {short_repr(names)}")
    return tuple(zone(name).name for name in ([names] if isinstance(names, str) else names))


@attrs.frozen
class Travel(Value):
    """The location of a user: home, with occasional trips to other time zones.

    Attributes:
        homes: the possible home zones, with equal probability.
        destinations: the zones of trips, with equal probability.
        chance: the probability that a trip starts on a day at home.
        days: the minimal and the maximal length of a trip, in days.
    """

    homes: tuple[str, ...] = attrs.field(default=("UTC",), converter=_convert_travel_zones)
    destinations: tuple[str, ...] = attrs.field(default=(), converter=_convert_travel_zones)
    chance: float = attrs.field(default=0.0, validator=Within(0, 1))
    days: tuple[int, int] = attrs.field(default=(3, 14), converter=as_sequence, validator=Span())

    @homes.validator
    def _check_homes(self, _: object, homes: tuple[str, ...]) -> None:
        if not homes:
            raise InvalidValue("must name at least one time zone, for example 'UTC'", "homes")

    def daily_zones(self, draw: Random) -> Iterator[Zone]:
        """Yield the zone of each day, without end."""
        home = zone(draw.choice(self.homes))
        while True:
            if self.destinations and draw.random() < self.chance:
                destination = zone(draw.choice(self.destinations))
                for _ in range(draw.randint(*self.days)):
                    yield destination
            yield home


def _convert_action_values(values: Any) -> tuple[Number, ...]:
    if not isinstance(values, Sequence) or isinstance(values, str | bytes) or not values:
        raise InvalidValue(f"must be a list of at least one number, not {short_repr(values)}", "values")
    return tuple(map(exact, values))


def _convert_action_attributes(attributes: Any) -> Any:
    """Convert the values of each attribute to tuples; return anything else unchanged, for the validator."""
    if not isinstance(attributes, Mapping):
        return attributes
    return {key: as_sequence(values) for key, values in attributes.items()}


@attrs.frozen
class Action(Value):
    """An event that a user records on active days.

    Attributes:
        metric: the key of the metric.
        values: the possible values, with equal probability; they are converted to exact numbers.
        times: the minimal and the maximal number of events per day.
        chance: the probability of the action on an active day.
        attributes: the possible values of each event attribute, with equal probability.
    """

    metric: str = attrs.field(validator=KEY)
    values: tuple[Number, ...] = attrs.field(default=(1,), converter=_convert_action_values)
    times: tuple[int, int] = attrs.field(default=(1, 1), converter=as_sequence, validator=Span())
    chance: float = attrs.field(default=1.0, validator=Within(0, 1))
    attributes: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=_convert_action_attributes)

    @attributes.validator
    def _check_attributes(self, _: object, attributes: Mapping[str, tuple[str, ...]]) -> None:
        InstanceOf((Mapping,)).check("attributes", attributes)
        for key, values in attributes.items():
            KEY.check(name_field_in_message("attributes", "each key of "), key)
            field = FieldName("attributes", after=f".{key}")
            InstanceOf((str,), many=True).check(field, values)
            for value in values:
                check_text(value, name_field_in_message(field, "each of "))
            if not values:
                raise InvalidValue("must be a list of at least one value", field)

    def draw(self, draw: Random) -> Iterator[tuple[Number, tuple[tuple[str, str], ...]]]:
        """Yield the random values and attributes of the events of a day."""
        if draw.random() < self.chance:
            for _ in range(draw.randint(*self.times)):
                pairs = tuple((key, draw.choice(values)) for key, values in sorted(self.attributes.items()))
                yield draw.choice(self.values), pairs


@attrs.frozen
class Persona(Value):
    """A kind of user.

    Attributes:
        behavior: the probability of activity by day.
        actions: the actions of an active day, in this order, with breaks of up to five minutes.
        time_of_day: the time of the first action; ``travel`` is the location.
        arrival: the minimal and the maximal number of days from the start until the user arrives.
    """

    behavior: Behavior = attrs.field(validator=InstanceOf((Behavior,)))
    actions: tuple[Action, ...] = attrs.field(converter=as_sequence)
    time_of_day: TimeOfDay = attrs.field(default=TimeOfDay(), validator=InstanceOf((TimeOfDay,)))
    travel: Travel = attrs.field(default=Travel(), validator=InstanceOf((Travel,)))
    arrival: tuple[int, int] = attrs.field(default=(0, 0), converter=as_sequence, validator=Span())

    @actions.validator
    def _check_actions(self, _: object, actions: tuple[Action, ...]) -> None:
        InstanceOf((Action,), many=True).check("actions", actions)
        if not actions:
            raise InvalidValue("a persona must have actions, for example Action('words')")

    def events(self, draw: Random, user_id: str, first_day: int, days: int) -> list[Event]:
        """Return the events of a simulated user for a number of days, in order of time."""
        arrival_day = draw.randint(*self.arrival)
        events: list[Event] = []
        chances = self.behavior.days(draw, first_day + arrival_day)
        zones = self.travel.daily_zones(draw)
        for day, chance, zone_ in zip(range(first_day + arrival_day, first_day + days), chances, zones, strict=False):
            if draw.random() < chance:
                events += self._events_of_day(draw, user_id, day, zone_)
        events.sort(key=itemgetter(0))  # a late evening can overlap the next one
        return events

    def _events_of_day(self, draw: Random, user_id: str, day: int, zone_: Zone) -> Iterator[Event]:
        days_later, time = divmod(self.time_of_day.draw(draw), DAY)
        at = zone_.instant(day + days_later, time)
        for action in self.actions:
            for value, attributes in action.draw(draw):
                yield Event(at, user_id, action.metric, value, zone_.name, attributes)
                at += draw.randint(1, _LONGEST_PAUSE)

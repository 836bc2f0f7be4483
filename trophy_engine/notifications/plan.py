"""The plan of notifications: the rules on which they depend, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import attrs

from trophy_engine.calendar.frequencies import Frequency, frequency_named
from trophy_engine.calendar.instants import HOUR, parse_time_of_day
from trophy_engine.rules.points import Boost
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.settings import Notifications

_MINUTE: Final = HOUR // 60


class BoostPlan(NamedTuple):
    """A boost and the key of its system, its first local day and the one after its last; None for no bound."""

    system: str
    rule: Boost
    start: int | None
    after: int | None


@attrs.define(eq=False)
class NotificationPlan:
    """The rules on which notifications depend.

    Attributes:
        recap: the calendar of recaps.
        day_start: the time of day at which local dates change, in microseconds since midnight.
        throttle: the length of the window in which changes are combined, in microseconds; 0 for none.
        boosts: the boosts for all users, or for users with given attributes.
        own_boosts: by user, the boosts for that user alone.
    """

    recap: Frequency
    day_start: int
    throttle: int
    boosts: tuple[BoostPlan, ...]
    own_boosts: Mapping[str, tuple[BoostPlan, ...]]


def notification_plan(ruleset: Ruleset, rule: Notifications) -> NotificationPlan:
    """Return the plan of the notifications of a ruleset."""
    boosts: list[BoostPlan] = []
    own: dict[str, tuple[BoostPlan, ...]] = {}
    for system in ruleset.points:
        for boost in system.boosts:
            start, end = boost.when.start, boost.when.end
            first = None if start is None else start.toordinal()
            plan = BoostPlan(system.key, boost, first, None if end is None else end.toordinal() + 1)
            if boost.user_id is None:
                boosts.append(plan)
            else:
                own[boost.user_id] = (*own.get(boost.user_id, ()), plan)
    return NotificationPlan(
        recap=frequency_named(rule.aggregation_period, ruleset.first_weekday),
        day_start=parse_time_of_day(ruleset.day_start),
        throttle=rule.throttle_minutes * _MINUTE,
        boosts=tuple(boosts),
        own_boosts=own,
    )

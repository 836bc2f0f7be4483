"""The plan of notifications: what a ruleset with notifications goes by, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import attrs

from trophy_engine.calendar.frequencies import Frequency, frequency
from trophy_engine.calendar.instants import HOUR
from trophy_engine.rules.points import Boost
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.settings import Notifications

_MINUTE: Final = HOUR // 60


class BoostPlan(NamedTuple):
    """A boost and the key of its system; ``start`` is its first local day, ``after`` the one after its last."""

    system: str
    rule: Boost
    start: int
    after: int | None


@attrs.define(eq=False)
class NotificationPlan:
    """What notifications go by.

    Attributes:
        recap: the calendar of recaps.
        throttle: for how long changes are gathered, in microseconds.
        boosts: those for all users; ``own_boosts`` those of single users.
    """

    recap: Frequency
    throttle: int
    boosts: tuple[BoostPlan, ...]
    own_boosts: Mapping[str, tuple[BoostPlan, ...]]


def notification_plan(ruleset: Ruleset, rule: Notifications) -> NotificationPlan:
    """Compile the notifications of a ruleset."""
    boosts: list[BoostPlan] = []
    own: dict[str, tuple[BoostPlan, ...]] = {}
    for system in ruleset.points:
        for boost in system.boosts:
            after = None if boost.end is None else boost.end.toordinal() + 1
            plan = BoostPlan(system.key, boost, boost.start.toordinal(), after)
            if boost.user_id is None:
                boosts.append(plan)
            else:
                own[boost.user_id] = (*own.get(boost.user_id, ()), plan)
    return NotificationPlan(
        recap=frequency(rule.aggregation_period, "sunday" if ruleset.streak is None else ruleset.streak.first_weekday),
        throttle=rule.throttle_minutes * _MINUTE,
        boosts=tuple(boosts),
        own_boosts=own,
    )

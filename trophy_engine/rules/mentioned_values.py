"""What rules name: the values that their filters want, and the numbers at which something happens.

Whoever makes up users for a ruleset looks here for what makes a difference to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import AchievementTrigger, MetricTrigger
from trophy_engine.rules.constraints import Filter
from trophy_engine.rules.points import MetricPointsTrigger, PointsTrigger
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["named_numbers", "named_values"]


def named_values(ruleset: Ruleset) -> dict[str, tuple[str, ...]]:
    """Give, for each declared attribute, the values that filters want it to have, sorted."""
    found: dict[str, set[str]] = {attribute.key: set() for attribute in ruleset.attributes}
    for filter_ in _filters(ruleset):
        for key, value in filter_.items():
            found[key].add(value)
    return {key: tuple(sorted(values)) for key, values in found.items()}


def _filters(ruleset: Ruleset) -> Iterator[Filter]:
    for achievement in ruleset.achievements:
        yield achievement.user_attributes
        yield _event_attributes(achievement.trigger)
    for system in ruleset.points:
        for boost in system.boosts:
            yield boost.user_attributes
        for trigger in system.triggers:
            yield trigger.user_attributes
            yield _event_attributes(trigger)
    for board in ruleset.leaderboards:
        yield board.user_attributes


def _event_attributes(trigger: AchievementTrigger | PointsTrigger) -> Filter:
    return getattr(trigger, "event_attributes", Filter())


def named_numbers(ruleset: Ruleset, metric: str) -> tuple[Number, ...]:
    """Give the numbers of a metric at which something happens, rising."""
    found: set[Number] = set()
    if ruleset.streak is not None:
        found |= {one.threshold for one in ruleset.streak.metrics if one.key == metric}
    for achievement in ruleset.achievements:
        if isinstance(achievement.trigger, MetricTrigger) and achievement.trigger.metric == metric:
            found.add(achievement.trigger.value)
    for system in ruleset.points:
        for trigger in system.triggers:
            if isinstance(trigger, MetricPointsTrigger) and trigger.metric == metric:
                found.add(trigger.threshold)
    return tuple(sorted(found))

"""Values in rules: the attribute values in filters, the thresholds of metrics, and the bounds of their values.

Generators of users and histories draw from these, because the result of a rule depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import AchievementTrigger
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.points import PointsTrigger
from trophy_engine.rules.ruleset import Ruleset

#: The fields of triggers that contain a total of the metric.
_THRESHOLDS: Final = ("value", "at_most", "threshold")


def mentioned_values(ruleset: Ruleset) -> dict[str, tuple[str, ...]]:
    """Return, by key of each declared attribute, the values in filters, sorted."""
    values_by_key: dict[str, set[str]] = {attribute.key: set() for attribute in ruleset.attributes}
    for filter_ in _filters_of_ruleset(ruleset):
        for key, required in filter_.items():
            values_by_key[key].update(required if isinstance(required, tuple) else (required,))
    return {key: tuple(sorted(values)) for key, values in values_by_key.items()}


def _filters_of_ruleset(ruleset: Ruleset) -> Iterator[Filter]:
    for metric in ruleset.metrics:
        yield metric.event_attributes
        yield metric.when.user_attributes
    for streak in ruleset.streaks:
        for condition in streak.metrics:
            yield condition.event_attributes
    for achievement in ruleset.achievements:
        yield achievement.when.user_attributes
        yield _event_filter_of_trigger(achievement.trigger)
    for system in ruleset.points:
        for boost in system.boosts:
            yield boost.when.user_attributes
        for trigger in system.triggers:
            yield trigger.when.user_attributes
            yield _event_filter_of_trigger(trigger)
    for board in ruleset.leaderboards:
        yield board.user_attributes


def _event_filter_of_trigger(trigger: AchievementTrigger | PointsTrigger) -> Filter:
    return getattr(trigger, "event_attributes", Filter())


def mentioned_numbers(ruleset: Ruleset, metric: str) -> tuple[Number, ...]:
    """Return the numbers that matter for the values of a recorded metric, in ascending order.

    These are the thresholds of the metric, and of those derived from it, in streaks, in achievements and in points
    triggers, and the bounds of the values that count for derived metrics.
    """
    derived = [rule for rule in ruleset.metrics if rule.source == metric]
    keys = {metric, *(rule.key for rule in derived)}
    numbers: set[Number] = set()
    for bounds in (rule.event_value for rule in derived if rule.event_value is not None):
        numbers |= {bound for bound in (bounds.at_least, bounds.at_most) if bound is not None}
    for streak in ruleset.streaks:
        numbers |= {condition.threshold for condition in streak.metrics if condition.key in keys}
    triggers: list[AchievementTrigger | PointsTrigger] = [
        *(part.trigger for achievement in ruleset.achievements for part in achievement.parts),
        *(trigger for system in ruleset.points for trigger in system.triggers),
    ]
    for trigger in triggers:
        if getattr(trigger, "metric", None) in keys:
            thresholds = (getattr(trigger, name, None) for name in _THRESHOLDS)
            numbers |= {number for number in thresholds if number is not None}
    return tuple(sorted(numbers))

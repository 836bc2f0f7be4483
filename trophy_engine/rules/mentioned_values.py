"""Values in rules: the attribute values in filters, and the thresholds of metrics.

Generators of users and histories draw from these, because the result of a rule depends on them.
"""

from __future__ import annotations

from collections.abc import Iterator

from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import AchievementTrigger, MetricTrigger
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.points import MetricPointsTrigger, PointsTrigger
from trophy_engine.rules.ruleset import Ruleset


def mentioned_values(ruleset: Ruleset) -> dict[str, tuple[str, ...]]:
    """Return, by key of each declared attribute, the values in filters, sorted."""
    values_by_key: dict[str, set[str]] = {attribute.key: set() for attribute in ruleset.attributes}
    for filter_ in _filters(ruleset):
        for key, value in filter_.items():
            values_by_key[key].update(value if isinstance(value, tuple) else (value,))
    return {key: tuple(sorted(values)) for key, values in values_by_key.items()}


def _filters(ruleset: Ruleset) -> Iterator[Filter]:
    for metric in ruleset.metrics:
        yield metric.event_attributes
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


def mentioned_numbers(ruleset: Ruleset, metric: str) -> tuple[Number, ...]:
    """Return the thresholds of a metric in the streak, in achievements and in points triggers, in ascending order."""
    numbers: set[Number] = set()
    if ruleset.streak is not None:
        numbers |= {condition.threshold for condition in ruleset.streak.metrics if condition.key == metric}
    for achievement in ruleset.achievements:
        if isinstance(achievement.trigger, MetricTrigger) and achievement.trigger.metric == metric:
            numbers.add(achievement.trigger.value)
    for system in ruleset.points:
        for trigger in system.triggers:
            if isinstance(trigger, MetricPointsTrigger) and trigger.metric == metric:
                numbers.add(trigger.threshold)
    return tuple(sorted(numbers))

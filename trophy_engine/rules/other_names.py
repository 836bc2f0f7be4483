"""Other names of fields: what authors call a field that has another name here. Only messages about faults use them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Final

import attrs

from trophy_engine.error_messages import nearest_known_key
from trophy_engine.rules.references import is_reference_field

#: By other names, the fields that they can mean, in the order of likelihood. After a class, it is its field alone.
_FIELDS: Final = {
    "achievement": "achievements CompletionsSource.completions",
    "achievements": "CompletionsSource.completions AchievementPointsTrigger.achievement "
    "AchievementFreezeReward.achievement",
    "amount": "points StreakFreezeReward.freezes AchievementFreezeReward.freezes auto_earn_amount threshold value",
    "at_least": "MetricTrigger.value Tier.value BalanceTrigger.value StreakTrigger.length LevelTrigger.level years "
    "threshold StreakPointsTrigger.length StreakFreezeReward.length Level.points",
    "badge icon image picture": "badge_url",
    "cap max maximum": "PointsLimit.points max_count at_most maximum max_participants limit",
    "condition conditions if": "Achievement.trigger when Streak.metrics",
    "count number": "StreakFreezeReward.freezes AchievementFreezeReward.freezes value length years threshold points "
    "CompositeTrigger.at_least StreakLength.at_least start_count max_participants",
    "days": "length StreakLength.at_least Tier.value RollingWindow.last interval Gate.weekdays",
    "end_date till until": "end",
    "every": "interval StreakPointsTrigger.length StreakFreezeReward.length MetricPointsTrigger.threshold "
    "PointsLimit.window auto_earn_interval",
    "factor": "multiplier",
    "frequency": "window run_unit aggregation_period",
    "from": "start ValueRange.at_least Metric.source Level.points",
    "goal target": "value StreakTrigger.length years threshold Level.points StreakLength.at_least",
    "id": "key",
    "interval": "every run_interval auto_earn_interval Streak.frequency",
    "key": "MetricTrigger.metric StreakTrigger.streak AchievementFreezeReward.achievement LevelTrigger.level "
    "BalanceTrigger.system",
    "kind": "type rank_by",
    "label title": "name",
    "length": "RollingWindow.last RunWindow.every Interval.every StreakLength.at_least years Tier.value",
    "level": "levels",
    "limit": "PointsLimit.points max_count max_participants",
    "metric": "metrics StreakMetric.key Metric.source Metric.key",
    "min minimum": "at_least Level.points StreakMetric.threshold value StreakTrigger.length years",
    "months periods weeks": "StreakTrigger.length StreakPointsTrigger.length StreakFreezeReward.length "
    "StreakLength.at_least",
    "name": "MetricTrigger.metric StreakTrigger.streak AchievementFreezeReward.achievement LevelTrigger.level "
    "BalanceTrigger.system key",
    "per": "window run_unit MetricPointsTrigger.threshold",
    "period": "window run_unit aggregation_period Streak.frequency",
    "points": "BalanceTrigger.system LevelTrigger.system BalanceTrigger.value Tier.value",
    "points_system": "system PointsSource.points Leaderboard.points Ruleset.points",
    "prerequisites requires": "Gate.achievements CompositeTrigger.achievements",
    "since start_date": "start",
    "system": "PointsSource.points Leaderboard.points",
    "threshold": "value Level.points length years at_least",
    "timezone tz": "time_zone",
    "to": "end ValueRange.at_most",
    "value": "length points multiplier years threshold StreakLength.at_least RollingWindow.last",
    "years": "Tier.value",
}
_BY_NAME: Final = {name: fields.split() for names, fields in _FIELDS.items() for name in names.split()}


def meant_rule_field(name: str, classes: Sequence[type], given: Collection[str], value: object = None) -> str | None:
    """Return the field that an unknown name in a table means: one that has this other name, or the nearest name.

    Another name means a field that is not given, first one that is required.

    Args:
        name: the unknown name.
        classes: the classes of rules, one of which the table is.
        given: the names in the table.
        value: the value of the name; a number means no field that refers to another rule.

    >>> from trophy_engine.rules.streak import Freezes
    >>> [meant_rule_field(name, [Freezes], [name]) for name in ("max", "max_cuont", "color")]
    ['max_count', 'max_count', None]
    """
    fields: dict[str, Any] = {}
    for cls in classes:
        for field in attrs.fields(cls):
            fields[field.name] = fields[f"{cls.__name__}.{field.name}"] = field
    has_type = any("type" in vars(cls) for cls in classes)
    if name not in _BY_NAME:
        known = dict.fromkeys(field.name for field in fields.values())
        return nearest_known_key(name, (*known, "type") if has_type and "type" not in known else tuple(known))
    if has_type and "type" in _BY_NAME[name]:
        return "type"
    meant = [fields[other] for other in _BY_NAME[name] if other in fields]
    free = [
        field
        for field in meant
        if field.name not in given and not (_is_number_not_key(value) and is_reference_field(field))
    ]
    return min(free, key=lambda field: field.default is not attrs.NOTHING).name if free else None


def is_other_name(name: str) -> bool:
    """Return True if authors use a name for fields that have others here."""
    return name in _BY_NAME


def _is_number_not_key(value: object) -> bool:
    return isinstance(value, int | float | Decimal)

"""Serializers of achievements."""

from __future__ import annotations

from typing import assert_never

from trophy_engine.rules.achievements import (
    Achievement,
    AnniversaryTrigger,
    ApiTrigger,
    CompositeTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.ids import achievement_id, metric_id
from trophy_engine.trophy_api.serializers.values import Json, serialize_attributes, serialize_instant, serialize_number
from trophy_engine.views.progress import MASK, AchievementView


def serialize_achievement(rule: Achievement, ruleset: Ruleset) -> Json:
    """Serialize an achievement as a user who has not completed it sees it: a hidden one is masked."""
    masked = rule.hidden
    return {
        "id": str(achievement_id(rule.key)),
        "name": MASK if masked else rule.name,
        "trigger": rule.trigger.type,
        "description": MASK if masked else rule.description,
        "badgeUrl": None if masked else rule.badge_url,
        "userAttributes": serialize_attributes(rule.user_attributes),
        **_trigger(rule, ruleset),
    }


def _trigger(rule: Achievement, ruleset: Ruleset) -> Json:
    """Serialize the fields that depend on the trigger of an achievement."""
    match rule.trigger:
        case ApiTrigger():
            return {"key": rule.key}
        case StreakTrigger(length):
            return {"streakLength": length}
        case AnniversaryTrigger(years):
            return {"anniversaryYears": years}
        case CompositeTrigger(keys):
            return {"achievementIds": [str(achievement_id(key)) for key in keys]}
        case MetricTrigger(metric, value, event_attributes):
            names = {metric.key: metric.name for metric in ruleset.metrics}
            filters = serialize_attributes(event_attributes)
            return {
                "metricId": str(metric_id(metric)),
                "metricName": names[metric],
                "metricValue": serialize_number(value),
                "eventAttributes": filters,
                **({"eventAttribute": filters[0]} if filters else {}),
            }
        case _:
            assert_never(rule.trigger)


def serialize_user_achievement(view: AchievementView, ruleset: Ruleset) -> Json:
    """Serialize an achievement of a user, with the instant of its completion."""
    rule = next(achievement for achievement in ruleset.achievements if achievement.key == view.key)
    seen = {"name": view.name, "description": view.description, "badgeUrl": view.badge_url}
    achieved = None if view.achieved_at is None else serialize_instant(view.achieved_at)
    return serialize_achievement(rule, ruleset) | seen | {"achievedAt": achieved}

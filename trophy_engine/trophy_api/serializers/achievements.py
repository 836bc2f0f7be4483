"""Serializers of achievements."""

from __future__ import annotations

from trophy_engine.rules.achievements import Achievement, ApiTrigger
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.fields import describe_fields
from trophy_engine.trophy_api.ids import achievement_id
from trophy_engine.trophy_api.kinds import achievement_trigger_fields
from trophy_engine.trophy_api.rules_history import RulesHistory
from trophy_engine.trophy_api.serializers.values import Json, serialize_attributes, serialize_instant
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
        "userAttributes": serialize_attributes(rule.when.user_attributes),
        **_trigger(rule, ruleset),
    }


def _trigger(rule: Achievement, ruleset: Ruleset) -> Json:
    """Serialize the fields that achievements of this trigger have."""
    if isinstance(rule.trigger, ApiTrigger):
        return {"key": rule.key}
    fields = achievement_trigger_fields(rule.trigger.type)
    return describe_fields(fields, rule.trigger, RulesHistory.of_ruleset(ruleset))


def serialize_user_achievement(view: AchievementView, ruleset: Ruleset) -> Json:
    """Serialize an achievement of a user, with the instant of its completion."""
    rule = next(achievement for achievement in ruleset.achievements if achievement.key == view.key)
    is_visible = {"name": view.name, "description": view.description, "badgeUrl": view.badge_url}
    achieved = None if view.achieved_at is None else serialize_instant(view.achieved_at)
    return serialize_achievement(rule, ruleset) | is_visible | {"achievedAt": achieved}

"""Serializers of achievements; each tier is an achievement of its own."""

from __future__ import annotations

from datetime import datetime

from trophy_engine.rules.achievements import Achievement, ApiTrigger
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.tiers import tier_key
from trophy_engine.trophy_api.fields import serialize_application_fields
from trophy_engine.trophy_api.ids import achievement_id
from trophy_engine.trophy_api.kinds import achievement_fields_in_api
from trophy_engine.trophy_api.past_rules import PastRules
from trophy_engine.trophy_api.serializers.values import Json, serialize_attributes, serialize_instant
from trophy_engine.views.achievements import AchievementView


def serialize_achievement(rule: Achievement, ruleset: Ruleset) -> Json:
    """Serialize an achievement without tiers, or a tier."""
    return {
        "id": str(achievement_id(rule.key)),
        "name": rule.name,
        "trigger": rule.trigger.type,
        "description": rule.description,
        "badgeUrl": rule.badge_url,
        "userAttributes": serialize_attributes(rule.when.user_attributes),
        **_serialize_trigger_fields(rule, ruleset),
    }


def _serialize_trigger_fields(rule: Achievement, ruleset: Ruleset) -> Json:
    """Serialize the fields that achievements of this trigger have."""
    if isinstance(rule.trigger, ApiTrigger):
        return {"key": rule.key}
    fields = achievement_fields_in_api(rule.trigger.type)
    return serialize_application_fields(fields, rule.trigger, PastRules.of_ruleset(ruleset))


def serialize_user_achievement(rule: Achievement, achieved: datetime | None, ruleset: Ruleset) -> Json:
    """Serialize an achievement of a user, with the instant of its completion, or None."""
    at = None if achieved is None else serialize_instant(achieved)
    return serialize_achievement(rule, ruleset) | {"achievedAt": at}


def serialize_completion(view: AchievementView, ruleset: Ruleset) -> Json:
    """Serialize the view of one completion."""
    key = view.key if view.tier is None else tier_key(view.key, view.tier)
    rule = next(part for part in ruleset.achievement_parts if part.key == key)
    return serialize_user_achievement(rule, view.achieved_at, ruleset)

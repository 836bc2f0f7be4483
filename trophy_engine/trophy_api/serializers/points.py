"""Serializers of points: systems, levels, boosts, triggers and awards."""

from __future__ import annotations

from datetime import date

from trophy_engine.core import ManualAward, PointsAwarded
from trophy_engine.engine.outcome import PointsChange
from trophy_engine.rules.points import Boost, Level, PointsSystem, PointsTrigger
from trophy_engine.trophy_api.fields import serialize_application_fields
from trophy_engine.trophy_api.ids import boost_id, level_id, system_id, trigger_id
from trophy_engine.trophy_api.kinds import POINTS_TRIGGERS
from trophy_engine.trophy_api.past_rules import PastRules
from trophy_engine.trophy_api.serializers.values import (
    Json,
    serialize_attributes,
    serialize_date,
    serialize_instant,
    serialize_number,
)
from trophy_engine.trophy_api.statuses import BoostStatus
from trophy_engine.views.progress import LevelView


def serialize_system(system: PointsSystem) -> Json:
    """Serialize the fields of a points system that do not depend on a user."""
    return {
        "id": str(system_id(system.key)),
        "key": system.key,
        "name": system.name,
        "description": system.description,
        "badgeUrl": system.badge_url,
        "maxPoints": system.maximum,
    }


def serialize_level(system: str, level: Level | LevelView) -> Json:
    """Serialize a level."""
    return {
        "id": str(level_id(system, level.key)),
        "key": level.key,
        "name": level.name,
        "description": level.description or "",
        "badgeUrl": level.badge_url,
        "points": level.points,
    }


def serialize_boost(system: str, key: str, boost: Boost, status: BoostStatus, history: PastRules) -> Json:
    """Serialize a boost; one without a start began when it was added to the rules."""
    start = boost.when.start or history.boost_added(system, key)
    return {
        "id": str(boost_id(system, key)),
        "name": boost.name,
        "status": status,
        "start": start.isoformat(),
        "end": serialize_date(boost.when.end),
        "multiplier": serialize_number(boost.multiplier),
        "rounding": boost.rounding,
    }


def local_boost_status(boost: Boost, today: date) -> BoostStatus:
    """Return the status of a boost for a user; ``today`` is the user's local date."""
    start, end = boost.when.start, boost.when.end
    if start is not None and today < start:
        return "scheduled"
    return "finished" if end is not None and end < today else "active"


def serialize_trigger(system: str, key: str, trigger: PointsTrigger, history: PastRules) -> Json:
    """Serialize a trigger with the fields of its type."""
    created, updated = history.dates(system, key)
    return {
        "id": str(trigger_id(system, key)),
        "type": trigger.type,
        "points": trigger.points,
        "status": trigger.status,
        "userAttributes": serialize_attributes(trigger.when.user_attributes),
        **serialize_application_fields(POINTS_TRIGGERS.fields[trigger.type], trigger, history),
        "created": serialize_instant(created),
        "updated": serialize_instant(updated),
    }


def _serialize_source(award: PointsAwarded, history: PastRules) -> Json:
    """Serialize the trigger of an award, as of the award; of a manual award in place of it, its points and reason."""
    if not isinstance(award.trigger, ManualAward) and award.trigger_key is not None:
        return serialize_trigger(award.system, award.trigger_key, award.trigger, history.until(award.at))
    return {
        "id": str(award.award_id),
        "type": award.trigger.type,
        "points": award.trigger.points,
        "reason": award.trigger.reason,
        "status": "active",
        "userAttributes": [],
        "created": serialize_instant(award.at),
        "updated": serialize_instant(award.at),
    }


def serialize_award(award: PointsAwarded, today: date, history: PastRules) -> Json:
    """Serialize an award: its trigger as of the award, and the boosts applied to it with their status today."""
    serialized = {
        "id": str(award.award_id),
        "awarded": award.awarded,
        "date": serialize_instant(award.at),
        "total": award.total,
        "trigger": _serialize_source(award, history),
    }
    if award.boosts:
        keys = [history.boost_key(award.system, boost) for boost in award.boosts]
        serialized["boosts"] = [
            serialize_boost(award.system, key, boost, local_boost_status(boost, today), history)
            for key, boost in zip(keys, award.boosts, strict=True)
        ]
    return serialized


def serialize_event_points(
    system: PointsSystem, change: PointsChange, today: date, history: PastRules, *, is_event: bool
) -> Json:
    """Serialize the change of a points system by an event or a completion.

    An unchanged level is left out, except on an event that makes the user's first award in the system.
    """
    serialized = serialize_system(system) | {
        "total": change.total,
        "added": change.added,
        "awards": [serialize_award(award, today, history) for award in change.awards],
    }
    is_first_award = is_event and change.level is not None and change.awards[0].sequence == 1
    if change.level_changed or is_first_award:
        serialized["level"] = None if change.level is None else serialize_level(system.key, change.level)
    return serialized

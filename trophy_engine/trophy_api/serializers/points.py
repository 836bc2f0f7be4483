"""Points: systems, levels, boosts, triggers and awards."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from trophy_engine.core import PointsAwarded
from trophy_engine.engine.outcome import PointsChange
from trophy_engine.rules.points import (
    AchievementPointsTrigger,
    Boost,
    Level,
    MetricPointsTrigger,
    PointsSystem,
    PointsTrigger,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.trophy_api.ids import achievement_id, boost_id, level_id, metric_id, system_id, trigger_id
from trophy_engine.trophy_api.rules_history import RulesHistory
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
    """Serialize what every account of a points system has."""
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


def serialize_boost(system: str, key: str, boost: Boost, status: BoostStatus) -> Json:
    """Serialize a boost."""
    return {
        "id": str(boost_id(system, key)),
        "name": boost.name,
        "status": status,
        "start": boost.start.isoformat(),
        "end": serialize_date(boost.end),
        "multiplier": serialize_number(boost.multiplier),
        "rounding": boost.rounding,
    }


def local_boost_status(boost: Boost, today: date) -> BoostStatus:
    """Return the status that a boost has for a user whose date it is."""
    if today < boost.start:
        return "scheduled"
    return "finished" if boost.end is not None and boost.end < today else "active"


def serialize_trigger(system: str, key: str, trigger: PointsTrigger, history: RulesHistory) -> Json:
    """Serialize a trigger."""
    created, updated = history.dates(system, key)
    return {
        "id": str(trigger_id(system, key)),
        "type": trigger.type,
        "points": trigger.points,
        "status": trigger.status,
        "userAttributes": serialize_attributes(trigger.user_attributes),
        **_serialize_variant(trigger, history),
        "created": serialize_instant(created),
        "updated": serialize_instant(updated),
    }


def _serialize_variant(trigger: PointsTrigger, history: RulesHistory) -> Json:
    """Serialize the fields that triggers of this type have."""
    match trigger:
        case MetricPointsTrigger():
            filters = serialize_attributes(trigger.event_attributes)
            return {
                "metricId": str(metric_id(trigger.metric)),
                "metricName": history.metric_name(trigger.metric),
                "metricThreshold": trigger.threshold,
                "eventAttributes": filters,
                **({"eventAttribute": filters[0]} if filters else {}),
            }
        case StreakPointsTrigger():
            return {"streakLengthThreshold": trigger.length}
        case AchievementPointsTrigger():
            return {
                "achievementId": str(achievement_id(trigger.achievement)),
                "achievementName": history.achievement_name(trigger.achievement),
            }
        case TimePointsTrigger():
            return {"timeUnit": trigger.unit.removesuffix("s"), "timeInterval": trigger.interval}
        case UserCreationPointsTrigger():
            return {}
        case _:
            assert_never(trigger)


def serialize_award(award: PointsAwarded, today: date, history: RulesHistory) -> Json:
    """Serialize an award with its trigger as it was then, and the boosts that went into it as they are today."""
    written = {
        "id": str(award.award_id),
        "awarded": award.awarded,
        "date": serialize_instant(award.at),
        "total": award.total,
        "trigger": serialize_trigger(award.system, award.trigger_key, award.trigger, history.until(award.at)),
    }
    if award.boosts:
        written["boosts"] = [
            serialize_boost(award.system, history.boost_key(award.system, used), used, local_boost_status(used, today))
            for used in award.boosts
        ]
    return written


def serialize_event_points(
    system: PointsSystem, change: PointsChange, today: date, history: RulesHistory, *, is_event: bool
) -> Json:
    """Serialize what an event or a completion did to a system.

    The level is left out where it is the same as before, unless an event brings the user's first award in the system.
    """
    written = serialize_system(system) | {
        "total": change.total,
        "added": change.added,
        "awards": [serialize_award(award, today, history) for award in change.awards],
    }
    first = is_event and change.level is not None and change.awards[0].sequence == 1
    if change.level_changed or first:
        written["level"] = None if change.level is None else serialize_level(system.key, change.level)
    return written

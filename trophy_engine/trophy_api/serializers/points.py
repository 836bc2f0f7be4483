"""Points: systems, levels, boosts, triggers and awards."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from trophy_engine.core.effects import PointsAwarded
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
from trophy_engine.trophy_api.serializers.rules_history import RulesHistory
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


def serialize_level(system: str, one: Level | LevelView) -> Json:
    """Serialize a level."""
    return {
        "id": str(level_id(system, one.key)),
        "key": one.key,
        "name": one.name,
        "description": one.description or "",
        "badgeUrl": one.badge_url,
        "points": one.points,
    }


def serialize_boost(system: str, key: str, one: Boost, status: BoostStatus) -> Json:
    """Serialize a boost."""
    return {
        "id": str(boost_id(system, key)),
        "name": one.name,
        "status": status,
        "start": one.start.isoformat(),
        "end": serialize_date(one.end),
        "multiplier": serialize_number(one.multiplier),
        "rounding": one.rounding,
    }


def local_boost_status(one: Boost, today: date) -> BoostStatus:
    """Return the status that a boost has for a user whose date it is."""
    if today < one.start:
        return "scheduled"
    return "finished" if one.end is not None and one.end < today else "active"


def serialize_trigger(system: str, key: str, one: PointsTrigger, history: RulesHistory) -> Json:
    """Serialize a trigger."""
    created, updated = history.dates(system, key)
    return {
        "id": str(trigger_id(system, key)),
        "type": one.type,
        "points": one.points,
        "status": one.status,
        "userAttributes": serialize_attributes(one.user_attributes),
        **_particulars(one, history),
        "created": serialize_instant(created),
        "updated": serialize_instant(updated),
    }


def _particulars(one: PointsTrigger, history: RulesHistory) -> Json:
    """Serialize the fields that triggers of this type have."""
    match one:
        case MetricPointsTrigger():
            filters = serialize_attributes(one.event_attributes)
            return {
                "metricId": str(metric_id(one.metric)),
                "metricName": history.metric_name(one.metric),
                "metricThreshold": one.threshold,
                "eventAttributes": filters,
                **({"eventAttribute": filters[0]} if filters else {}),
            }
        case StreakPointsTrigger():
            return {"streakLengthThreshold": one.length}
        case AchievementPointsTrigger():
            return {
                "achievementId": str(achievement_id(one.achievement)),
                "achievementName": history.achievement_name(one.achievement),
            }
        case TimePointsTrigger():
            return {"timeUnit": one.unit.removesuffix("s"), "timeInterval": one.interval}
        case UserCreationPointsTrigger():
            return {}
        case _:
            assert_never(one)


def serialize_award(one: PointsAwarded, today: date, history: RulesHistory) -> Json:
    """Serialize an award with its trigger as it was then, and the boosts that went into it as they are today."""
    written = {
        "id": str(one.award_id),
        "awarded": one.awarded,
        "date": serialize_instant(one.at),
        "total": one.total,
        "trigger": serialize_trigger(one.system, one.trigger_key, one.trigger, history.until(one.at)),
    }
    if one.boosts:
        written["boosts"] = [
            serialize_boost(one.system, history.boost_key(one.system, used), used, local_boost_status(used, today))
            for used in one.boosts
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
        "awards": [serialize_award(one, today, history) for one in change.awards],
    }
    first = is_event and change.level is not None and change.awards[0].sequence == 1
    if change.level_changed or first:
        written["level"] = None if change.level is None else serialize_level(system.key, change.level)
    return written

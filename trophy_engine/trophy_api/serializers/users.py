"""Serializers of users and their preferences."""

from __future__ import annotations

from typing import Any

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.trophy_api.serializers.values import Json, serialize_date, serialize_instant, serialize_number
from trophy_engine.views.player import Player


def serialize_user(player: Player) -> Json:
    """Serialize a user."""
    return {
        "id": player.id,
        "email": player.email,
        "name": player.name,
        "tz": player.time_zone if player.has_time_zone else None,
        "signUpDate": serialize_date(player.sign_up_date),
        "deviceTokens": None if player.device_tokens is None else list(player.device_tokens),
        "subscribeToEmails": player.subscribe_to_emails,
        "attributes": dict(player.attributes),
        "control": player.control,
        "created": serialize_instant(player.created),
        "updated": serialize_instant(player.updated),
    }


def serialize_preferences(player: Player) -> Json:
    """Serialize the preferences that a user has set, for messages and for the streak."""
    serialized: Json = {
        "notifications": {kind: list(channels) for kind, channels in player.notification_preferences.items()}
    }
    if player.streak_preferences:
        serialized["streak"] = dict(_serialize_streak_preference(*item) for item in player.streak_preferences.items())
    return serialized


def _serialize_streak_preference(name: str, value: Any) -> tuple[str, Any]:
    match name:
        case "evaluation_mode":
            return "evaluationMode", value
        case "metrics":
            return "metrics", [{"key": metric.key, "threshold": serialize_number(metric.threshold)} for metric in value]
        case "days_off":
            return "daysOff", [WEEKDAYS.index(weekday) for weekday in value]
        case _:
            return name, value

"""Users and what they want."""

from __future__ import annotations

from typing import Any

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.trophy_api.serializers.values import Json, day, instant, number
from trophy_engine.views.player import Player

__all__ = ["preferences", "user"]


def user(player: Player) -> Json:
    """Write a user."""
    return {
        "id": player.id,
        "email": player.email,
        "name": player.name,
        "tz": player.time_zone if player.time_zone_given else None,
        "signUpDate": day(player.sign_up_date),
        "deviceTokens": None if player.device_tokens is None else list(player.device_tokens),
        "subscribeToEmails": player.subscribe_to_emails,
        "attributes": dict(player.attributes),
        "control": player.control,
        "created": instant(player.created),
        "updated": instant(player.updated),
    }


def preferences(player: Player) -> Json:
    """Write a user's preferences: the types of messages, and the fields of the streak, that the user has set."""
    written: Json = {
        "notifications": {kind: list(channels) for kind, channels in player.notification_preferences.items()}
    }
    if player.streak_preferences:
        written["streak"] = dict(_streak_preference(*item) for item in player.streak_preferences.items())
    return written


def _streak_preference(name: str, value: Any) -> tuple[str, Any]:
    match name:
        case "evaluation_mode":
            return "evaluationMode", value
        case "metrics":
            return "metrics", [{"key": one.key, "threshold": number(one.threshold)} for one in value]
        case "days_off":
            return "daysOff", [WEEKDAYS.index(weekday) for weekday in value]
        case _:
            return name, value

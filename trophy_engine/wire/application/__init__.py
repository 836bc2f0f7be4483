"""The application API: what an application asks of a gamification platform while its users are at it."""

from __future__ import annotations

from typing import Final

from trophy_engine.wire.application import (
    achievements,
    events,
    leaderboards,
    metrics,
    points,
    streaks,
    users,
    wrapped,
)
from trophy_engine.wire.router import Route

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("POST", "metrics/{key}/event", events.record),
    Route("GET", "achievements", achievements.all_achievements),
    Route("POST", "achievements/{key}/complete", achievements.complete),
    Route("POST", "users", users.create),
    Route("GET", "users/{id}", users.get),
    Route("PUT", "users/{id}", users.identify),
    Route("PATCH", "users/{id}", users.update),
    Route("GET", "users/{id}/preferences", users.get_preferences),
    Route("PATCH", "users/{id}/preferences", users.update_preferences),
    Route("GET", "users/{id}/metrics", metrics.all_of_user),
    Route("GET", "users/{id}/metrics/{key}", metrics.of_user),
    Route("GET", "users/{id}/metrics/{key}/event-summary", metrics.summary),
    Route("GET", "users/{id}/achievements", achievements.of_user),
    Route("GET", "users/{id}/streak", streaks.of_user),
    Route("GET", "streaks", streaks.of_users),
    Route("GET", "users/{id}/points/{key}", points.of_user),
    Route("GET", "users/{id}/points/{key}/boosts", points.boosts_of_user),
    Route("GET", "users/{id}/points/{key}/event-summary", points.summary),
    Route("GET", "users/{id}/leaderboards/{key}", leaderboards.of_user),
    Route("GET", "users/{id}/wrapped", wrapped.of_user),
    Route("GET", "points/{key}", points.get),
    Route("GET", "points/{key}/summary", points.histogram),
    Route("GET", "points/{key}/boosts", points.boosts),
    Route("GET", "points/{key}/levels", points.levels),
    Route("GET", "points/{key}/level-summary", points.level_summary),
    Route("GET", "leaderboards", leaderboards.all_leaderboards),
    Route("GET", "leaderboards/{key}", leaderboards.get),
)

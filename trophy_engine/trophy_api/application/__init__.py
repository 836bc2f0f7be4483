"""The application API: the calls that an application makes while users use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.application import (
    achievements,
    events,
    leaderboards,
    metrics,
    points,
    streaks,
    users,
    wrapped,
)
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.router import Route


def _route(method: str, template: str, answer: Callable[..., Response]) -> Route:
    """Return a route; its handler receives the variable parts of the path as arguments, in order."""
    indexes = [index for index, part in enumerate(template.split("/")) if part.startswith("{")]

    def handle(engine: Engine, request: Request) -> Response:
        return answer(engine, request, *(request.path[index] for index in indexes))

    return method, template, handle


#: Every route of the application API.
ROUTES: Final[tuple[Route, ...]] = (
    _route("POST", "metrics/{key}/event", events.post_event),
    _route("GET", "achievements", achievements.list_achievements),
    _route("POST", "achievements/{key}/complete", achievements.post_achievement_completion),
    _route("POST", "users", users.post_user),
    _route("GET", "users/{id}", users.get_user),
    _route("PUT", "users/{id}", users.put_user),
    _route("PATCH", "users/{id}", users.patch_user),
    _route("GET", "users/{id}/preferences", users.get_preferences),
    _route("PATCH", "users/{id}/preferences", users.patch_preferences),
    _route("GET", "users/{id}/metrics", metrics.list_user_metrics),
    _route("GET", "users/{id}/metrics/{key}", metrics.get_user_metric),
    _route("GET", "users/{id}/metrics/{key}/event-summary", metrics.get_metric_summary),
    _route("GET", "users/{id}/achievements", achievements.list_user_achievements),
    _route("GET", "users/{id}/streak", streaks.get_user_streak),
    _route("GET", "streaks", streaks.list_streaks),
    _route("GET", "streaks/rankings", streaks.get_streak_rankings),
    _route("GET", "users/{id}/points/{key}", points.get_user_points),
    _route("GET", "users/{id}/points/{key}/boosts", points.list_user_boosts),
    _route("GET", "users/{id}/points/{key}/event-summary", points.get_points_summary),
    _route("GET", "users/{id}/leaderboards/{key}", leaderboards.get_user_leaderboard),
    _route("GET", "users/{id}/wrapped", wrapped.get_wrapped),
    _route("GET", "points/{key}", points.get_points_system),
    _route("GET", "points/{key}/summary", points.get_points_histogram),
    _route("GET", "points/{key}/boosts", points.list_boosts),
    _route("GET", "points/{key}/levels", points.list_levels),
    _route("GET", "points/{key}/level-summary", points.get_level_summary),
    _route("GET", "leaderboards", leaderboards.list_leaderboards),
    _route("GET", "leaderboards/{key}", leaderboards.get_leaderboard),
)

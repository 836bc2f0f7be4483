"""The application API: what an application asks of a gamification platform while its users are at it."""

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

__all__ = ["ROUTES"]


def _route(method: str, template: str, answer: Callable[..., Response]) -> Route:
    """Make a route whose handler is given the parts of the path that the template names, in order."""
    places = [place for place, part in enumerate(template.split("/")) if part.startswith("{")]

    def handle(engine: Engine, request: Request) -> Response:
        return answer(engine, request, *(request.path[place] for place in places))

    return method, template, handle


#: Every call of the application API.
ROUTES: Final[tuple[Route, ...]] = (
    _route("POST", "metrics/{key}/event", events.record),
    _route("GET", "achievements", achievements.all_achievements),
    _route("POST", "achievements/{key}/complete", achievements.complete),
    _route("POST", "users", users.create),
    _route("GET", "users/{id}", users.get),
    _route("PUT", "users/{id}", users.identify),
    _route("PATCH", "users/{id}", users.update),
    _route("GET", "users/{id}/preferences", users.get_preferences),
    _route("PATCH", "users/{id}/preferences", users.update_preferences),
    _route("GET", "users/{id}/metrics", metrics.all_of_user),
    _route("GET", "users/{id}/metrics/{key}", metrics.of_user),
    _route("GET", "users/{id}/metrics/{key}/event-summary", metrics.summary),
    _route("GET", "users/{id}/achievements", achievements.of_user),
    _route("GET", "users/{id}/streak", streaks.of_user),
    _route("GET", "streaks", streaks.of_users),
    _route("GET", "users/{id}/points/{key}", points.of_user),
    _route("GET", "users/{id}/points/{key}/boosts", points.boosts_of_user),
    _route("GET", "users/{id}/points/{key}/event-summary", points.summary),
    _route("GET", "users/{id}/leaderboards/{key}", leaderboards.of_user),
    _route("GET", "users/{id}/wrapped", wrapped.of_user),
    _route("GET", "points/{key}", points.get),
    _route("GET", "points/{key}/summary", points.histogram),
    _route("GET", "points/{key}/boosts", points.boosts),
    _route("GET", "points/{key}/levels", points.levels),
    _route("GET", "points/{key}/level-summary", points.level_summary),
    _route("GET", "leaderboards", leaderboards.all_leaderboards),
    _route("GET", "leaderboards/{key}", leaderboards.get),
)

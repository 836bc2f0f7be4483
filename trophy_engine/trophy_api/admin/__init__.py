"""The admin API: an administrator edits the rules, and helps users with their streaks.

Whatever changes rules reads a request against a ruleset and comes to another ruleset; the engine adopts that one.
"""

from __future__ import annotations

from typing import Final

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.admin import streaks
from trophy_engine.trophy_api.admin.achievements import Achievements
from trophy_engine.trophy_api.admin.attributes import Attributes
from trophy_engine.trophy_api.admin.boosts import Boosts
from trophy_engine.trophy_api.admin.events import record_batch
from trophy_engine.trophy_api.admin.hosted import application_keys, tenants
from trophy_engine.trophy_api.admin.leaderboards import Leaderboards
from trophy_engine.trophy_api.admin.levels import Levels
from trophy_engine.trophy_api.admin.metrics import Metrics
from trophy_engine.trophy_api.admin.routes import always, in_system, object_routes, resource_routes
from trophy_engine.trophy_api.admin.settings import ENVIRONMENTS, change_settings, show_settings
from trophy_engine.trophy_api.admin.streak_settings import change_streak, show_streak
from trophy_engine.trophy_api.admin.systems import Systems
from trophy_engine.trophy_api.admin.triggers import Triggers
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.router import Route

__all__ = ["ROUTES"]


def _environments(_: Engine, __: Request) -> Response:
    return Response(200, [dict(one) for one in ENVIRONMENTS])


#: Every call of the admin API: its method, the template of its path, and what answers to it.
ROUTES: Final[tuple[Route, ...]] = (
    ("POST", "metrics/events", record_batch),
    *resource_routes("attributes", always(Attributes())),
    *resource_routes("metrics", always(Metrics())),
    *resource_routes("achievements", always(Achievements())),
    *resource_routes("points", always(Systems())),
    *resource_routes("points/{system_id}/levels", in_system(Levels)),
    *resource_routes("points/{system_id}/boosts", in_system(Boosts)),
    *resource_routes("points/{system_id}/triggers", in_system(Triggers)),
    *resource_routes("leaderboards", always(Leaderboards())),
    *object_routes("streaks/settings", show_streak, change_streak),
    ("POST", "streaks/freezes", streaks.grant_freezes),
    ("POST", "streaks/pauses", streaks.pause),
    ("DELETE", "streaks/pauses", streaks.delete_pauses),
    ("POST", "streaks/restore", streaks.restore),
    ("POST", "streaks/reset", streaks.reset),
    *object_routes("settings", show_settings, change_settings),
    ("GET", "environments", _environments),
    *((method, "tenants", tenants) for method in ("GET", "POST", "PATCH", "DELETE")),
    ("GET", "tenants/{id}", tenants),
    *((method, "application-api-keys", application_keys) for method in ("POST", "DELETE")),
)

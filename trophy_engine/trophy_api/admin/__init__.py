"""The admin API: an administrator edits the rules and changes users' streaks.

A request that changes rules is applied to a copy of the current ruleset; the engine is then updated to the new one.
"""

from __future__ import annotations

from typing import Final

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.admin import streaks
from trophy_engine.trophy_api.admin.achievements import Achievements
from trophy_engine.trophy_api.admin.attributes import Attributes
from trophy_engine.trophy_api.admin.boosts import Boosts
from trophy_engine.trophy_api.admin.events import record_batch
from trophy_engine.trophy_api.admin.hosted import refuse_application_keys, refuse_tenants
from trophy_engine.trophy_api.admin.leaderboards import Leaderboards
from trophy_engine.trophy_api.admin.levels import Levels
from trophy_engine.trophy_api.admin.metrics import Metrics
from trophy_engine.trophy_api.admin.routes import fixed_resource, object_routes, resource_of_system, resource_routes
from trophy_engine.trophy_api.admin.settings import ENVIRONMENTS, serialize_settings, update_settings
from trophy_engine.trophy_api.admin.streak_settings import serialize_streak_settings, update_streak_settings
from trophy_engine.trophy_api.admin.systems import Systems
from trophy_engine.trophy_api.admin.triggers import Triggers
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.router import Route


def _environments(_: Engine, __: Request) -> Response:
    return Response(200, [dict(environment) for environment in ENVIRONMENTS])


#: Every route of the admin API: method, path template, handler.
ROUTES: Final[tuple[Route, ...]] = (
    ("POST", "metrics/events", record_batch),
    *resource_routes("attributes", fixed_resource(Attributes())),
    *resource_routes("metrics", fixed_resource(Metrics())),
    *resource_routes("achievements", fixed_resource(Achievements())),
    *resource_routes("points", fixed_resource(Systems())),
    *resource_routes("points/{system_id}/levels", resource_of_system(Levels)),
    *resource_routes("points/{system_id}/boosts", resource_of_system(Boosts)),
    *resource_routes("points/{system_id}/triggers", resource_of_system(Triggers)),
    *resource_routes("leaderboards", fixed_resource(Leaderboards())),
    *object_routes("streaks/settings", serialize_streak_settings, update_streak_settings),
    ("POST", "streaks/freezes", streaks.grant_freezes),
    ("POST", "streaks/pauses", streaks.pause_streaks),
    ("DELETE", "streaks/pauses", streaks.delete_pauses),
    ("POST", "streaks/restore", streaks.restore_streaks),
    ("POST", "streaks/reset", streaks.reset_streaks),
    *object_routes("settings", serialize_settings, update_settings),
    ("GET", "environments", _environments),
    *((method, "tenants", refuse_tenants) for method in ("GET", "POST", "PATCH", "DELETE")),
    ("GET", "tenants/{id}", refuse_tenants),
    *((method, "application-api-keys", refuse_application_keys) for method in ("POST", "DELETE")),
)

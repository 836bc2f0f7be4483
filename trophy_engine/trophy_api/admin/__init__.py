"""The admin API: an administrator edits the rules and changes users' streaks.

A request that changes rules is applied to a copy of the current ruleset; the engine is then updated to the new one.
"""

from __future__ import annotations

from typing import Final

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.admin import streaks
from trophy_engine.trophy_api.admin.achievements import AchievementResource
from trophy_engine.trophy_api.admin.attributes import AttributeResource
from trophy_engine.trophy_api.admin.boosts import BoostResource
from trophy_engine.trophy_api.admin.events import post_event_batch
from trophy_engine.trophy_api.admin.hosted import refuse_application_keys, refuse_tenants
from trophy_engine.trophy_api.admin.leaderboards import LeaderboardResource
from trophy_engine.trophy_api.admin.levels import LevelResource
from trophy_engine.trophy_api.admin.metrics import MetricResource
from trophy_engine.trophy_api.admin.routes import fixed_resource, object_routes, resource_of_system, resource_routes
from trophy_engine.trophy_api.admin.settings import ENVIRONMENTS, serialize_settings, update_settings
from trophy_engine.trophy_api.admin.streak_settings import serialize_streak_settings, update_streak_settings
from trophy_engine.trophy_api.admin.systems import SystemResource
from trophy_engine.trophy_api.admin.triggers import TriggerResource
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.router import Route


def _environments_response(_: Engine, __: Request) -> Response:
    return Response(200, [dict(environment) for environment in ENVIRONMENTS])


#: Every route of the admin API: method, path template, handler.
ROUTES: Final[tuple[Route, ...]] = (
    ("POST", "metrics/events", post_event_batch),
    *resource_routes("attributes", fixed_resource(AttributeResource())),
    *resource_routes("metrics", fixed_resource(MetricResource())),
    *resource_routes("achievements", fixed_resource(AchievementResource())),
    *resource_routes("points", fixed_resource(SystemResource())),
    *resource_routes("points/{system_id}/levels", resource_of_system(LevelResource)),
    *resource_routes("points/{system_id}/boosts", resource_of_system(BoostResource)),
    *resource_routes("points/{system_id}/triggers", resource_of_system(TriggerResource)),
    *resource_routes("leaderboards", fixed_resource(LeaderboardResource())),
    *object_routes("streaks/settings", serialize_streak_settings, update_streak_settings),
    ("POST", "streaks/freezes", streaks.post_freezes),
    ("POST", "streaks/pauses", streaks.post_pauses),
    ("DELETE", "streaks/pauses", streaks.delete_streak_pauses),
    ("POST", "streaks/restore", streaks.post_streak_restore),
    ("POST", "streaks/reset", streaks.post_streak_reset),
    *object_routes("settings", serialize_settings, update_settings),
    ("GET", "environments", _environments_response),
    *((method, "tenants", refuse_tenants) for method in ("GET", "POST", "PATCH", "DELETE")),
    ("GET", "tenants/{id}", refuse_tenants),
    *((method, "application-api-keys", refuse_application_keys) for method in ("POST", "DELETE")),
)

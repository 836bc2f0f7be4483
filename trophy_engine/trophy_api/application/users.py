"""Users and their preferences."""

from __future__ import annotations

from trophy_engine.calendar.frequencies import Weekday
from trophy_engine.core import MESSAGES
from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.engine.engine import Engine
from trophy_engine.rules.streak import StreakMetric
from trophy_engine.trophy_api.application.lookup import is_known_user
from trophy_engine.trophy_api.application.upsert import upsert_user
from trophy_engine.trophy_api.errors import Unprocessable
from trophy_engine.trophy_api.field_names import prefixing_request_field, renaming_request_fields
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.requests import (
    MetricPreference,
    PatchedUser,
    PreferencesBody,
    StreakPreferences,
    UpdatedUser,
    UpsertedUser,
)
from trophy_engine.trophy_api.serializers.users import serialize_preferences, serialize_user
from trophy_engine.trophy_api.serializers.values import Json
from trophy_engine.trophy_api.structuring import structure_request_json
from trophy_engine.trophy_api.weekdays import parse_weekdays


def post_user(engine: Engine, request: Request) -> Response:
    """Create a user; an existing one is refused."""
    body = structure_request_json(request.body, UpsertedUser, strict=request.strict)
    if is_known_user(engine, body.id):
        raise Unprocessable(f"user {body.id!r} already exists; update or identify the user instead")
    upsert_user(engine, body.id, body)
    return Response(201, _serialize_user(engine, body.id))


def get_user(engine: Engine, _: Request, id_: str) -> Response:
    """Return a user."""
    return Response(200, _serialize_user(engine, id_))


def put_user(engine: Engine, request: Request, id_: str) -> Response:
    """Create a user, or set fields of an existing one."""
    upsert_user(
        engine, id_, structure_request_json(_request_body_or_empty(request), UpdatedUser, strict=request.strict)
    )
    return Response(200, _serialize_user(engine, id_))


def patch_user(engine: Engine, request: Request, id_: str) -> Response:
    """Set fields of an existing user."""
    body = structure_request_json(_request_body_or_empty(request), PatchedUser, strict=request.strict)
    engine.user(id_)
    upsert_user(engine, id_, body)
    return Response(200, _serialize_user(engine, id_))


def _request_body_or_empty(request: Request) -> object:
    """Return a body that has only optional fields; clients before version 1.15 send no body if none is set."""
    return {} if request.body is None else request.body


def _serialize_user(engine: Engine, id_: str) -> Json:
    player = engine.user(id_)
    return serialize_user(player)


def get_preferences(engine: Engine, _: Request, id_: str) -> Response:
    """Return the preferences of a user."""
    return Response(200, serialize_preferences(engine.user(id_)))


def patch_preferences(engine: Engine, request: Request, id_: str) -> Response:
    """Set the preferences that the body has."""
    body = structure_request_json(_request_body_or_empty(request), PreferencesBody, strict=request.strict)
    engine.user(id_)
    streak = StreakPreferences() if isinstance(body.streak, Unset) else body.streak
    notifications = body.notifications
    if not request.strict:
        notifications = {kind: channels for kind, channels in notifications.items() if kind in MESSAGES}
    metrics, days_off = _streak_metrics_from_body(streak), _days_off_from_body(streak)
    with renaming_request_fields(metrics="streak.metrics", days_off="streak.days_off"):
        engine.prefer(
            id_,
            notifications=notifications,
            streak_enabled=streak.enabled,
            evaluation_mode=streak.evaluation_mode,
            metrics=metrics,
            days_off=days_off,
        )
    return Response(200, serialize_preferences(engine.user(id_)))


def _streak_metrics_from_body(streak: StreakPreferences) -> list[StreakMetric] | Unset:
    if isinstance(streak.metrics, Unset):
        return UNSET
    return [_streak_metric_from_body(metric, index) for index, metric in enumerate(streak.metrics)]


def _streak_metric_from_body(preference: MetricPreference, index: int) -> StreakMetric:
    with prefixing_request_field(f"streak.metrics[{index}]"):
        return StreakMetric(preference.key, preference.threshold)


def _days_off_from_body(streak: StreakPreferences) -> tuple[Weekday, ...] | Unset:
    return streak.days_off if isinstance(streak.days_off, Unset) else parse_weekdays(streak.days_off, "streak.days_off")

"""Achievements: complete one, or list them for all users or for one."""

from __future__ import annotations

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.application.events import serialize_points_changes
from trophy_engine.trophy_api.application.lookup import look_up_api_achievement, look_up_visible_achievements
from trophy_engine.trophy_api.application.upsert import check_requested_attributes, upsert_user
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.parameters import read_attributes_parameter, read_flag_parameter, read_text_parameter
from trophy_engine.trophy_api.requests import CompletionBody
from trophy_engine.trophy_api.serializers.achievements import (
    serialize_achievement,
    serialize_completion,
    serialize_user_achievement,
)
from trophy_engine.trophy_api.serializers.values import Json, serialize_number
from trophy_engine.trophy_api.structuring import structure_request_json


def post_achievement_completion(engine: Engine, request: Request, key: str) -> Response:
    """Complete an achievement; the user fields of the body are saved even if the completion is refused."""
    rule = look_up_api_achievement(engine, key)
    body = structure_request_json(request.body, CompletionBody, strict=request.strict)
    upsert_user(engine, body.user.id, body.user)
    outcome = engine.complete(rule.key, user=body.user.id)
    completed = next(achievement for achievement in outcome.achievements if achievement.key == rule.key)
    answer = {
        "completionId": str(completed.completion_id),
        "achievement": serialize_completion(completed, engine.ruleset),
        "points": serialize_points_changes(engine, outcome),
    }
    return Response(201, answer)


def list_achievements(engine: Engine, request: Request) -> Response:
    """List the active achievements that are not hidden; with attributes in the query, only those that match them."""
    attributes = read_attributes_parameter(request)
    check_requested_attributes(engine, "user", attributes)
    required = read_text_parameter(request, "userAttributes") is not None
    achievements = [
        achievement
        for achievement in engine.ruleset.achievement_parts
        if achievement.status == "active"
        and not achievement.hidden
        and not (required and achievement.when.user_attributes.mismatch(attributes))
    ]
    stats = _serialize_completion_stats(engine)
    return Response(
        200,
        [serialize_achievement(achievement, engine.ruleset) | stats[achievement.key] for achievement in achievements],
    )


def list_user_achievements(engine: Engine, request: Request, user: str) -> Response:
    """List the achievements that a user has completed, or all visible ones."""
    player = engine.user(user)
    include_uncompleted = read_flag_parameter(request, "includeIncomplete")
    stats = _serialize_completion_stats(engine)
    return Response(
        200,
        [
            serialize_user_achievement(achievement, achieved, engine.ruleset) | stats[achievement.key]
            for achievement, achieved in look_up_visible_achievements(engine, player)
            if include_uncompleted or achieved is not None
        ],
    )


def _serialize_completion_stats(engine: Engine) -> dict[str, Json]:
    """Return, by achievement, the number of users who have completed it and their percentage of all users."""
    return {
        key: {"completions": stats.completions, "rarity": serialize_number(stats.rarity)}
        for key, stats in engine.reports.rarities().items()
    }

"""Achievements: completing them, and listing them for everybody or for one user."""

from __future__ import annotations

from trophy_engine.engine.engine import Engine
from trophy_engine.rules.achievements import Achievement
from trophy_engine.trophy_api import parameters
from trophy_engine.trophy_api.application.events import points_of
from trophy_engine.trophy_api.application.lookup import api_achievement
from trophy_engine.trophy_api.application.upsert import check_attributes, upsert
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.requests import CompletionBody
from trophy_engine.trophy_api.serializers.achievements import achievement, user_achievement
from trophy_engine.trophy_api.serializers.values import Json, number
from trophy_engine.trophy_api.structuring import structure
from trophy_engine.views.player import Player

__all__ = ["all_achievements", "complete", "is_listed", "of_user"]


def complete(engine: Engine, request: Request, key: str) -> Response:
    """Complete an achievement; what the body says of the user stands even if the completion is refused."""
    rule = api_achievement(engine, key)
    body = structure(request.body, CompletionBody, strict=request.strict)
    upsert(engine, body.user.id, body.user)
    outcome = engine.complete(rule.key, user=body.user.id)
    completed = next(one for one in outcome.achievements if one.key == rule.key)
    answer = {
        "completionId": str(completed.completion_id),
        "achievement": user_achievement(completed, engine.ruleset),
        "points": points_of(engine, outcome),
    }
    return Response(201, answer)


def all_achievements(engine: Engine, request: Request) -> Response:
    """List the active achievements, or those of them that a user with some attributes can complete."""
    attributes = parameters.attributes(request)
    check_attributes(engine, "user", attributes)
    given = parameters.text(request, "userAttributes") is not None
    listed = [
        one
        for one in engine.ruleset.achievements
        if one.status == "active" and not (given and one.user_attributes.mismatch(attributes))
    ]
    stats = _stats(engine)
    return Response(200, [achievement(one, engine.ruleset) | stats[one.key] for one in listed])


def of_user(engine: Engine, request: Request, user: str) -> Response:
    """List the achievements that a user has completed, or all those that the user can see."""
    someone = engine.user(user)
    rules = {one.key: one for one in engine.ruleset.achievements}
    everything = parameters.flag(request, "includeIncomplete")
    views = [
        view
        for view in someone.achievements
        if is_listed(rules[view.key], someone) and (everything or view.achieved_at is not None)
    ]
    stats = _stats(engine)
    return Response(200, [user_achievement(view, engine.ruleset) | stats[view.key] for view in views])


def is_listed(rule: Achievement, someone: Player) -> bool:
    """Tell whether a user sees an achievement: an active one, or a locked one that they hold."""
    return rule.status == "active" or (rule.status == "locked" and rule.key in someone.completed)


def _stats(engine: Engine) -> dict[str, Json]:
    """Write of every achievement how many users hold it, and what percentage of all they are."""
    return {
        key: {"completions": one.completions, "rarity": number(one.rarity)}
        for key, one in engine.reports.rarities().items()
    }

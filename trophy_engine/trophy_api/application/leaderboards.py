"""Leaderboards, and the rank of a user on one."""

from __future__ import annotations

from typing import Final

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api import parameters
from trophy_engine.trophy_api.application.lookup import look_up_leaderboard
from trophy_engine.trophy_api.application.upsert import check_requested_attributes
from trophy_engine.trophy_api.field_names import renaming_fields
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.serializers.leaderboards import (
    serialize_listed_leaderboard,
    serialize_ranked_leaderboard,
    serialize_user_leaderboard,
)

_ROWS: Final = 10
_DAYS: Final = 10
_MAX_DAYS: Final = 100


def list_leaderboards(engine: Engine, request: Request) -> Response:
    """List the leaderboards; finished ones only on request."""
    views = engine.leaderboards(finished=parameters.read_flag(request, "includeFinished"))
    return Response(200, [serialize_listed_leaderboard(view, engine.ruleset) for view in views])


def get_leaderboard(engine: Engine, request: Request, key: str) -> Response:
    """Return rows of a leaderboard, by default the first of the current run."""
    rule = look_up_leaderboard(engine, key)
    attributes = parameters.read_attributes(request)
    check_requested_attributes(engine, "user", attributes)
    max_limit = rule.max_participants
    with renaming_fields(attributes="user_attributes"):
        view = engine.leaderboard(
            rule.key,
            run=parameters.read_date(request, "run"),
            user=parameters.read_text(request, "userId"),
            offset=parameters.read_integer(request, "offset", 0),
            limit=parameters.read_integer(
                request, "limit", _ROWS if max_limit is None else min(_ROWS, max_limit), minimum=0, maximum=max_limit
            ),
            attributes=attributes,
        )
    return Response(200, serialize_ranked_leaderboard(view, engine.ruleset))


def get_user_leaderboard(engine: Engine, request: Request, user: str, key: str) -> Response:
    """Return the rank of a user in a run, by default the current one, and its history."""
    player = engine.user(user)
    standing = engine.standing(
        user,
        look_up_leaderboard(engine, key).key,
        at=player.at,
        run=parameters.read_date(request, "run"),
        days=parameters.read_integer(request, "numEvents", _DAYS, minimum=0, maximum=_MAX_DAYS),
    )
    return Response(200, serialize_user_leaderboard(standing, engine.ruleset))

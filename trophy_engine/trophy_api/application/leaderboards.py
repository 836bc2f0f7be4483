"""Leaderboards, and the rank of a user on one."""

from __future__ import annotations

from typing import Final

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.application.lookup import look_up_leaderboard
from trophy_engine.trophy_api.application.upsert import check_requested_attributes
from trophy_engine.trophy_api.field_names import renaming_request_fields
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.parameters import (
    read_attributes_parameter,
    read_date_parameter,
    read_flag_parameter,
    read_integer_parameter,
    read_text_parameter,
)
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
    views = engine.leaderboards(finished=read_flag_parameter(request, "includeFinished"))
    return Response(200, [serialize_listed_leaderboard(view, engine.ruleset) for view in views])


def get_leaderboard(engine: Engine, request: Request, key: str) -> Response:
    """Return rows of a leaderboard, by default the first of the current run."""
    rule = look_up_leaderboard(engine, key)
    attributes = read_attributes_parameter(request)
    check_requested_attributes(engine, "user", attributes)
    max_limit = rule.max_participants
    with renaming_request_fields(attributes="user_attributes"):
        view = engine.leaderboard(
            rule.key,
            run=read_date_parameter(request, "run"),
            user=read_text_parameter(request, "userId"),
            offset=read_integer_parameter(request, "offset", 0),
            limit=read_integer_parameter(
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
        run=read_date_parameter(request, "run"),
        days=read_integer_parameter(request, "numEvents", _DAYS, minimum=0, maximum=_MAX_DAYS),
    )
    return Response(200, serialize_user_leaderboard(standing, engine.ruleset))

"""Leaderboards, and where a user stands on one."""

from __future__ import annotations

from typing import Final

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api import parameters
from trophy_engine.trophy_api.application.lookup import leaderboard
from trophy_engine.trophy_api.application.upsert import check_attributes
from trophy_engine.trophy_api.field_names import naming
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.serializers.leaderboards import listed_leaderboard, ranked_leaderboard, user_leaderboard

__all__ = ["all_leaderboards", "get", "of_user"]

_ROWS: Final = 10
_DAYS: Final = 10
_MOST_DAYS: Final = 100


def all_leaderboards(engine: Engine, request: Request) -> Response:
    """List the leaderboards; finished ones only if asked for."""
    views = engine.leaderboards(finished=parameters.flag(request, "includeFinished"))
    return Response(200, [listed_leaderboard(view, engine.ruleset) for view in views])


def get(engine: Engine, request: Request, key: str) -> Response:
    """Get some rows of a leaderboard, by default the first of the current run."""
    rule = leaderboard(engine, key)
    attributes = parameters.attributes(request)
    check_attributes(engine, "user", attributes)
    most = rule.max_participants
    with naming(attributes="userAttributes"):
        view = engine.leaderboard(
            rule.key,
            run=parameters.day(request, "run"),
            user=parameters.text(request, "userId"),
            offset=parameters.whole(request, "offset", 0),
            limit=parameters.whole(request, "limit", _ROWS if most is None else min(_ROWS, most), least=0, most=most),
            attributes=attributes,
        )
    return Response(200, ranked_leaderboard(view, engine.ruleset))


def of_user(engine: Engine, request: Request, user: str, key: str) -> Response:
    """Tell where a user stands in a run, by default the current one, and how they got there."""
    someone = engine.user(user)
    standing = engine.standing(
        user,
        leaderboard(engine, key).key,
        at=someone.at,
        run=parameters.day(request, "run"),
        days=parameters.whole(request, "numEvents", _DAYS, least=0, most=_MOST_DAYS),
    )
    return Response(200, user_leaderboard(standing, engine.ruleset))

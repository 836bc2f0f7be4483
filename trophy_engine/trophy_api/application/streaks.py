"""Streaks: of one user in full, of many in short."""

from __future__ import annotations

from trophy_engine.engine.engine import Engine
from trophy_engine.errors import InvalidValue
from trophy_engine.trophy_api import parameters
from trophy_engine.trophy_api.application.lookup import is_known, today
from trophy_engine.trophy_api.errors import Unprocessable
from trophy_engine.trophy_api.field_names import naming
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.serializers.streaks import extended_at, full_streak

__all__ = ["of_user", "of_users"]

_MOST_USERS = 100
_HISTORY = 7


def of_user(engine: Engine, request: Request, user: str) -> Response:
    """Give a user's streak with its last periods, and the pauses that are not over."""
    someone = engine.user(user)
    periods = parameters.whole(request, "historyPeriods", _HISTORY, least=1)
    with naming(periods="historyPeriods"):
        history = () if engine.ruleset.streak is None else engine.reports.streak_history(user, periods, at=someone.at)
    date = today(someone)
    pauses = [one for one in someone.pauses if not one.archived and one.end >= date]
    return Response(200, full_streak(someone.streak, history, pauses))


def of_users(engine: Engine, request: Request) -> Response:
    """Give the lengths of some users' streaks, the longest first; who is not known is left out."""
    ids = _named(engine, request)
    if not 1 <= len(ids) <= _MOST_USERS:
        raise Unprocessable(f"userIds must name 1 to {_MOST_USERS} users, not {len(ids)}")
    found = [engine.user(user) for user in dict.fromkeys(ids) if _is_there(engine, user)]
    rows = [
        {
            "userId": one.id,
            "streakLength": 0 if one.streak is None else one.streak.length,
            "extended": extended_at(one.streak),
        }
        for one in found
    ]
    return Response(200, sorted(rows, key=lambda row: -row["streakLength"]))


def _named(engine: Engine, request: Request) -> list[str]:
    """Give the ids that a query names; a value that is a user's id as it stands is one, commas and all."""
    return [
        user
        for value in parameters.values(request, "userIds")
        for user in ([value] if _is_there(engine, value) else parameters.split(value))
    ]


def _is_there(engine: Engine, user: str) -> bool:
    try:
        return is_known(engine, user)
    except InvalidValue:
        return False  # nobody can have such an id

"""Streaks: one user's in full, or the lengths of many."""

from __future__ import annotations

from heapq import nsmallest

from trophy_engine.engine.engine import Engine
from trophy_engine.errors import InvalidValue
from trophy_engine.trophy_api.application.lookup import is_known_user
from trophy_engine.trophy_api.errors import Unprocessable
from trophy_engine.trophy_api.field_names import renaming_request_fields
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.parameters import (
    read_choice_parameter,
    read_integer_parameter,
    read_repeated_parameter,
    read_text_parameter,
    split_parameter_list,
)
from trophy_engine.trophy_api.serializers.streaks import serialize_extended_at, serialize_streak_with_history
from trophy_engine.trophy_api.serializers.values import Json
from trophy_engine.views.player import Player

_MAX_USERS = 100
_HISTORY = 7
_RANKED = 10


def get_user_streak(engine: Engine, request: Request, user: str) -> Response:
    """Return a user's streak with its last periods, and the pauses that are not over."""
    player = engine.user(user)
    periods = read_integer_parameter(request, "historyPeriods", _HISTORY, minimum=1)
    with renaming_request_fields(periods="history_periods"):
        return Response(200, serialize_user_streak(engine, player, periods))


def serialize_user_streak(engine: Engine, player: Player, periods: int) -> Json:
    """Return the JSON of a user's streak with its last periods, and the pauses that are not over.

    Raises:
        InvalidValue: the number of periods is out of range.
    """
    streak = player.streak
    history = engine.reports.streak_history(player.id, periods, at=player.at) if streak.is_declared else ()
    date = player.local_date
    pauses = [pause for pause in player.pauses if not pause.archived and pause.end >= date]
    return serialize_streak_with_history(streak, history, pauses)


def list_streaks(engine: Engine, request: Request) -> Response:
    """Return the lengths of some users' streaks, longest first; unknown users are left out."""
    ids = _read_user_ids_parameter(engine, request)
    if not 1 <= len(ids) <= _MAX_USERS:
        raise Unprocessable(f"userIds must be 1 to {_MAX_USERS} user ids, not {len(ids)}")
    players = [engine.user(user) for user in dict.fromkeys(ids) if _is_requested_user_known(engine, user)]
    rows = [
        {
            "userId": player.id,
            "streakLength": player.streak.length,
            "extended": serialize_extended_at(player.streak),
        }
        for player in players
    ]
    return Response(200, sorted(rows, key=lambda row: -row["streakLength"]))


def get_streak_rankings(engine: Engine, request: Request) -> Response:
    """Return the users with the longest streaks, running or ever; of equal ones, those who were seen first.

    The platform's documents no longer have this call, but its client for Node does.
    """
    limit = read_integer_parameter(request, "limit", _RANKED, minimum=1, maximum=_MAX_USERS)
    given = read_text_parameter(request, "type")
    by_longest = given is not None and read_choice_parameter(request, "type", ("active", "longest")) == "longest"
    lengths = (
        (player.streak.longest if by_longest else player.streak.length, player.id, player.name)
        for player in engine.players()
    )
    ranked = nsmallest(limit, (row for row in lengths if row[0]), key=lambda row: -row[0])
    return Response(200, [{"userId": user, "name": name, "streakLength": length} for length, user, name in ranked])


def _read_user_ids_parameter(engine: Engine, request: Request) -> list[str]:
    """Return the ids that a query names; a value that is a known id is not split at its commas."""
    return [
        user
        for value in read_repeated_parameter(request, "userIds")
        for user in ([value] if _is_requested_user_known(engine, value) else split_parameter_list(value))
    ]


def _is_requested_user_known(engine: Engine, user: str) -> bool:
    try:
        return is_known_user(engine, user)
    except InvalidValue:
        return False  # no user has an invalid id

"""Wrapped: a user's year in review."""

from __future__ import annotations

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.parameters import read_integer_parameter
from trophy_engine.trophy_api.serializers.users import serialize_user
from trophy_engine.trophy_api.serializers.wrapped import serialize_activity


def get_wrapped(engine: Engine, request: Request, user: str) -> Response:
    """Return a user's year in review, by default of the current year."""
    player = engine.user(user)
    current = player.local_date.year
    year = read_integer_parameter(request, "year", current, minimum=1, maximum=current)
    review = engine.reports.wrapped(user, year, at=player.at)
    return Response(200, {"user": serialize_user(player), "activity": serialize_activity(review, engine.ruleset)})

"""Wrapped: a user's year in review."""

from __future__ import annotations

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api import parameters
from trophy_engine.trophy_api.application.lookup import today
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.serializers.users import user as user_shape
from trophy_engine.trophy_api.serializers.wrapped import activity

__all__ = ["of_user"]


def of_user(engine: Engine, request: Request, user: str) -> Response:
    """Review a user's year, by default the current one."""
    someone = engine.user(user)
    current = today(someone).year
    year = parameters.whole(request, "year", current, least=1, most=current)
    review = engine.reports.wrapped(user, year, at=someone.at)
    return Response(200, {"user": user_shape(someone), "activity": activity(review, engine.ruleset)})

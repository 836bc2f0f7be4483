"""Wrapped: a user's year in review."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from trophy_engine.engine import Engine
from trophy_engine.wire import parameters
from trophy_engine.wire.application.best_rankings import BestRankings
from trophy_engine.wire.application.finding import player, today
from trophy_engine.wire.messages import Request, Response
from trophy_engine.wire.shapes.users import user as user_shape
from trophy_engine.wire.shapes.wrapped import activity

__all__ = ["of_user"]

#: The most active week can reach beyond the year.
_A_WEEK: Final = timedelta(days=7)
_FIRST: Final = date.min + _A_WEEK


def of_user(engine: Engine, request: Request, user: str) -> Response:
    """Review a user's year, by default the current one."""
    someone = player(engine, request, user)
    now = today(someone)
    year = parameters.whole(request, "year", now.year, least=1, most=now.year)
    days = max(date(year, 1, 1), _FIRST) - _A_WEEK, min(date(year, 12, 31) + _A_WEEK, now)
    rankings = BestRankings(engine, user, someone.at, days)
    review = engine.reports.wrapped(user, year, at=someone.at, rankings=rankings)
    return Response(200, {"user": user_shape(someone), "activity": activity(review, engine.ruleset)})

"""Summaries: the course of a total, by days, weeks or months."""

from __future__ import annotations

from typing import Final

from trophy_engine.calendar.frequencies import FrequencyName
from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api import parameters
from trophy_engine.trophy_api.field_names import naming
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.serializers.values import number

__all__ = ["summarise"]

_AGGREGATIONS: Final[tuple[FrequencyName, ...]] = ("daily", "weekly", "monthly")


def summarise(
    engine: Engine, request: Request, user: str, *, metric: str | None = None, points: str | None = None
) -> Response:
    """Give the course of a user's total of a metric or of points."""
    someone = engine.user(user)
    with naming(start="startDate", end="endDate"):
        rows = engine.reports.summary(
            user,
            metric=metric,
            points=points,
            aggregation=parameters.choice(request, "aggregation", _AGGREGATIONS),
            start=parameters.required_day(request, "startDate"),
            end=parameters.required_day(request, "endDate"),
            at=someone.at,
        )
    return Response(
        200,
        [{"date": one.date.isoformat(), "total": number(one.total), "change": number(one.change)} for one in rows],
    )

"""Summaries: a total over time, by days, weeks or months."""

from __future__ import annotations

from typing import Final

from trophy_engine.calendar.frequencies import Aggregation
from trophy_engine.engine.engine import Engine
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.trophy_api.field_names import renaming_request_fields
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.parameters import read_choice_parameter, require_date_parameter
from trophy_engine.trophy_api.serializers.values import serialize_number, serialize_total

_AGGREGATIONS: Final[tuple[Aggregation, ...]] = ("daily", "weekly", "monthly")


def get_total_summary(
    engine: Engine, request: Request, user: str, *, metric: str | None = None, points: str | None = None
) -> Response:
    """Return a user's total of a metric or of points over time."""
    player = engine.user(user)
    start, end = require_date_parameter(request, "startDate"), require_date_parameter(request, "endDate")
    if start >= end:  # the platform requires two days, reports do not
        raise InvalidValue((f"{start} must be before", FieldName("endDate"), str(end)), "startDate")
    with renaming_request_fields(start="start_date", end="end_date"):
        rows = engine.reports.summary(
            user,
            metric=metric,
            points=points,
            aggregation=read_choice_parameter(request, "aggregation", _AGGREGATIONS),
            start=start,
            end=end,
            at=player.at,
        )
    return Response(
        200,
        [
            {"date": row.date.isoformat(), "total": serialize_total(row.total), "change": serialize_number(row.change)}
            for row in rows
        ],
    )

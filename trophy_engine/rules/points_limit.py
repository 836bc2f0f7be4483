"""Limits on the points that a trigger awards in a window of the user's time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, assert_never, get_args

import attrs

from trophy_engine.rules.constraints import Integer, OneOfOrTable, Optional
from trophy_engine.rules.mappings import rule_from_mapping
from trophy_engine.rules.windows import CalendarUnit, DateWindow, ResetWindow, RollingWindow, RunWindow, SessionWindow
from trophy_engine.values import Value

__all__ = ["PointsLimit"]


_WINDOW: Final = OneOfOrTable(
    get_args(CalendarUnit),
    (RunWindow,),
    {"every": 2, "unit": "week", "start": date(2026, 1, 5)},
    refused={
        RollingWindow: "must not be a rolling window, which limits do not take",
        SessionWindow: "must not be a session, which limits do not take",
        ResetWindow: "must not be a window that another metric resets, which limits do not take",
        DateWindow: "must not be a window of dates, which limits do not take",
    },
)


def _as_limit_window(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    _WINDOW.check_table("window", value)
    return rule_from_mapping(RunWindow, value, "window")


@attrs.frozen
class PointsLimit(Value):
    """The greatest number of points that a trigger awards in each window of the user's time; the rest is lost.

    Attributes:
        points: the number of points, at least 1.
        window: ``"day"``, ``"week"``, ``"month"``, ``"year"``, or runs from a date on, a table with ``every``, ``unit``
            and ``start``, before which there is no limit; None for all time.
    """

    points: int = attrs.field(validator=Integer(min=1))
    window: CalendarUnit | RunWindow | None = attrs.field(
        default=None, converter=_as_limit_window, validator=Optional(_WINDOW)
    )

    def __str__(self) -> str:
        """Return the limit in words.

        >>> str(PointsLimit(50, "day")), str(PointsLimit(1_000))
        ('50 each day', '1,000 in all')
        """
        match self.window:
            case None:
                return f"{self.points:,} in all"
            case RunWindow():
                return f"{self.points:,} {self.window}"
            case str():
                return f"{self.points:,} each {self.window}"
            case _:
                assert_never(self.window)


def as_points_limit(value: Any) -> Any:
    """Return a mapping as a limit, and any other value unchanged, for the validator."""
    return rule_from_mapping(PointsLimit, value, "limit") if isinstance(value, Mapping) else value

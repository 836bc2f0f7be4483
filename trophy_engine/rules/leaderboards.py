"""Leaderboards: rankings of users by a metric, by points or by the streak, once or in runs that start anew."""

from __future__ import annotations

from datetime import date, time
from typing import Final, Literal

import attrs

from trophy_engine.calendar.runs import RunUnit
from trophy_engine.errors import FieldName, InvalidValue
from trophy_engine.rules.constraints import (
    FILTER,
    KEY,
    LOCAL_DATE,
    TEXT,
    TIME_OF_DAY,
    Integer,
    Keys,
    OneOf,
    Optional,
    as_sequence,
)
from trophy_engine.rules.filters import Filter, as_filter

__all__ = ["Leaderboard", "LeaderboardStatus", "RankBy", "RunUnit"]

RankBy = Literal["metric", "points", "streak"]
LeaderboardStatus = Literal["active", "inactive", "finished"]

_RANKED_BY: Final = ("metric", "points", "streak")
_UNITS: Final = ("day", "month", "year")
_STATUSES: Final = ("active", "inactive", "finished")


@attrs.frozen
class Leaderboard:
    """A ranking of users, highest value first; of equal values the one that was reached earlier.

    Attributes:
        key: the name by which views refer to it.
        rank_by: ``"metric"`` or ``"points"``, what a user gains of it in a run, or ``"streak"``, the length that runs.
        start: the first local date that counts; of a repeating leaderboard, that of its first run.
        metric: the key of the metric to rank by.
        points: the key of the points system to rank by.
        name: what people call it; the key where left out.
        description: what people read of it.
        end: the last local date that counts; None for no end.
        start_time: the local time of day from which on activity counts; None for midnight.
        end_time: the local time of day before which activity counts; None for midnight.
        run_unit: in what runs are measured, ``"day"``, ``"month"`` or ``"year"``; None for a single run.
        run_interval: how many of these units a run lasts.
        max_participants: how many users it holds at most, in each of its groups.
        breakdown_attributes: keys of user attributes; users are ranked among those who share their values of them.
        user_attributes: whom it is for: users whose attributes have all of these values.
        status: ``"active"``, from its start on; ``"inactive"``, so that nobody sees it; or ``"finished"``.
    """

    key: str = attrs.field(validator=KEY)
    rank_by: RankBy = attrs.field(validator=OneOf(_RANKED_BY))
    start: date = attrs.field(validator=LOCAL_DATE)
    metric: str | None = attrs.field(default=None, validator=Optional(KEY))
    points: str | None = attrs.field(default=None, validator=Optional(KEY))
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)
    description: str | None = attrs.field(default=None, validator=Optional(TEXT))
    end: date | None = attrs.field(default=None, validator=Optional(LOCAL_DATE))
    start_time: str | None = attrs.field(default=None, validator=Optional(TIME_OF_DAY))
    end_time: str | None = attrs.field(default=None, validator=Optional(TIME_OF_DAY))
    run_unit: RunUnit | None = attrs.field(default=None, validator=Optional(OneOf(_UNITS)))
    run_interval: int | None = attrs.field(default=None, validator=Optional(Integer(min=1)))
    max_participants: int = attrs.field(default=1000, validator=Integer(min=1))
    breakdown_attributes: tuple[str, ...] = attrs.field(default=(), converter=as_sequence, validator=Keys())
    user_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=FILTER)
    status: LeaderboardStatus = attrs.field(default="active", validator=OneOf(_STATUSES))

    def __attrs_post_init__(self) -> None:
        """Check what the fields must be to each other."""
        for kind in ("metric", "points"):
            if (getattr(self, kind) is not None) != (self.rank_by == kind):
                raise InvalidValue(("must be given if", FieldName("rank_by"), f"is {kind!r}, and only then"), kind)
        if (self.run_unit is None) != (self.run_interval is None):
            raise InvalidValue(("and", FieldName("run_interval"), "must be given together or not at all"), "run_unit")
        if self.rank_by == "streak" and self.run_unit is not None:
            leave_out = ("leave", FieldName("run_unit"), "and", FieldName("run_interval"), "out")
            raise InvalidValue(("a leaderboard by streak does not repeat;", *leave_out))
        if self.end is not None and self.end < self.start:
            raise InvalidValue((f"{self.end} must not be before", FieldName("start"), str(self.start)), "end")
        times = (self.start_time, self.end_time)
        if None not in times and time.fromisoformat(str(self.end_time)) <= time.fromisoformat(str(self.start_time)):
            raise InvalidValue(
                (f"{self.end_time} must be after", FieldName("start_time"), str(self.start_time)), "end_time"
            )

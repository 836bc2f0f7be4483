"""Leaderboards: rankings of users by a metric, by points or by the streak, in one run or in repeated runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import ClassVar, Final, Literal, get_args

import attrs

from trophy_engine.calendar.instants import parse_time_of_day
from trophy_engine.calendar.runs import Runs, RunUnit
from trophy_engine.calendar.zones import zone
from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.conditions import END_NOT_BEFORE_START, Condition, both_or_neither_condition, check_conditions
from trophy_engine.rules.constraints import (
    FILTER,
    KEY,
    LOCAL_DATE,
    TEXT,
    TIME_OF_DAY,
    TIME_ZONE,
    Integer,
    Keys,
    OneOf,
    Optional,
    as_date,
    as_optional_date,
    as_sequence,
)
from trophy_engine.rules.filters import Filter, as_filter
from trophy_engine.rules.metadata import Metadata, metadata_field
from trophy_engine.rules.references import TO_METRIC, TO_STREAK, TO_SYSTEM
from trophy_engine.values import Value

__all__ = ["Leaderboard", "LeaderboardStatus", "Order", "RankBy", "RunUnit", "Ties"]

RankBy = Literal["metric", "points", "streak"]
Order = Literal["descending", "ascending"]
Ties = Literal["first", "shared"]
LeaderboardStatus = Literal["active", "inactive", "finished"]

_RANKED_BY: Final = ("metric", "points", "streak")
_UNITS: Final[tuple[RunUnit, ...]] = get_args(RunUnit)
_STATUSES: Final = ("active", "inactive", "finished")


def _check_rank_by_field(kind: str, other: str) -> Callable[[str, str | None, str | None], None]:
    """Return a check that what is ranked by is given as one kind; in place of another, that is the only error."""

    def check(rank_by: str, subject: str | None, other_subject: str | None) -> None:
        if subject is not None and rank_by == other and other_subject is None:
            remedy = "give", FieldName(other, after=","), "or rank by", GivenValue(kind)
            raise InvalidValue(("is not what", FieldName("rank_by"), "names;", *remedy), kind)
        if subject is None and rank_by == kind and other_subject is not None:
            return
        if (subject is not None) != (rank_by == kind):
            raise InvalidValue(
                ("must be given if", FieldName("rank_by"), "is", GivenValue(kind, after=","), "and only then"), kind
            )

    return check


def _check_ranked_streak(rank_by: str, streak: str | None) -> None:
    if streak is not None and rank_by != "streak":
        raise InvalidValue(("must be left out unless", FieldName("rank_by"), "is", GivenValue("streak")), "streak")


def _check_streak_ranking_runs(rank_by: str, run_unit: str | None) -> None:
    if rank_by == "streak" and run_unit is not None:
        fields = FieldName("run_unit"), "and", FieldName("run_interval")
        raise InvalidValue(("a leaderboard by streak has no repeated runs; remove", *fields))


def _check_leaderboard_times(start_time: str | None, end_time: str | None) -> None:
    times = (start_time, end_time)
    if None not in times and time.fromisoformat(str(end_time)) <= time.fromisoformat(str(start_time)):
        raise InvalidValue((f"{end_time} must be after", FieldName("start_time"), str(start_time)), "end_time")


@attrs.frozen
class Leaderboard(Value):
    """A ranking of users by value; of equal values the one that was reached earlier comes first.

    Attributes:
        key: the key by which views refer to it.
        rank_by: ``"metric"``, the metric's aggregate of the user's events in a run, by default their sum;
            ``"points"``, the gain of points in a run; or ``"streak"``, the length of the running streak.
        start: the first local date that counts; with repeated runs, the first date of the first run.
        metric: the key of the metric to rank by.
        points: the key of the points system to rank by.
        streak: the key of the streak to rank by; None for the primary one.
        name: the name for display; the key by default.
        description: the description for display.
        end: the last local date that counts; None for no end.
        start_time: the local time of day from which activity counts; None for midnight.
        end_time: the local time of day before which activity counts; None for midnight.
        run_unit: the unit of the length of runs, ``"day"``, ``"week"`` (seven days from the start), ``"month"`` or
            ``"year"``; None for a single run.
        run_interval: the length of a run in units.
        max_participants: the greatest number of ranked users, in each group.
        breakdown_attributes: keys of user attributes; users with the same values of them form a group.
        user_attributes: the filter on users: only those with all of these attribute values are ranked.
        status: ``"active"``, from its start on; ``"inactive"``, so that it is not shown; or ``"finished"``.
        metadata: what the application wants to find with it: strings, numbers, true and false.
        order: ``"descending"``, the greatest value first, where only values above 0 take part, or ``"ascending"``, the
            least first, where all values do. Without an event in the run a user takes part in neither.
        ties: the ranks of equal values: ``"first"``, consecutive ones, or ``"shared"``, the same, the best of them
            (1, 2, 2, 4). It changes neither the order nor who is ranked.
        time_zone: the time zone of the dates and times of day of all users; None for that of each user.
    """

    conditions: ClassVar[tuple[Condition, ...]] = (
        Condition(
            ("rank_by", "metric", "points"), _check_rank_by_field("metric", "points"), given=("metric", "points")
        ),
        Condition(
            ("rank_by", "points", "metric"), _check_rank_by_field("points", "metric"), given=("points", "metric")
        ),
        Condition(("rank_by", "streak"), _check_ranked_streak, given=("streak",)),
        both_or_neither_condition("run_unit", "run_interval"),
        Condition(("rank_by", "run_unit"), _check_streak_ranking_runs, given=("run_unit",)),
        END_NOT_BEFORE_START,
        Condition(("start_time", "end_time"), _check_leaderboard_times),
    )
    key: str = attrs.field(validator=KEY)
    rank_by: RankBy = attrs.field(validator=OneOf(_RANKED_BY))
    start: date = attrs.field(converter=as_date, validator=LOCAL_DATE)
    metric: str | None = attrs.field(default=None, validator=Optional(KEY), metadata=TO_METRIC)
    points: str | None = attrs.field(default=None, validator=Optional(KEY), metadata=TO_SYSTEM)
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)
    description: str | None = attrs.field(default=None, validator=Optional(TEXT))
    end: date | None = attrs.field(default=None, converter=as_optional_date, validator=Optional(LOCAL_DATE))
    start_time: str | None = attrs.field(default=None, validator=Optional(TIME_OF_DAY))
    end_time: str | None = attrs.field(default=None, validator=Optional(TIME_OF_DAY))
    run_unit: RunUnit | None = attrs.field(default=None, validator=Optional(OneOf(_UNITS)))
    run_interval: int | None = attrs.field(default=None, validator=Optional(Integer(min=1)))
    max_participants: int = attrs.field(default=1000, validator=Integer(min=1))
    breakdown_attributes: tuple[str, ...] = attrs.field(default=(), converter=as_sequence, validator=Keys())
    user_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=FILTER)
    status: LeaderboardStatus = attrs.field(default="active", validator=OneOf(_STATUSES))
    streak: str | None = attrs.field(default=None, validator=Optional(KEY), metadata=TO_STREAK)
    metadata: Metadata = metadata_field()
    order: Order = attrs.field(default="descending", validator=OneOf(get_args(Order)))
    ties: Ties = attrs.field(default="first", validator=OneOf(get_args(Ties)))
    time_zone: str | None = attrs.field(default=None, validator=Optional(TIME_ZONE))

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)

    @property
    def needs_streak(self) -> bool:
        """Whether no user is ranked under rules without a streak."""
        return self.rank_by == "streak"

    def runs(self, day_start: str) -> Runs:
        """Return the runs under rules with a day start."""
        since_midnight = parse_time_of_day(day_start)
        time_zone = None if self.time_zone is None else zone(self.time_zone, since_midnight)
        return Runs(self.start, self.end, self.run_unit, self.run_interval or 1, since_midnight, time_zone)

"""Views of leaderboards: frozen, and made on access."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import attrs

from trophy_engine.calendar.runs import RunStatus
from trophy_engine.numbers import Number
from trophy_engine.rules.leaderboards import Leaderboard, RankBy
from trophy_engine.values import Value

__all__ = ["LeaderboardChange", "LeaderboardRow", "LeaderboardView", "StandingDay", "StandingView"]


@attrs.frozen
class LeaderboardRow(Value):
    """A row of a leaderboard.

    Attributes:
        user_id: the user.
        name: the name of the user, None if unknown.
        rank: from 1; only with shared ties can it be that of other users, too.
        value: the value by which the user is ranked.
    """

    user_id: str
    name: str | None
    rank: int
    value: Number


@attrs.frozen
class LeaderboardView(Value):
    """A run of a leaderboard at an instant.

    Attributes:
        key: the key of the leaderboard.
        name, description: for display.
        rank_by: ``"metric"``, ``"points"`` or ``"streak"``.
        metric, points: the key of the metric, or of the points system, by which it ranks; else None.
        status: ``"scheduled"`` until the first day of the run begins in any zone, ``"finished"`` when its last day is
            over in every zone, or when the rules finish the leaderboard, and ``"active"`` in between; the zone of the
            leaderboard, if it has one, is the only one.
        start, end: the first and the last day of the run; ``end`` is None for a run without end.
        rankings: the rows of the query, best first.
        rule: the rule of the leaderboard.
    """

    key: str
    name: str
    description: str | None
    rank_by: RankBy
    metric: str | None
    points: str | None
    status: RunStatus
    start: date
    end: date | None
    rankings: tuple[LeaderboardRow, ...]
    rule: Leaderboard


@attrs.frozen
class LeaderboardChange(Value):
    """The change of a user's position on one leaderboard by a command, in the run of the day of the command.

    Attributes:
        rank, previous_rank: the rank after and before the command, None if not ranked.
        value, previous_value: the value after and before the command, None if the user does not take part.
        threshold: the least value that ranks a new user; on a full leaderboard with a decimal as the lowest value, that
            value, which must be surpassed. On a full ascending leaderboard the last value, below which a new user must
            be; None while there is room, because every value has a rank.
        group: the user's values of the breakdown attributes.
        start, end: the first and the last day of the run; ``end`` is None for a run without end.
        rule: the rule of the leaderboard.
    """

    rank: int | None
    previous_rank: int | None
    value: Number | None
    previous_value: Number | None
    threshold: Number | None
    group: Mapping[str, str]
    start: date
    end: date | None
    rule: Leaderboard

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """Return the fields for pickle and copy, with the group as a plain dictionary."""
        fields = {field.name: getattr(self, field.name) for field in attrs.fields(LeaderboardChange)}
        return _rebuild_leaderboard_change, ({**fields, "group": dict(self.group)},)


@attrs.frozen
class StandingDay(Value):
    """A day on which a user's position changed: rank and value at its end, and at the end of the day before.

    It is a UTC day, or a day of the leaderboard's time zone.
    """

    date: date
    previous_rank: int | None
    rank: int | None
    previous_value: Number | None
    value: Number | None


@attrs.frozen
class StandingView(Value):
    """The position of one user in one run of a leaderboard.

    Attributes:
        rank, value: None if the user is not ranked.
        status: as in ``LeaderboardView``.
        start, end: the first and the last day of the run; ``end`` is None for a run without end.
        history: the days on which rank or value changed, oldest first.
        rule: the rule of the leaderboard.
    """

    rank: int | None
    value: Number | None
    status: RunStatus
    start: date
    end: date | None
    history: tuple[StandingDay, ...]
    rule: Leaderboard


def _rebuild_leaderboard_change(fields: dict[str, Any]) -> LeaderboardChange:
    return LeaderboardChange(**{**fields, "group": MappingProxyType(fields["group"])})

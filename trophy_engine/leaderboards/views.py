"""What one sees of leaderboards: frozen, made where somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import attrs

from trophy_engine.calendar.runs import RunStatus
from trophy_engine.core import LeaderboardRow
from trophy_engine.numbers import Number
from trophy_engine.rules.leaderboards import Leaderboard, RankBy

__all__ = ["LeaderboardChange", "LeaderboardRow", "LeaderboardView", "StandingDay", "StandingView"]


@attrs.frozen
class LeaderboardView:
    """A run of a leaderboard at an instant.

    Attributes:
        key: the leaderboard's key; ``name`` and ``description`` are what people read.
        rank_by: ``"metric"``, ``"points"`` or ``"streak"``.
        metric: the key of the metric, ``points`` that of the points system, by which it ranks.
        status: ``"scheduled"`` until the first day of the run begins anywhere, ``"finished"`` from when its last is
            over everywhere, or when the rules say so, and ``"active"`` in between.
        start: the first day of the run; ``end`` its last, None where it has none.
        rankings: the rows asked for, best first.
        rule: all that the rules say of it.
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
class LeaderboardChange:
    """What a command did to its user on one leaderboard, in the run that held their local day.

    Attributes:
        rank: where they stand now, None off the board; ``previous_rank`` where they stood.
        value: what they are ranked by now, None where they do not take part; ``previous_value`` what it was.
        threshold: the least value with which somebody new gets onto the board; of a full board by a value that is not
            whole, the lowest value there, which must be surpassed.
        group: the user's values of the breakdown attributes.
        start: the first day of the run; ``end`` its last, None where it has none.
        rule: all that the rules say of the leaderboard.
    """

    rank: int | None
    previous_rank: int | None
    value: Number | None
    previous_value: Number | None
    threshold: Number
    group: Mapping[str, str]
    start: date
    end: date | None
    rule: Leaderboard

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """Pickle and copy by the fields; the group is a plain dictionary in between."""
        fields = {field.name: getattr(self, field.name) for field in attrs.fields(LeaderboardChange)}
        return _make_change, ({**fields, "group": dict(self.group)},)


@attrs.frozen
class StandingDay:
    """Where a user stood at the end of a UTC day on which that changed, and at the end of the day before."""

    date: date
    previous_rank: int | None
    rank: int | None
    previous_value: Number | None
    value: Number | None


@attrs.frozen
class StandingView:
    """One user on one run of a leaderboard.

    Attributes:
        rank: where they stand, None off the board; ``value`` likewise.
        status: as that of a ``LeaderboardView``.
        start: the first day of the run; ``end`` its last, None where it has none.
        history: the days on which rank or value changed, oldest first.
        rule: all that the rules say of the leaderboard.
    """

    rank: int | None
    value: Number | None
    status: RunStatus
    start: date
    end: date | None
    history: tuple[StandingDay, ...]
    rule: Leaderboard


def _make_change(fields: dict[str, Any]) -> LeaderboardChange:
    return LeaderboardChange(**{**fields, "group": MappingProxyType(fields["group"])})

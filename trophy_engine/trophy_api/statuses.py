"""Statuses that come with time: whether a boost or a leaderboard has begun somewhere, and has ended everywhere.

A date begins first where clocks are fourteen hours ahead of UTC, at 10:00 UTC of the day before. It ends last where
they are twelve hours behind, at noon UTC of the day after.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, HOUR, to_micros
from trophy_engine.calendar.runs import Runs
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.points import Boost

BoostStatus = Literal["active", "scheduled", "finished"]
LeaderboardPhase = Literal["inactive", "active", "scheduled", "finished"]

#: When a date begins, from its midnight in UTC.
_BEGINS: Final = -14 * HOUR
#: When a boost for everybody is called finished: one hour after its last date has ended everywhere.
_FINISHED_AFTER: Final = 37 * HOUR


def boost_status(boost: Boost, at: datetime) -> BoostStatus:
    """Return how far a boost is; one for a single user uses dates in UTC."""
    begins, ends = (_BEGINS, _FINISHED_AFTER) if boost.user_id is None else (0, DAY)
    return _status(boost.start, boost.end, to_micros(at), begins, ends)


def leaderboard_status(board: Leaderboard, at: datetime) -> LeaderboardPhase:
    """Return how far a leaderboard is."""
    if board.status != "active":
        return board.status
    return Runs(board.start, board.end).status(0, to_micros(at))


def _status(start: date, end: date | None, at: int, begins: int, ends: int) -> BoostStatus:
    if at < _midnight(start) + begins:
        return "scheduled"
    return "finished" if end is not None and at >= _midnight(end) + ends else "active"


def _midnight(day: date) -> int:
    """Return the midnight of a day in UTC as an instant, which may lie beyond those that a datetime can name."""
    return (day.toordinal() - EPOCH_DAY) * DAY

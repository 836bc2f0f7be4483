"""Statuses that depend on time: whether a boost or leaderboard has started in any time zone and ended in all of them.

A date starts first at UTC+14, at 10:00 UTC of the day before. It ends last at UTC-12, at noon UTC of the day after.
Both are later by the day start of the rules. The dates of a leaderboard with a time zone are those of the zone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import attrs

from trophy_engine.calendar.instants import (
    earliest_zone_midnight,
    latest_zone_day_end,
    parse_time_of_day,
    to_micros,
    utc_midnight,
)
from trophy_engine.notifications.broadcasts import ANNOUNCED_AFTER
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.points import Boost

BoostStatus = Literal["active", "scheduled", "finished"]
LeaderboardPhase = Literal["inactive", "active", "scheduled", "finished"]


def boost_status(boost: Boost, at: datetime, day_start: str) -> BoostStatus:
    """Return the status of a boost at an instant; the dates of a boost for a single user are in UTC."""
    start, end = boost.when.start, boost.when.end
    instant, own = to_micros(at) - parse_time_of_day(day_start), boost.user_id is not None
    if start is not None:
        begins = utc_midnight(start.toordinal()) if own else earliest_zone_midnight(start.toordinal())
        if instant < begins:
            return "scheduled"
    if end is None:
        return "active"
    over = utc_midnight(end.toordinal() + 1) if own else latest_zone_day_end(end.toordinal()) + ANNOUNCED_AFTER
    return "finished" if instant >= over else "active"


def leaderboard_status(board: Leaderboard, at: datetime, day_start: str) -> LeaderboardPhase:
    """Return the status of a leaderboard at an instant."""
    if board.status != "active":
        return board.status
    single_run = attrs.evolve(board.runs(day_start), unit=None)
    return single_run.status(0, to_micros(at))

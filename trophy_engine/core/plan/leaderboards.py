"""The plan of a leaderboard: its runs, the part of the day that counts, and the counter of the users' values."""

from __future__ import annotations

import attrs

from trophy_engine.calendar.runs import Runs
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.aggregation import RunValues
from trophy_engine.core.plan.counters import WindowedCounter
from trophy_engine.core.plan.streak import StreakPlan
from trophy_engine.rules.leaderboards import Leaderboard


@attrs.define(eq=False, repr=False)
class BoardPlan:
    """A leaderboard: its runs, and the part of the day that counts, in microseconds since midnight.

    ``time_zone`` is the zone of its dates and times of day, None for that of each user. ``values`` is the counter of
    the users' values; its windows are the runs. None for a leaderboard by ``streak``. ``counted`` is everything that
    decides which events of a metric count, and how. ``is_timed`` is True if time changes values without a command.
    """

    key: str
    counted: tuple[object, ...] | None
    values: WindowedCounter[RunValues] | None
    streak: StreakPlan | None
    rule: Leaderboard
    runs: Runs
    time_zone: Zone | None
    opens: int
    closes: int
    is_windowed: bool
    is_ascending: bool
    has_shared_ties: bool
    is_timed: bool

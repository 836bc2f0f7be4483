"""Leaderboards: a value is one more counter of a user, which what they do moves within the run of their local day.

Only what a user has gained is kept, by board and run, with the instant at which the present value was reached. Whom a
board is for, and among whom they are ranked, is a matter of their attributes when somebody looks (``group_of``).
LeaderboardRow is done by whoever knows all users.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trophy_engine.calendar.instants import DAY
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.plan import BoardPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.state.run_values import RunValues, Value
from trophy_engine.numbers import Number


def count_for_boards(boards: Iterable[BoardPlan], state: UserState, change: Number, at: int, home: Zone) -> None:
    """Count a change of a metric or of points towards the runs that hold the local day, if the time of day counts."""
    if not change:
        return
    day = home.window(at)[0]
    for board in boards:
        run = board.runs.holding(day)
        if run is None or (board.windowed and not board.opens <= (at + home.offset(at)) % DAY < board.closes):
            continue
        values = state.counters.boards.get(board.key)
        if values is None:
            values = state.counters.boards[board.key] = RunValues()
        values.add(run, change, at)


def values_of(board: BoardPlan, state: UserState) -> dict[int, Value] | RunValues:
    """Give a user's values by run; a board by streak has the length that runs, reached with its last credit."""
    if board.rule.rank_by == "streak":
        streak = state.streak
        return {0: (streak.length, streak.extended_at or state.profile.created)} if streak.length else {}
    return state.counters.boards.get(board.key, {})


def group_of(board: BoardPlan, attributes: Mapping[str, str]) -> tuple[str, ...] | None:
    """Give the group in which a user is ranked, their values of the breakdown attributes, or None for no group."""
    rule = board.rule
    if rule.user_attributes and rule.user_attributes.mismatch(attributes) is not None:
        return None
    if not all(name in attributes for name in rule.breakdown_attributes):
        return None
    return tuple(attributes[name] for name in rule.breakdown_attributes)

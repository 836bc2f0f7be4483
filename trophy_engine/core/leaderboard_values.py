"""Leaderboard values: what a user gains counts in the run that contains their local day.

The state has a value for each leaderboard and run, with the instant at which it was reached. Eligibility and group
follow from the user's attributes at the time of a query (``group_of``). The room ``leaderboards`` ranks the users.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trophy_engine.calendar.instants import DAY
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.plan import BoardPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.state.run_values import RunValues, Value
from trophy_engine.numbers import Number


def count_for_boards(boards: Iterable[BoardPlan], state: UserState, change: Number, at: int, time_zone: Zone) -> None:
    """Add a change of a metric or of points to the runs that contain the local day, if the time of day counts."""
    if not change:
        return
    day = time_zone.window(at)[0]
    for board in boards:
        run = board.runs.run_on(day)
        if run is None or (board.windowed and not board.opens <= (at + time_zone.offset(at)) % DAY < board.closes):
            continue
        values = state.counters.boards.get(board.key)
        if values is None:
            values = state.counters.boards[board.key] = RunValues()
        values.add(run, change, at)


def count_event(
    boards: Iterable[BoardPlan], _: Agenda, state: UserState, value: Number, at: int, __: Mapping[str, str]
) -> None:
    """Count an event towards the leaderboards by its metric."""
    count_for_boards(boards, state, value, at, state.clock.zone)


def count_award(boards: Iterable[BoardPlan], _: Agenda, state: UserState, before: int, total: int, at: int) -> None:
    """Count an award towards the leaderboards by its points system."""
    count_for_boards(boards, state, total - before, at, state.clock.zone)


def values_of(board: BoardPlan, state: UserState) -> dict[int, Value] | RunValues:
    """Return a user's values by run; a leaderboard by streak has one, the current length, if it is not 0."""
    if board.rule.rank_by == "streak":
        streak = state.streak
        return {0: (streak.length, streak.extended_at or state.profile.created)} if streak.length else {}
    return state.counters.boards.get(board.key, {})


def group_of(board: BoardPlan, attributes: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the group in which a user is ranked: the values of the breakdown attributes; None if not eligible."""
    rule = board.rule
    if rule.user_attributes and rule.user_attributes.mismatch(attributes) is not None:
        return None
    if not all(name in attributes for name in rule.breakdown_attributes):
        return None
    return tuple(attributes[name] for name in rule.breakdown_attributes)

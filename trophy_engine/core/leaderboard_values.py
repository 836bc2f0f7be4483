"""Leaderboard values: what a user gains counts in the run that contains the day.

The day is that of the user's time zone, or of the leaderboard's if it has one.

The state has a value for each leaderboard and run, with the instant at which it was reached. Eligibility and group
follow from the user's attributes at the time of a query (``group_of``). The room ``leaderboards`` ranks the users.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trophy_engine.calendar.instants import DAY
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.aggregation import RunValues, Value
from trophy_engine.core.plan import BoardPlan, MetricPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.state.streak import NO_STREAK
from trophy_engine.numbers import Number


def add_item_to_board_values(
    boards: Iterable[BoardPlan], state: UserState, item: Any, at: int, day: int, time_zone: Zone
) -> None:
    """Count an item of an event in the runs that contain its day, if the time of day counts, both in a time zone."""
    for board in boards:
        run = board.runs.window_on(day)
        if board.values is None or run is None:
            continue
        if not board.is_windowed or board.opens <= (at + time_zone.offset(at)) % DAY < board.closes:
            board.values.open(state.counters.windows).add(run, item, at)


def add_event_to_board_values(
    boards: Iterable[BoardPlan],
    metric: MetricPlan,
    agenda: Agenda,
    state: UserState,
    value: Number,
    at: int,
    attributes: Mapping[str, str],
    times: int = 1,
) -> None:
    """Count an event towards the leaderboards by its metric, or by one derived from that, on the user's local day."""
    if metric.is_plain or (metric not in agenda.closed and metric.accepts(value, attributes)):
        day = state.clock.day
        item = metric.item_of(value, attributes, day, times)
        add_item_to_board_values(boards, state, item, at, day, state.clock.zone)


def add_event_to_zoned_board_values(
    time_zone: Zone,
    boards: Iterable[BoardPlan],
    metric: MetricPlan,
    agenda: Agenda,
    state: UserState,
    value: Number,
    at: int,
    attributes: Mapping[str, str],
    times: int = 1,
) -> None:
    """Count an event towards the leaderboards of a time zone by its metric, or by one derived from that."""
    if metric not in agenda.closed and metric.accepts(value, attributes):
        day = time_zone.window(at)[0]
        item = metric.item_of(value, attributes, day, times)
        add_item_to_board_values(boards, state, item, at, day, time_zone)


def add_award_to_board_values(
    boards: Iterable[BoardPlan], _: Agenda, state: UserState, before: int, total: int, at: int
) -> None:
    """Count an award towards the leaderboards by its points system, on the user's local day."""
    day = state.clock.zone.window(at)[0]  # a timed award is paid before the clock has its day
    add_item_to_board_values(boards, state, total - before, at, day, state.clock.zone)


def add_award_to_zoned_board_values(
    time_zone: Zone, boards: Iterable[BoardPlan], _: Agenda, state: UserState, before: int, total: int, at: int
) -> None:
    """Count an award towards the leaderboards of a time zone by its points system."""
    add_item_to_board_values(boards, state, total - before, at, time_zone.window(at)[0], time_zone)


def drop_board_values(board: BoardPlan, state: UserState) -> None:
    """Drop a user's values in all runs of a leaderboard."""
    if board.values is not None:
        state.counters.windows.pop(board.values.index, None)


def leaderboard_values_of(board: BoardPlan, state: UserState) -> dict[int, Value] | RunValues:
    """Return a user's values by run; a leaderboard by streak has one, the current length, if it is not 0."""
    if board.values is None:
        streak = NO_STREAK if board.streak is None else state.streaks[board.streak.place]
        return {0: (streak.length, streak.extended_at or state.profile.created)} if streak.length else {}
    return board.values.find(state.counters.windows) or {}


def group_of(board: BoardPlan, attributes: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the group in which a user is ranked: the values of the breakdown attributes; None if not eligible."""
    rule = board.rule
    if rule.user_attributes and rule.user_attributes.mismatch(attributes) is not None:
        return None
    if not all(name in attributes for name in rule.breakdown_attributes):
        return None
    return tuple(attributes[name] for name in rule.breakdown_attributes)

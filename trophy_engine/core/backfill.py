"""Backfill: counting the past of a user for a leaderboard that was added later."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trophy_engine.core.leaderboard_values import add_item_to_board_values, drop_board_values
from trophy_engine.core.past_events import PastEvent, is_metric_source_in_plan, is_past_event_counted, past_events_of
from trophy_engine.core.plan import BoardPlan, Plan
from trophy_engine.core.state import UserState
from trophy_engine.core.transition import Transition


def find_boards_to_backfill(before: Plan, after: Plan) -> tuple[str, ...]:
    """List the leaderboards that must be counted from the log, because the plan before did not count them in this way.

    A leaderboard by streak is never recounted. One that is no longer active keeps its values.
    """
    return tuple(
        key
        for key, board in after.boards.items()
        if board.rule.rank_by != "streak" and not _was_board_counted(before.boards.get(key), board)
    )


def _was_board_counted(before: BoardPlan | None, after: BoardPlan) -> bool:
    if before is None or _board_backfill_key(before) != _board_backfill_key(after):
        return False
    return before.rule.status == "active" or after.rule.status != "active"


def _board_backfill_key(board: BoardPlan) -> tuple[Any, ...]:
    """Return everything that decides what a leaderboard counts for a user.

    The order does, because an ascending leaderboard has a value of 0, too.
    """
    rule = board.rule
    return rule.rank_by, board.counted, rule.points, board.runs, rule.time_zone, board.opens, board.closes, rule.order


def backfill_boards(state: UserState, plan: Plan, transitions: Iterable[Transition], keys: Iterable[str]) -> None:
    """Replace a user's values in some leaderboards by those of the whole history, in the zone that the user had then.

    Args:
        state: the state to change.
        plan: the rules by which the leaderboards count.
        transitions: the user's history, from its beginning.
        keys: the leaderboards; those that the plan does not know, or that rank by streak, are ignored.
    """
    boards = [plan.boards[key] for key in keys if key in plan.boards]
    for board in boards:
        drop_board_values(board, state)
    plan_then = None
    for transition in transitions if boards else ():
        if transition.plan is not plan_then:
            plan_then = transition.plan
            for board in boards:
                if not _has_board_source(plan_then, plan, board):
                    drop_board_values(board, state)
        for event in past_events_of(transition):
            for board in boards:
                _backfill_board_event(plan, plan_then, board, state, event)


def _has_board_source(plan_then: Plan, plan: Plan, board: BoardPlan) -> bool:
    """Return True if the rules of that time have what a leaderboard ranks by."""
    if board.rule.metric is not None:
        return is_metric_source_in_plan(plan_then, plan.metrics[board.rule.metric])
    return any(system.key == board.rule.points for system in plan_then.systems)


def _backfill_board_event(plan: Plan, plan_then: Plan, board: BoardPlan, state: UserState, event: PastEvent) -> None:
    """Count a past event or award for a leaderboard, if it is one of its metric or its points system."""
    time_zone = event.zone if board.rule.time_zone is None else plan_then.zone(board.rule.time_zone)
    day = time_zone.window(event.at)[0]
    if board.rule.metric is None:
        if event.kind == "points" and event.key == board.rule.points:
            add_item_to_board_values((board,), state, event.value, event.at, day, time_zone)
        return
    metric = plan.metrics[board.rule.metric]
    if is_past_event_counted(event, metric):
        item = metric.item_of(event.value, event.attributes, day, event.times)
        add_item_to_board_values((board,), state, item, event.at, day, time_zone)

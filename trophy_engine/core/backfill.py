"""Backfill: what a leaderboard that is new to a history would have counted, had it been there from its start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trophy_engine.calendar.zones import zone
from trophy_engine.core.effects import MetricChanged, PointsAwarded, UserChanged, UserCreated
from trophy_engine.core.leaderboard_values import count_for_boards
from trophy_engine.core.plan import BoardPlan, Plan
from trophy_engine.core.state import UserState
from trophy_engine.core.transition import Transition


def boards_to_recount(before: Plan, after: Plan) -> tuple[str, ...]:
    """List the boards whose values the history must be asked for, because another plan has not counted them so far.

    A board by streak has nothing to recount. One that was stopped keeps what it has.
    """
    return tuple(
        key
        for key, board in after.boards.items()
        if board.rule.rank_by != "streak" and not _has_counted(before.boards.get(key), board)
    )


def _has_counted(before: BoardPlan | None, after: BoardPlan) -> bool:
    if before is None or _counts(before) != _counts(after):
        return False
    return before.rule.status == "active" or after.rule.status != "active"


def _counts(board: BoardPlan) -> tuple[Any, ...]:
    """Give all that decides what a board counts for a user."""
    return board.rule.rank_by, board.rule.metric, board.rule.points, board.runs, board.opens, board.closes


def recount_boards(state: UserState, plan: Plan, transitions: Iterable[Transition], keys: Iterable[str]) -> None:
    """Count a user's whole past towards some boards again, each activity in the zone that the user had then.

    Args:
        state: the user, whose values of these boards are replaced.
        plan: the rules that say how the boards count.
        transitions: the user's history, from its beginning.
        keys: the boards; those that the plan does not know, or that rank by streak, are left out.
    """
    by_counter: dict[tuple[Any, str | None], list[BoardPlan]] = {}
    for board in (plan.boards[key] for key in keys if key in plan.boards):
        state.counters.boards.pop(board.key, None)
        kind = MetricChanged if board.rule.metric is not None else PointsAwarded
        by_counter.setdefault((kind, board.rule.metric or board.rule.points), []).append(board)
    home, then = state.clock.zone, None
    for transition in transitions:
        if transition.plan is not then:
            then = transition.plan
            _drop_uncounted(state, then, by_counter)
        for raw in transition.effects:
            kind, _, at, subject = raw[:4]
            if kind is UserCreated:
                home = zone(subject)
            elif kind is UserChanged and subject == "time_zone":
                home = zone(raw[5])
            elif (kind, subject) in by_counter:
                change = raw[4] if kind is MetricChanged else raw[5]
                count_for_boards(by_counter[kind, subject], state, change, at, home)


def _drop_uncounted(
    state: UserState, then: Plan, by_counter: Mapping[tuple[Any, str | None], Iterable[BoardPlan]]
) -> None:
    """Begin at nothing where the rules of then did not have what is counted: it was removed and made again since."""
    known = {(MetricChanged, key) for key in then.metrics} | {(PointsAwarded, system.key) for system in then.systems}
    for counter in by_counter.keys() - known:
        for board in by_counter[counter]:
            state.counters.boards.pop(board.key, None)

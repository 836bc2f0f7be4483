"""Backfill: counting the past of a user for a leaderboard that was added later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trophy_engine.calendar.zones import Zone
from trophy_engine.core.commands import Record, UserCommand
from trophy_engine.core.effects import MetricChanged, PointsAwarded, RawEffect, UserChanged, UserCreated
from trophy_engine.core.leaderboard_values import count_for_boards, drop_values
from trophy_engine.core.plan import BoardPlan, Plan
from trophy_engine.core.state import UserState
from trophy_engine.core.transition import Transition


def boards_to_recount(before: Plan, after: Plan) -> tuple[str, ...]:
    """List the leaderboards that must be counted from the log, because the plan before did not count them in this way.

    A leaderboard by streak is never recounted. One that is no longer active keeps its values.
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
    """Return everything that decides what a leaderboard counts for a user.

    The order does, because an ascending leaderboard has a value of 0, too.
    """
    rule = board.rule
    return rule.rank_by, board.counted, rule.points, board.runs, rule.time_zone, board.opens, board.closes, rule.order


def recount_boards(state: UserState, plan: Plan, transitions: Iterable[Transition], keys: Iterable[str]) -> None:
    """Replace a user's values in some leaderboards by those of the whole history, in the zone that the user had then.

    Args:
        state: the state to change.
        plan: the rules by which the leaderboards count.
        transitions: the user's history, from its beginning.
        keys: the leaderboards; those that the plan does not know, or that rank by streak, are ignored.
    """
    by_counter: dict[tuple[Any, str | None], list[BoardPlan]] = {}
    for board in (plan.boards[key] for key in keys if key in plan.boards):
        drop_values(board, state)
        subject = (
            (PointsAwarded, board.rule.points)
            if board.rule.metric is None
            else (MetricChanged, plan.metrics[board.rule.metric].source)
        )
        by_counter.setdefault(subject, []).append(board)
    time_zone, plan_then = state.clock.zone, None
    for transition in transitions:
        if transition.plan is not plan_then:
            plan_then = transition.plan
            time_zone = plan_then.zone(time_zone.name)
            _drop_uncounted(state, plan_then, by_counter)
        for raw in transition.effects:
            kind, _, _, subject = raw[:4]
            if kind is UserCreated:
                time_zone = plan_then.zone(subject)
            elif kind is UserChanged and subject == "time_zone":
                time_zone = plan_then.zone(raw[5])
            elif (kind, subject) in by_counter:
                boards = by_counter[kind, subject]
                _count(plan, plan_then, boards, state, raw, transition.command, time_zone)


def _count(
    plan: Plan,
    plan_then: Plan,
    boards: Iterable[BoardPlan],
    state: UserState,
    raw: RawEffect,
    command: UserCommand | None,
    user_zone: Zone,
) -> None:
    """Count a past change of a recorded metric, or a past award, for leaderboards."""
    is_award, at = raw[0] is PointsAwarded, raw[2]
    if not is_award and (not isinstance(command, Record) or command.metric != raw[3]):
        return  # the metric was derived then
    attributes = dict(command.attributes) if isinstance(command, Record) else {}
    for board in boards:
        time_zone = user_zone if board.rule.time_zone is None else plan_then.zone(board.rule.time_zone)
        day = time_zone.window(at)[0]
        if is_award:
            count_for_boards((board,), state, raw[5], at, day, time_zone)
            continue
        metric = plan.metrics[str(board.rule.metric)]
        if metric.accepts(raw[4], attributes):
            count_for_boards((board,), state, metric.item_of(raw[4], attributes, day), at, day, time_zone)


def _drop_uncounted(
    state: UserState, plan_then: Plan, by_counter: Mapping[tuple[Any, str | None], Iterable[BoardPlan]]
) -> None:
    """Reset the recounted values if the rules of that time lack the metric or the points system."""
    known = {(MetricChanged, key) for key in plan_then.metrics} | {
        (PointsAwarded, system.key) for system in plan_then.systems
    }
    for counter in by_counter.keys() - known:
        for board in by_counter[counter]:
            drop_values(board, state)

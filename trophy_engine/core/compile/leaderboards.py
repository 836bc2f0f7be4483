"""Compiling leaderboards: their runs and values, and the metrics and points systems that they observe."""

from __future__ import annotations

from functools import partial

from trophy_engine.calendar.instants import DAY, parse_time_of_day
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.aggregation import AGGREGATES, RunValues, aggregate_without_start
from trophy_engine.core.leaderboard_values import (
    add_award_to_board_values,
    add_award_to_zoned_board_values,
    add_event_to_board_values,
    add_event_to_zoned_board_values,
)
from trophy_engine.core.plan import BoardPlan, Plan, WindowedCounter
from trophy_engine.rules.leaderboards import Leaderboard


def compile_leaderboards(plan: Plan) -> None:
    """Add the leaderboards, and let those that are active observe their metrics and points systems."""
    for rule in plan.ruleset.leaderboards:
        if rule.status != "inactive":
            plan.boards[rule.key] = _compile_leaderboard(plan, rule)
    by_metric: dict[tuple[str, Zone | None], list[BoardPlan]] = {}
    by_system: dict[tuple[str, Zone | None], list[BoardPlan]] = {}
    for board in plan.boards.values():
        if board.rule.status != "active":
            continue
        if board.rule.metric is not None:
            by_metric.setdefault((board.rule.metric, board.time_zone), []).append(board)
        if board.rule.points is not None:
            by_system.setdefault((board.rule.points, board.time_zone), []).append(board)
    for (key, time_zone), boards in by_metric.items():
        metric = plan.metrics[key]
        count = add_event_to_board_values if time_zone is None else partial(add_event_to_zoned_board_values, time_zone)
        plan.metrics[metric.source].observers.append(partial(count, boards, metric))
    for (key, time_zone), boards in by_system.items():
        count_points = (
            add_award_to_board_values if time_zone is None else partial(add_award_to_zoned_board_values, time_zone)
        )
        plan.system(key).observers.append(partial(count_points, boards))


def _compile_leaderboard(plan: Plan, rule: Leaderboard) -> BoardPlan:
    runs = rule.runs(plan.ruleset.day_start)
    return BoardPlan(
        key=rule.key,
        counted=None if rule.metric is None else plan.metrics[rule.metric].counted,
        values=None if rule.rank_by == "streak" else _add_leaderboard_counter(plan, rule),
        streak=plan.streak_of(rule.streak) if rule.rank_by == "streak" and plan.streaks else None,
        rule=rule,
        runs=runs,
        time_zone=runs.time_zone,
        opens=0 if rule.start_time is None else parse_time_of_day(rule.start_time),
        closes=DAY if rule.end_time is None else parse_time_of_day(rule.end_time),
        is_windowed=rule.start_time is not None or rule.end_time is not None,
        is_ascending=rule.order == "ascending",
        has_shared_ties=rule.ties == "shared",
        is_timed=rule.metric is None or not isinstance(plan.metrics[rule.metric].rule.source, str | None),
    )


def _add_leaderboard_counter(plan: Plan, rule: Leaderboard) -> WindowedCounter[RunValues]:
    aggregate = AGGREGATES["sum"] if rule.metric is None else plan.metrics[rule.metric].aggregate
    if rule.order == "ascending":
        aggregate = aggregate_without_start(
            aggregate
        )  # all values are ranked, those of a user without an event are none
    return plan.add_windowed_counter(
        partial(RunValues, aggregate), partial(RunValues.load, aggregate), "leaderboard", rule.key
    )

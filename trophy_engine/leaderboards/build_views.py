"""Building the views of leaderboards: of a run, of a user's standing in it, and of a change of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from types import MappingProxyType

from trophy_engine.calendar.runs import RunStatus
from trophy_engine.core import BoardPlan
from trophy_engine.leaderboards.index import Position
from trophy_engine.leaderboards.run_ranking import Group
from trophy_engine.leaderboards.views import (
    LeaderboardChange,
    LeaderboardRow,
    LeaderboardView,
    StandingDay,
    StandingView,
)
from trophy_engine.numbers import Number


def build_leaderboard_change(
    board: BoardPlan, run: int, before: Position, after: Position, threshold: Number | None, group: Group
) -> LeaderboardChange:
    """Return the change of a user's position in a run, with the threshold of the user's group."""
    start, end = leaderboard_run_dates(board, run)
    return LeaderboardChange(
        rank=after[0],
        previous_rank=before[0],
        value=after[1],
        previous_value=before[1],
        threshold=threshold,
        group=MappingProxyType(dict(zip(board.rule.breakdown_attributes, group, strict=False))),
        start=start,
        end=end,
        rule=board.rule,
    )


def build_past_standing(board: BoardPlan, run: int, at: int, history: Sequence[StandingDay]) -> StandingView:
    """Return the standing of a user in a run as of the last day of its history."""
    start, end = leaderboard_run_dates(board, run)
    last = history[-1] if history else None
    return StandingView(
        rank=None if last is None else last.rank,
        value=None if last is None else last.value,
        status=leaderboard_run_status(board, run, at),
        start=start,
        end=end,
        history=tuple(history),
        rule=board.rule,
    )


def build_leaderboard_view(
    board: BoardPlan, run: int, at: int, rankings: Iterable[LeaderboardRow] = ()
) -> LeaderboardView:
    """Return the view of a run at an instant, with rows of its ranking."""
    rule = board.rule
    start, end = leaderboard_run_dates(board, run)
    return LeaderboardView(
        key=rule.key,
        name=rule.name,
        description=rule.description,
        rank_by=rule.rank_by,
        metric=rule.metric,
        points=rule.points,
        status=leaderboard_run_status(board, run, at),
        start=start,
        end=end,
        rankings=tuple(rankings),
        rule=rule,
    )


def leaderboard_run_status(board: BoardPlan, run: int, at: int) -> RunStatus:
    """Return the status of a run at an instant."""
    return "finished" if board.rule.status == "finished" else board.runs.status(run, at)


def leaderboard_run_dates(board: BoardPlan, run: int) -> tuple[date, date | None]:
    """Return the first and the last day of a run."""
    last = board.runs.last_day(run)
    return date.fromordinal(board.runs.first_day(run)), None if last is None else date.fromordinal(last)

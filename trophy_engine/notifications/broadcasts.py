"""Occasions: what concerns everybody and comes at an instant in UTC.

A run of a leaderboard, or a boost for everybody, starts somewhere on earth at 10:00 UTC of the day before, and at 13:00
UTC of the day after it is surely over. Occasions follow from the rules alone, so that those between two instants can be
told whenever somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, HOUR
from trophy_engine.core.effects import (
    BoostFinished,
    BoostStarted,
    LeaderboardFinished,
    LeaderboardStarted,
    RawEffect,
)
from trophy_engine.core.leaderboard_row import LeaderboardRow
from trophy_engine.core.plan import BoardPlan, Plan

__all__ = ["EVERYBODY", "finished_early", "occasions"]

#: Stands for the user of what concerns nobody in particular.
EVERYBODY: Final = ""
_STARTS: Final = -DAY + 10 * HOUR
_IS_OVER: Final = 13 * HOUR
#: Between the instant at which a run is over everywhere and that at which it is told.
_COUNTING: Final = HOUR

Rankings = tuple[LeaderboardRow, ...]
#: Gives the first rows of a run as they stood when it closed; the runs come in the order in which they close.
Top = Callable[[BoardPlan, int], Rankings]


def occasions(plan: Plan, since: int, until: int, top: Top) -> list[RawEffect]:
    """List what there is to tell after an instant and up to another, in order of time."""
    found = [*_of_boosts(plan, since, until)]
    for board in plan.boards.values():
        if board.rule.status == "active":
            found += _of_runs(board, since, until)
    found.sort(key=lambda raw: raw[2])
    return [(*raw[:-1], top(*raw[-1])) if raw[0] is LeaderboardFinished else raw for raw in found]


def finished_early(
    before: Plan, after: Plan, at: int, top: Callable[[BoardPlan, int, int], Rankings]
) -> list[RawEffect]:
    """List the leaderboards that other rules have finished before their end, each with its first rows."""
    found: list[RawEffect] = []
    for key, board in after.boards.items():
        former = before.boards.get(key)
        run = board.runs.nearest(at // DAY + EPOCH_DAY)
        first_day, last_day, closes = board.runs.first_day(run), board.runs.last_day(run), board.runs.closes(run)
        stopped = board.rule.status == "finished" and former is not None and former.rule.status == "active"
        if stopped and board.runs.opens(run) <= at and (closes is None or at < closes + _COUNTING):
            found.append((LeaderboardFinished, EVERYBODY, at, key, first_day, last_day, top(board, run, at)))
    return found


def _of_boosts(plan: Plan, since: int, until: int) -> Iterator[RawEffect]:
    for boost in plan.notices.boosts if plan.notices is not None else ():
        starts = _midnight(boost.start) + _STARTS
        if since < starts <= until:
            yield BoostStarted, EVERYBODY, starts, boost.system, boost.rule
        over = None if boost.after is None else _midnight(boost.after) + _IS_OVER
        if over is not None and since < over <= until:
            yield BoostFinished, EVERYBODY, over, boost.system, boost.rule


def _midnight(day: int) -> int:
    return (day - EPOCH_DAY) * DAY


def _of_runs(board: BoardPlan, since: int, until: int) -> Iterator[RawEffect]:
    """Walk the runs that start and finish; one that finishes has itself in the place of its first rows."""
    runs = board.runs
    run = max(runs.nearest(since // DAY + EPOCH_DAY) - 1, 0)
    while (opens := runs.opens(run)) <= until and runs.holding(runs.first_day(run)) == run:
        first_day, last_day, closes = runs.first_day(run), runs.last_day(run), runs.closes(run)
        if since < opens:
            yield LeaderboardStarted, EVERYBODY, opens, board.key, first_day, last_day
        if closes is not None and since < closes + _COUNTING <= until:
            yield LeaderboardFinished, EVERYBODY, closes + _COUNTING, board.key, first_day, last_day, (board, run)
        run += 1

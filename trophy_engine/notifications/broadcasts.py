"""Broadcasts: effects that concern all users, at instants in UTC.

A run of a leaderboard, or a boost for everybody, starts somewhere on earth at 10:00 UTC of the day before, and at 13:00
UTC of the day after its end is announced. Broadcasts follow from the rules alone, so that those between two instants
can be computed at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from trophy_engine.calendar.instants import DAY, EPOCH_DAY, HOUR, begins_anywhere, over_everywhere
from trophy_engine.core.effects import (
    BoostFinished,
    BoostStarted,
    LeaderboardFinished,
    LeaderboardStarted,
    RawEffect,
)
from trophy_engine.core.leaderboard_row import LeaderboardRow
from trophy_engine.core.plan import BoardPlan, Plan

#: The user of an effect that concerns all users.
EVERYBODY: Final = ""
#: How long after a day is over everywhere its end is announced.
ANNOUNCED_AFTER: Final = HOUR

Rankings = tuple[LeaderboardRow, ...]
#: Gives the first rows of a run as they stood when it closed; the runs come in the order in which they close.
Top = Callable[[BoardPlan, int], Rankings]


def broadcasts_between(plan: Plan, since: int, until: int, top: Top) -> list[RawEffect]:
    """List the broadcasts after an instant and up to another, in order of time."""
    found = [*_of_boosts(plan, since, until)]
    for board in plan.boards.values():
        if board.rule.status == "active":
            found += _of_runs(board, since, until)
    found.sort(key=lambda raw: raw[2])
    return [(*raw[:-1], top(*raw[-1])) if raw[0] is LeaderboardFinished else raw for raw in found]


def finished_early(
    before: Plan, after: Plan, at: int, top: Callable[[BoardPlan, int, int], Rankings]
) -> list[RawEffect]:
    """List the ends of leaderboards that other rules have finished before their time, each with its first rows."""
    found: list[RawEffect] = []
    for key, board in after.boards.items():
        former = before.boards.get(key)
        run = board.runs.nearest(at // DAY + EPOCH_DAY)
        first_day, last_day, closes = board.runs.first_day(run), board.runs.last_day(run), board.runs.closes(run)
        stopped = board.rule.status == "finished" and former is not None and former.rule.status == "active"
        if stopped and board.runs.opens(run) <= at and (closes is None or at < closes + ANNOUNCED_AFTER):
            found.append((LeaderboardFinished, EVERYBODY, at, key, first_day, last_day, top(board, run, at)))
    return found


def _of_boosts(plan: Plan, since: int, until: int) -> Iterator[RawEffect]:
    for boost in plan.notices.boosts if plan.notices is not None else ():
        starts = begins_anywhere(boost.start)
        if since < starts <= until:
            yield BoostStarted, EVERYBODY, starts, boost.system, boost.rule
        over = None if boost.after is None else over_everywhere(boost.after - 1) + ANNOUNCED_AFTER
        if over is not None and since < over <= until:
            yield BoostFinished, EVERYBODY, over, boost.system, boost.rule


def _of_runs(board: BoardPlan, since: int, until: int) -> Iterator[RawEffect]:
    """Walk the runs that start and finish; one that finishes has itself in the place of its first rows."""
    runs = board.runs
    run = max(runs.nearest(since // DAY + EPOCH_DAY) - 1, 0)
    while (opens := runs.opens(run)) <= until and runs.holding(runs.first_day(run)) == run:
        first_day, last_day, closes = runs.first_day(run), runs.last_day(run), runs.closes(run)
        if since < opens:
            yield LeaderboardStarted, EVERYBODY, opens, board.key, first_day, last_day
        if closes is not None and since < closes + ANNOUNCED_AFTER <= until:
            yield LeaderboardFinished, EVERYBODY, closes + ANNOUNCED_AFTER, board.key, first_day, last_day, (board, run)
        run += 1

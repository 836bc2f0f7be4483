"""Broadcasts: effects that concern all users, at instants in UTC.

The start of a run of a leaderboard, or of a boost for all users, is announced when its first day begins in any zone, at
10:00 UTC of the day before; the end at 13:00 UTC of the day after its last day; both later by the day start of the
rules. The start and the end of a run of a leaderboard with a time zone are announced when the date changes there.
Broadcasts follow from the rules alone, so that those between two instants can be computed at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Final, NamedTuple

from trophy_engine.calendar.instants import HOUR, earliest_zone_midnight, latest_zone_day_end
from trophy_engine.core import BoardPlan, Plan, RawEffect
from trophy_engine.leaderboards.views import LeaderboardRow
from trophy_engine.notifications.effects import BoostFinished, BoostStarted, LeaderboardFinished, LeaderboardStarted
from trophy_engine.notifications.plan import NotificationPlan

#: The user of an effect that concerns all users.
ALL_USERS: Final = ""
#: The delay between the end of a day in every zone and the announcement.
ANNOUNCED_AFTER: Final = HOUR

Rankings = tuple[LeaderboardRow, ...]
#: Returns the first rows of a run as of an instant; called in the order of the instants.
RankingsAt = Callable[[BoardPlan, int, int], Rankings]


class _Broadcast(NamedTuple):
    """A broadcast at an instant; about a run, ``fields`` lack the rankings: those of ``ranked`` (run and instant)."""

    at: int
    fields: RawEffect
    ranked: tuple[BoardPlan, int, int] | None = None


def broadcasts_between(
    plan: Plan, rules: NotificationPlan, since: int, until: int, rankings_at: RankingsAt
) -> list[RawEffect]:
    """List the broadcasts after an instant and up to another, in order of time."""
    broadcasts = [*_boost_broadcasts(rules, since, until)]
    for board in plan.boards.values():
        if board.rule.status == "active":
            broadcasts += _run_broadcasts(board, since, until)
    broadcasts.sort(key=attrgetter("at"))
    return [fields if ranked is None else (*fields, rankings_at(*ranked)) for _, fields, ranked in broadcasts]


def broadcasts_of_early_ends(
    before: Plan, after: Plan, at: int, top_rows: Callable[[BoardPlan, int, int], Rankings]
) -> list[RawEffect]:
    """List the effects for runs of leaderboards that a change of rules has ended early, each with its first rows."""
    broadcasts: list[RawEffect] = []
    for key, board in after.boards.items():
        former = before.boards.get(key)
        run = board.runs.nearest(board.runs.day_at(at))
        first_day, last_day, closes = board.runs.first_day(run), board.runs.last_day(run), board.runs.closes(run)
        stopped = board.rule.status == "finished" and former is not None and former.rule.status == "active"
        if (
            stopped
            and board.runs.opens(run) <= at
            and (closes is None or at < _instant_of_end_broadcast(board, closes))
        ):
            broadcasts.append((LeaderboardFinished, ALL_USERS, at, key, first_day, last_day, top_rows(board, run, at)))
    return broadcasts


def _boost_broadcasts(rules: NotificationPlan, since: int, until: int) -> Iterator[_Broadcast]:
    for boost in rules.boosts:
        starts = None if boost.start is None else earliest_zone_midnight(boost.start) + rules.day_start
        if starts is not None and since < starts <= until:
            yield _Broadcast(starts, (BoostStarted, ALL_USERS, starts, boost.system, boost.rule))
        over = None if boost.after is None else latest_zone_day_end(boost.after - 1) + rules.day_start + ANNOUNCED_AFTER
        if over is not None and since < over <= until:
            yield _Broadcast(over, (BoostFinished, ALL_USERS, over, boost.system, boost.rule))


def _instant_of_end_broadcast(board: BoardPlan, closes: int) -> int:
    """Return the instant at which the end of a run that closes at an instant is announced."""
    return closes + ANNOUNCED_AFTER if board.time_zone is None else closes


def _run_broadcasts(board: BoardPlan, since: int, until: int) -> Iterator[_Broadcast]:
    runs = board.runs
    run = max(runs.nearest(runs.day_at(since)) - 1, 0)
    while (opens := runs.opens(run)) <= until and runs.window_on(runs.first_day(run)) == run:
        first_day, last_day, closes = runs.first_day(run), runs.last_day(run), runs.closes(run)
        if since < opens:
            started = LeaderboardStarted, ALL_USERS, opens, board.key, first_day, last_day
            if board.rule.rank_by == "streak":
                yield _Broadcast(opens, started, (board, run, opens))
            else:  # gains within the run
                yield _Broadcast(opens, (*started, ()))
        over = None if closes is None else _instant_of_end_broadcast(board, closes)
        if closes is not None and over is not None and since < over <= until:
            finished = LeaderboardFinished, ALL_USERS, over, board.key, first_day, last_day
            yield _Broadcast(over, finished, (board, run, closes - 1))
        run += 1

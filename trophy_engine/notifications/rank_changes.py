"""Rank changes: their notifications, at a bounded rate.

The first change of a user's rank on a leaderboard is announced at once; those within the throttle window after it are
combined into one at its end, which begins the next window. The same applies to a leaderboard as a whole. Pending
changes are announced with the next command, or when all users are settled, as of the instant at which they were due.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import chain
from typing import Final, NamedTuple, TypeVar

from trophy_engine.core import RawEffect
from trophy_engine.leaderboards.index import LeaderboardIndex
from trophy_engine.leaderboards.leaderboards import Move
from trophy_engine.leaderboards.query_arguments import DEFAULT_LIMIT
from trophy_engine.leaderboards.run_ranking import Displaced, value_in_rank_key
from trophy_engine.notifications.effects import LeaderboardChanged, RankChanged
from trophy_engine.numbers import Number

V = TypeVar("V")
#: The user of an effect that concerns the whole leaderboard.
_ALL_USERS: Final = ""
#: A leaderboard and a user, or ``_ALL_USERS``.
_Name = tuple[str, str]


class _Rank(NamedTuple):
    """A change of rank and value in the run that starts on ``day``; all None for a leaderboard as a whole."""

    day: int
    rank: int | None = None
    previous: int | None = None
    value: Number | None = None
    previous_value: Number | None = None


class RankNotifier:
    """The notifications of rank changes that are pending or throttled.

    Args:
        throttle: the length of the window in which changes are combined, in microseconds; 0 for none.
        closes: by leaderboard and user, the end of the window.
        waiting: by leaderboard and user, the change that is pending until then.
    """

    def __init__(
        self, throttle: int, closes: Mapping[_Name, int] | None = None, waiting: Mapping[_Name, _Rank] | None = None
    ) -> None:
        self._throttle = throttle
        self._closes = dict(closes or {})
        self._waiting = dict(waiting or {})
        self._former: dict[_Name, tuple[int | None, _Rank | None]] = {}
        self._sort_due_rank_changes()

    def _sort_due_rank_changes(self) -> None:
        self._due = sorted((self._closes[name], *name) for name in self._waiting)

    def mark(self) -> None:
        """Mark the present, to which ``return_to_mark`` returns."""
        self._former.clear()

    def return_to_mark(self) -> None:
        """Return to what was marked last."""
        for name, (closes, waiting) in self._former.items():
            _restore_rank_notification(self._closes, name, closes)
            _restore_rank_notification(self._waiting, name, waiting)
        if self._former:
            self._sort_due_rank_changes()
            self._former.clear()

    def _keep_former_rank_change(self, name: _Name) -> None:
        if name not in self._former:
            self._former[name] = self._closes.get(name), self._waiting.get(name)

    def copy(self) -> RankNotifier:
        """Return an independent copy."""
        return RankNotifier(self._throttle, self._closes, self._waiting)

    def with_rules(self, throttle: int, boards: Container[str]) -> RankNotifier:
        """Return a copy under other rules, without the changes on removed leaderboards."""
        closes = {name: at for name, at in self._closes.items() if name[0] in boards}
        return RankNotifier(throttle, closes, {name: rank for name, rank in self._waiting.items() if name[0] in boards})

    def collect_due(self, until: int, index: LeaderboardIndex) -> Iterator[RawEffect]:
        """Yield the effects of pending changes that are due by an instant; the index is as of it."""
        while self._due and self._due[0][0] <= until:
            at, board, user = heappop(self._due)
            self._keep_former_rank_change((board, user))
            change = self._waiting.pop((board, user))
            if change.rank != change.previous or user == _ALL_USERS:
                self._closes[board, user] = at + self._throttle
                yield _rank_change_effect(board, user, at, change, index)

    def record_move(self, user: str, move: Move, index: LeaderboardIndex, at: int) -> Iterator[RawEffect]:
        """Yield the effects of a move for the user, the displaced users and the leaderboard; queue throttled ones."""
        board, before, after = move.board, move.before, move.after
        displaced = _displaced_users_to_notify(move, index)
        if (before[0], before[2]) == (after[0], after[2]):
            displaced = list(displaced) if board.has_shared_ties else ()
            if not displaced:
                return
        day = board.runs.first_day(move.run)
        if before[0] != after[0]:
            yield from self._notify_of_rank_change(
                board.key, user, at, _Rank(day, after[0], before[0], after[1], before[1]), index
            )
        for key, rank, previous in displaced:
            value = value_in_rank_key(board, key)
            yield from self._notify_of_rank_change(
                board.key, key[3], at, _Rank(day, rank, previous, value, value), index
            )
        yield from self._notify_of_rank_change(board.key, _ALL_USERS, at, _Rank(day), index)

    def _notify_of_rank_change(
        self, board: str, user: str, at: int, change: _Rank, index: LeaderboardIndex
    ) -> Iterator[RawEffect]:
        name = board, user
        self._keep_former_rank_change(name)
        waiting, closes = self._waiting.get(name), self._closes.get(name, at)
        if waiting is not None:
            if waiting.day == change.day:
                change = change._replace(previous=waiting.previous, previous_value=waiting.previous_value)
            self._waiting[name] = change
        elif at < closes:
            self._waiting[name] = change
            heappush(self._due, (closes, board, user))
        else:
            if self._throttle:
                self._closes[name] = at + self._throttle
            yield _rank_change_effect(board, user, at, change, index)


def _restore_rank_notification(values: dict[_Name, V], name: _Name, former: V | None) -> None:
    if former is None:
        values.pop(name, None)
    else:
        values[name] = former


def _rank_change_effect(board: str, user: str, at: int, change: _Rank, index: LeaderboardIndex) -> RawEffect:
    if user == _ALL_USERS:
        plan = index.plan.boards[board]
        rows = index.first_rows(plan, plan.runs.nearest(change.day), min(DEFAULT_LIMIT, plan.rule.max_participants))
        return LeaderboardChanged, user, at, board, change.day, rows
    return (RankChanged, user, at, board, *change)


def _displaced_users_to_notify(move: Move, index: LeaderboardIndex) -> Iterable[Displaced]:
    """Return the other users whose ranks a move changed."""
    ranking = index.ranking(move.board, move.run)
    (_, _, left, before), (_, _, joined, after) = move.before, move.after
    if left == joined:
        return () if left is None else ranking.displaced(left, before, after)
    behind = () if left is None else ranking.displaced(left, before, None)
    ahead = () if joined is None else ranking.displaced(joined, None, after)
    return chain(behind, ahead)

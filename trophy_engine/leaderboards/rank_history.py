"""The histories of ranks: for each day of a run, how its users moved, so that any user's past ranks can be counted.

The rank of a key at the end of a day is its rank now without the moves since: for each later day, the keys that came
before it on that day are subtracted, and those that left are added. Each day has both in order, so that a day takes two
bisections, whatever the number of users.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

from sortedcontainers import SortedDict, SortedList

from trophy_engine.calendar.instants import NEVER
from trophy_engine.core import BoardPlan, Transition, UserState
from trophy_engine.leaderboards.history import Ranked, ranked_days_of_user
from trophy_engine.leaderboards.run_ranking import Group, RankKey, value_in_rank_key
from trophy_engine.leaderboards.views import StandingDay
from trophy_engine.numbers import Number
from trophy_engine.repository.history_index import HistoryIndex
from trophy_engine.repository.repository import Repository
from trophy_engine.repository.schedule import next_scheduled_change

#: The days on which a user's position in a run changed, in order, with the position at the end of each.
_Positions = list[tuple[int, Ranked | None]]
#: A group, and a rank key in it, or a value alone as keys have it.
_CountedKey = tuple[Group, RankKey | tuple[Number]]
#: A rank and a value, None for a user who is not ranked.
_Standing = tuple[int | None, Number | None]
_UNRANKED: Final[_Standing] = (None, None)


class RankHistory(HistoryIndex):
    """The histories of all users on a leaderboard, in its runs from one on.

    Attributes:
        runs: the runs.
    """

    def __init__(self, repository: Repository, board: BoardPlan, first_run: int, instant: int) -> None:
        self.runs = range(first_run, NEVER)
        self._board = board
        self._moves: dict[int, _RunRankMoves] = {}
        super().__init__(repository, instant)

    def next_change(self, state: UserState) -> int:
        """Return an instant before which time does not change the user's values."""
        return next_scheduled_change(state) if self._board.is_timed else NEVER

    def add(self, transitions: Sequence[Transition]) -> None:
        """Add the moves of a user."""
        for run, positions in self._positions(transitions).items():
            if run not in self._moves:
                self._moves[run] = _RunRankMoves()
            self._moves[run].add(positions)

    def remove(self, transitions: Sequence[Transition]) -> None:
        """Remove the moves of a user."""
        for run, positions in self._positions(transitions).items():
            self._moves[run].remove(positions)

    def _positions(self, transitions: Sequence[Transition]) -> dict[int, _Positions]:
        """Return a user's positions by run."""
        by_run: dict[int, _Positions] = {}
        for day, run, position in ranked_days_of_user(self._board, self.runs, transitions, self.instant):
            positions = by_run.setdefault(run, [])
            if positions and positions[-1][0] == day:
                positions.pop()
            if position != (positions[-1][1] if positions else None):
                positions.append((day, position))
        return by_run

    def standing_days(
        self, transitions: Sequence[Transition], runs: Container[int], days: int | None
    ) -> dict[int, list[StandingDay]]:
        """Return the latest days on which a user's rank or value changed, all for None, by run.

        Args:
            transitions: the user's, up to the instant of the index.
            runs: the runs, which are among those of the index.
            days: the greatest number of days in a run.
        """
        found = {}
        for run, positions in self._positions(transitions).items():
            if run in runs and positions:
                opens = self._board.runs.opens(run)
                first = self._board.runs.day_at(opens)  # a streak can be older than the leaderboard
                changes = self._moves[run].changes(self._board, positions, first)
                found[run] = [*islice(changes, days)][::-1]
        return found


class _DayRankMoves:
    """The keys that users left on a day, and those that they reached, by group."""

    def __init__(self) -> None:
        self.left: dict[Group, Any] = {}
        self.reached: dict[Group, Any] = {}

    def gain(self, group: Group, key: RankKey | tuple[Number]) -> int:
        """Return by how many keys more came before a key at the end of the day than at its beginning."""
        reached, left = self.reached.get(group), self.left.get(group)
        gained = 0 if reached is None else reached.bisect_left(key)
        return int(gained if left is None else gained - left.bisect_left(key))


class _RunRankMoves:
    """The moves of all users in a run, by day, and the keys at the end."""

    def __init__(self) -> None:
        self._days: Any = SortedDict()
        self._now: dict[Group, Any] = {}

    def add(self, positions: _Positions) -> None:
        """Add the moves of a user."""
        former: Ranked | None = None
        for day, position in positions:
            moves = self._days.get(day)
            if moves is None:
                moves = self._days[day] = _DayRankMoves()
            if former is not None:
                _add_rank_key(moves.left, former)
            if position is not None:
                _add_rank_key(moves.reached, position)
            former = position
        if former is not None:
            _add_rank_key(self._now, former)

    def remove(self, positions: _Positions) -> None:
        """Remove the moves of a user, which have been added."""
        former: Ranked | None = None
        for day, position in positions:
            moves = self._days[day]
            if former is not None:
                _remove_rank_key(moves.left, former)
            if position is not None:
                _remove_rank_key(moves.reached, position)
            if not (moves.left or moves.reached):
                del self._days[day]
            former = position
        if former is not None:
            _remove_rank_key(self._now, former)

    def changes(self, board: BoardPlan, positions: _Positions, first: int) -> Iterator[StandingDay]:
        """Yield the days from the first on on which the standing of a user changed, the latest first.

        Args:
            board: the leaderboard.
            positions: the user's.
            first: the first day.
        """
        held = positions.copy()
        position = held[-1][1] if held else None
        counted = _rank_keys_to_count(board, position)
        better = self._count_better_keys_by_day_start(counted, None)
        standing = _standing_from_rank_counts(board, position, better)
        for day in reversed(self._days):
            if day < first:
                return
            if held and held[-1][0] == day:
                held.pop()
                position = held[-1][1] if held else None
                counted = _rank_keys_to_count(board, position)
                better = self._count_better_keys_by_day_start(counted, day)
            elif position is not None:
                moves = self._days[day]
                better = [count - moves.gain(*key) for count, key in zip(better, counted, strict=True)]
            before = _standing_from_rank_counts(board, position, better)
            if before != standing:
                yield StandingDay(date.fromordinal(day), before[0], standing[0], before[1], standing[1])
            standing = before

    def _count_better_keys_by_day_start(self, counted: Sequence[_CountedKey], day: int | None) -> list[int]:
        """Return the number of lesser keys than each key at the beginning of a day, or now for None."""
        later = () if day is None else [self._days[other] for other in self._days.irange(day)]
        better = []
        for group, key in counted:
            keys = self._now.get(group)
            count = 0 if keys is None else int(keys.bisect_left(key))
            better.append(count - sum(moves.gain(group, key) for moves in later))
        return better


def _rank_keys_to_count(board: BoardPlan, position: Ranked | None) -> tuple[_CountedKey, ...]:
    """Return what is to be counted for a rank: the keys before that of the user, and with shared ties before the value.

    The number of the first says whether the user is ranked, that of the last which rank it is.
    """
    if position is None:
        return ()
    group, key = position
    return (position, (group, key[:1])) if board.has_shared_ties else (position,)


def _standing_from_rank_counts(board: BoardPlan, position: Ranked | None, better: Sequence[int]) -> _Standing:
    if position is None or better[0] >= board.rule.max_participants:
        return _UNRANKED
    return better[-1] + 1, value_in_rank_key(board, position[1])


def _add_rank_key(groups: dict[Group, Any], position: Ranked) -> None:
    group, key = position
    if group not in groups:
        groups[group] = SortedList()
    groups[group].add(key)


def _remove_rank_key(groups: dict[Group, Any], position: Ranked) -> None:
    group, key = position
    groups[group].remove(key)
    if not groups[group]:
        del groups[group]

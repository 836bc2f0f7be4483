"""The ranking of one run of a leaderboard: its users in a total order, by group.

Better values come first: the greater ones, or the lesser ones on an ascending leaderboard; of equal values the one that
was reached earlier, then the user who was created earlier, then the lesser id. Only the first ``max_participants`` of
the groups in question are ranked, so a new user must surpass the last value of a full leaderboard. Ranks depend on the
values alone, and not on the order of updates.

A rank is the position in this order. With shared ties it is that of the first user with an equal value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain, islice
from typing import Any

from sortedcontainers import SortedList

from trophy_engine.calendar.instants import NEVER
from trophy_engine.core import BoardPlan, UserState, Value
from trophy_engine.numbers import Number, negate

#: A user's values of the breakdown attributes, in the order of the rules.
Group = tuple[str, ...]
#: The sort key: the value, negated on a descending leaderboard, the instant at which it was reached, the creation of
#: the user, the user's id.
RankKey = tuple[Number, int, int, str]
#: A user that another one displaced: the rank key, the rank and the previous rank.
Displaced = tuple[RankKey, int | None, int | None]


def rank_key(board: BoardPlan, state: UserState, value: Value) -> RankKey | None:
    """Return the sort key of a user with a value, or None for one that is not ranked: not above 0, if descending."""
    number, reached_at = value
    if board.is_ascending:
        return number, reached_at, state.profile.created, state.id
    return (negate(number), reached_at, state.profile.created, state.id) if number > 0 else None


def value_in_rank_key(board: BoardPlan, key: RankKey) -> Number:
    """Return the value in a rank key."""
    return key[0] if board.is_ascending else negate(key[0])


def number_ranks(board: BoardPlan, keys: Iterable[RankKey], position: int, rank: int) -> Iterator[tuple[int, RankKey]]:
    """Yield consecutive keys with their ranks.

    Args:
        board: the leaderboard.
        keys: the keys, in order.
        position: the position of the first key, from 0.
        rank: the rank of the first key.
    """
    value = None
    for index, key in enumerate(keys, start=position):
        if index > position and not (board.has_shared_ties and key[0] == value):
            rank = index + 1
        value = key[0]
        yield rank, key


class RunRanking:
    """The users of one run, by group."""

    def __init__(self, board: BoardPlan) -> None:
        self._board = board
        self._names = board.rule.breakdown_attributes
        self._most = board.rule.max_participants
        self._groups: dict[Group, Any] = {}  # sorted lists of rank keys

    def add(self, group: Group, key: RankKey) -> None:
        """Add the rank key of a user."""
        if group not in self._groups:
            self._groups[group] = SortedList()
        self._groups[group].add(key)

    def remove(self, group: Group, key: RankKey) -> None:
        """Remove the rank key of a user."""
        self._groups[group].remove(key)
        if not self._groups[group]:
            del self._groups[group]

    def groups(self, required: Mapping[str, str]) -> list[Group]:
        """List the groups with the given values of breakdown attributes."""
        matching = (
            group
            for group in self._groups
            if all(group[self._names.index(attribute)] == required[attribute] for attribute in required)
        )
        return list(matching)

    def position(self, key: RankKey, groups: Iterable[Group]) -> int | None:
        """Return the position among the users of some groups, from 0, or None beyond ``max_participants``."""
        better = self._count_better_keys(key, groups)
        return better if better < self._most else None

    def rank(self, key: RankKey, groups: Iterable[Group]) -> int | None:
        """Return the rank among the users of some groups, or None beyond ``max_participants``."""
        better = sum(self._groups[group].bisect_left(key) for group in groups if group in self._groups)
        if better >= self._most:
            return None
        return (self._count_better_keys(key[:1], groups) if self._board.has_shared_ties else better) + 1

    def _count_better_keys(self, key: RankKey | tuple[Number], groups: Iterable[Group]) -> int:
        """Return the number of lesser keys in some groups; of those with lesser values for a value alone."""
        return sum(self._groups[group].bisect_left(key) for group in groups if group in self._groups)

    def rows(self, groups: Sequence[Group], offset: int, limit: int) -> Iterator[tuple[int, RankKey]]:
        """Iterate over the ranks and rank keys of some groups together, from an offset on."""
        lists = [self._groups[group] for group in groups if group in self._groups]
        last = min(offset + limit, self._most, sum(map(len, lists)))
        if offset >= last:
            return iter(())
        ranked = lists[0].islice(offset, last) if len(lists) == 1 else islice(merge(*lists), offset, last)
        if not self._board.has_shared_ties:
            return enumerate(ranked, start=offset + 1)
        first = next(ranked)
        return number_ranks(
            self._board, chain((first,), ranked), offset, self._count_better_keys(first[:1], groups) + 1
        )

    def displaced(self, group: Group, before: RankKey | None, after: RankKey | None) -> Iterator[Displaced]:
        """Return the users of a group whose ranks changed when another user went from one rank key to another.

        Args:
            group: the group.
            before: the former rank key of the other user; None for a user who was not in the group.
            after: the present one; None for a user who is no longer in the group.
        """
        ranked = self._groups.get(group, SortedList())
        if self._board.has_shared_ties:
            return self._displaced_shared(ranked, before, after)
        if after is not None and (before is None or after < before):
            passed = ranked.bisect_left(after) + 1, len(ranked) if before is None else ranked.bisect_left(before)
            return self._displaced_by_shift(ranked, passed[0], min(passed[1], self._most + 1), -1)
        if before is not None:
            passed = ranked.bisect_left(before), len(ranked) if after is None else ranked.bisect_left(after)
            return self._displaced_by_shift(ranked, passed[0], min(passed[1], self._most), 1)
        return iter(())

    def _displaced_by_shift(self, ranked: Any, start: int, stop: int, shift: int) -> Iterator[Displaced]:
        """Yield the users at positions whose previous ranks were greater by ``shift``."""
        most = self._most
        for rank, key in enumerate(ranked.islice(start, stop) if start < stop else (), start=start + 1):
            yield key, rank if rank <= most else None, rank + shift if rank + shift <= most else None

    def _displaced_shared(self, ranked: Any, before: RankKey | None, after: RankKey | None) -> Iterator[Displaced]:
        """Yield the users whose shared ranks changed: from the better value of the two on, to the end of the other."""
        keys = [key for key in (before, after) if key is not None]
        if not keys:
            return
        start = ranked.bisect_left(min(keys)[:1])
        stop = len(ranked) if len(keys) == 1 else ranked.bisect_right((max(keys)[0], NEVER))
        tied, value = start, None
        for index, key in enumerate(ranked.islice(start, min(stop, self._most + 1)), start=start):
            if key[0] != value:
                tied, value = index, key[0]
            if key == after:
                continue
            left, reached = (0 if other is None else int(other[0] < key[0]) for other in (before, after))
            position = index + (before is not None and before < key) - (after is not None and after < key)
            rank = tied + 1 if index < self._most else None
            previous = tied + 1 + left - reached if position < self._most else None
            if rank != previous:
                yield key, rank, previous

    def threshold(self, group: Group | None) -> Number | None:
        """Return the value from which on a new user is ranked.

        On a descending leaderboard that is the least such value, 1 while there is room; if the lowest ranked value is a
        decimal, it is that value, which a new user must surpass. On an ascending leaderboard it is the last ranked
        value, below which a new user must be, None while there is room.
        """
        ranked = () if group is None else self._groups.get(group, ())
        if len(ranked) < self._most:
            return None if self._board.is_ascending else 1
        last = value_in_rank_key(self._board, ranked[self._most - 1])
        return last + 1 if isinstance(last, int) and not self._board.is_ascending else last

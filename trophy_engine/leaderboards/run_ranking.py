"""The ranking of one run of a leaderboard: its users in a total order, by group.

Greater values come first; of equal values the one that was reached earlier, then the user who was created earlier, then
the lesser id. Only the first ``max_participants`` of the groups in question are ranked, so a new user must surpass the
lowest value of a full leaderboard. Ranks depend on the values alone, and not on the order of updates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Any

from sortedcontainers import SortedList

from trophy_engine.core import BoardPlan, UserState, Value
from trophy_engine.numbers import Number

#: A user's values of the breakdown attributes, in the order of the rules.
Group = tuple[str, ...]
#: The sort key: the negated value, the instant at which it was reached, the creation of the user, the user's id.
RankKey = tuple[Number, int, int, str]


def rank_key(state: UserState, value: Value) -> RankKey | None:
    """Return the sort key of a user with a value, or None for a value that is not positive."""
    gain, reached_at = value
    return (_negated(gain), reached_at, state.profile.created, state.id) if gain > 0 else None


def value_in(key: RankKey) -> Number:
    """Return the value in a rank key."""
    return _negated(key[0])


def _negated(number: Number) -> Number:
    return -number if isinstance(number, int) else number.copy_negate()  # the operator would round a long decimal


class RunRanking:
    """The users of one run, by group."""

    def __init__(self, board: BoardPlan) -> None:
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

    def rank(self, key: RankKey, groups: Iterable[Group]) -> int | None:
        """Return the rank among the users of some groups, or None beyond ``max_participants``."""
        better = sum(self._groups[group].bisect_left(key) for group in groups if group in self._groups)
        return better + 1 if better < self._most else None

    def rows(self, groups: Sequence[Group], offset: int, limit: int) -> Iterator[tuple[int, RankKey]]:
        """Iterate over the ranks and rank keys of some groups together, from an offset on."""
        lists = [self._groups[group] for group in groups if group in self._groups]
        last = min(offset + limit, self._most, sum(map(len, lists)))
        ranked = lists[0].islice(offset, last) if len(lists) == 1 else islice(merge(*lists), offset, last)
        return enumerate(ranked if offset < last else (), start=offset + 1)

    def keys_between(self, group: Group, start: int, stop: int) -> Iterator[RankKey]:
        """Iterate over the rank keys of a group from one index to another (exclusive), even beyond the ranked ones."""
        ranked = self._groups.get(group)
        return iter(()) if ranked is None or start >= stop else ranked.islice(start, stop)

    def threshold(self, group: Group) -> Number:
        """Return the least value that ranks a new user, 1 while there is room.

        If the lowest ranked value is a decimal, return that value, which a new user must surpass.
        """
        ranked = self._groups.get(group, ())
        if len(ranked) < self._most:
            return 1
        lowest = value_in(ranked[self._most - 1])
        return lowest + 1 if isinstance(lowest, int) else lowest

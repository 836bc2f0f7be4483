"""The ranking of one run of a leaderboard: its users in their total order, group by group.

Greater values come first; of equal values the one that was reached earlier, then the user who was created earlier, then
the lesser id. The board is the first ``max_participants`` of that order, so that whoever is new to a full board must
surpass its lowest value. Ranks depend on the values alone, and not on the order in which anybody told of them.
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
#: What the order goes by: the value negated, when it was reached, when the user was created, the user.
RankKey = tuple[Number, int, int, str]


def rank_key(state: UserState, value: Value) -> RankKey | None:
    """Give what a user's place goes by, None for a value with which one does not take part."""
    gained, reached = value
    return (_negated(gained), reached, state.profile.created, state.id) if gained > 0 else None


def value_on(place: RankKey) -> Number:
    """Give the value that a place goes by."""
    return _negated(place[0])


def _negated(number: Number) -> Number:
    return -number if isinstance(number, int) else number.copy_negate()  # a minus would round a long decimal


class RunRanking:
    """The users of one run, by group."""

    def __init__(self, board: BoardPlan) -> None:
        self._names = board.rule.breakdown_attributes
        self._most = board.rule.max_participants
        self._groups: dict[Group, Any] = {}  # sorted lists of rank keys

    def add(self, group: Group, place: RankKey) -> None:
        """Put a user in."""
        if group not in self._groups:
            self._groups[group] = SortedList()
        self._groups[group].add(place)

    def remove(self, group: Group, place: RankKey) -> None:
        """Take a user out."""
        self._groups[group].remove(place)
        if not self._groups[group]:
            del self._groups[group]

    def groups(self, wanted: Mapping[str, str]) -> list[Group]:
        """List the groups that have all the wanted values of breakdown attributes."""
        found = (group for group in self._groups if all(group[self._names.index(key)] == wanted[key] for key in wanted))
        return list(found)

    def rank(self, place: RankKey, groups: Iterable[Group]) -> int | None:
        """Give a rank among the users of some groups, None off the board."""
        better = sum(self._groups[group].bisect_left(place) for group in groups if group in self._groups)
        return better + 1 if better < self._most else None

    def rows(self, groups: Sequence[Group], offset: int, limit: int) -> Iterator[tuple[int, RankKey]]:
        """Walk the ranks and places of some groups, from an offset on."""
        lists = [self._groups[group] for group in groups if group in self._groups]
        last = min(offset + limit, self._most, sum(map(len, lists)))
        ranked = lists[0].islice(offset, last) if len(lists) == 1 else islice(merge(*lists), offset, last)
        return enumerate(ranked if offset < last else (), start=offset + 1)

    def stretch(self, group: Group, start: int, stop: int) -> Iterator[RankKey]:
        """Walk the places of a group from an index up to another (exclusive), on the board or below it."""
        ranked = self._groups.get(group)
        return iter(()) if ranked is None or start >= stop else ranked.islice(start, stop)

    def threshold(self, group: Group) -> Number:
        """Give the value that gets somebody new onto the board: 1 while there is room."""
        ranked = self._groups.get(group, ())
        if len(ranked) < self._most:
            return 1
        lowest = value_on(ranked[self._most - 1])
        return lowest + 1 if isinstance(lowest, int) else lowest

"""The index over all users: a ranking for each run of each leaderboard, updated user by user.

A command changes one user; the index is updated in logarithmic time. Time changes users, too: streaks are lost and
timed awards are made without a command. So the index is read as of an instant (``advance_to``): users with due work are
ranked by copies of their stored states, settled to that instant. A heap has the next due instants, so nothing is done
while nothing is due. Before an earlier instant is read, users with later effects of time are ranked by their stored
states again. Users with commands after the instant are ranked by their present states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Final

import attrs

from trophy_engine.calendar.instants import FIRST, NEVER
from trophy_engine.core import (
    AT,
    Agenda,
    BoardPlan,
    Plan,
    RunValues,
    UserState,
    Value,
    find_changed_run_values,
    group_of,
    leaderboard_values_of,
    settle_user,
)
from trophy_engine.leaderboards.run_ranking import Group, RankKey, RunRanking, rank_key, value_in_rank_key
from trophy_engine.leaderboards.views import LeaderboardRow
from trophy_engine.numbers import Number
from trophy_engine.repository.schedule import next_scheduled_change

#: The rank, None for a user who is not ranked; the value, its group and the rank key, None for one who takes no part.
Position = tuple[int | None, Number | None, Group | None, RankKey | None]
NO_POSITION: Final[Position] = (None, None, None, None)


@attrs.define
class _BoardEntry:
    """The entry of a user on one leaderboard: the group, and by run the values and the rank keys."""

    group: Group | None = None
    values: dict[int, Value] | RunValues = attrs.field(factory=dict)
    rank_keys: dict[int, RankKey] = attrs.field(factory=dict)


_NO_ENTRY: Final = _BoardEntry()


class LeaderboardIndex:
    """The positions of all users on all leaderboards of a plan.

    Args:
        plan: the rules.
        users: the ids of all users.
        stored: a function that returns the stored state of a user, which is never changed here.

    Attributes:
        plan: the rules.
        latest: the latest instant of the stored states.
    """

    def __init__(self, plan: Plan, users: Iterable[str], stored: Callable[[str], UserState | None]) -> None:
        self.plan = plan
        self.latest = FIRST
        self._stored = stored
        self._agenda = Agenda(plan)
        self._timed = any(board.is_timed for board in plan.boards.values())
        self._rankings: dict[tuple[str, int], RunRanking] = {}
        self._entries: dict[str, dict[str, _BoardEntry]] = {}
        # The instant at which time next changes a user; the heap also has outdated instants.
        self._soonest: dict[str, int] = {}
        self._due: list[tuple[int, str]] = []
        # Users ranked by settled copies, with the instant of the last effect; latest first in the heap.
        self._ahead: dict[str, int] = {}
        self._latest: list[tuple[int, str]] = []
        for user in users:
            self._restore(user)

    # --- updates ----------------------------------------------------------------------------------------------------

    def update(self, state: UserState) -> None:
        """Rank a user by a stored state, in place of the former one."""
        if state.clock.settled > self.latest:
            self.latest = state.clock.settled
        self._ahead.pop(state.id, None)
        self._rank_user(state, next_scheduled_change(state) if self._timed else NEVER)

    def advance_to(self, instant: int) -> None:
        """Advance or return to an instant: users are ranked after the work that is due by then, and no later work."""
        while self._latest and -self._latest[0][0] > instant:
            last, user = heappop(self._latest)
            if self._ahead.get(user) == -last:
                self._restore(user)
        while self._due and self._due[0][0] <= instant:
            due, user = heappop(self._due)
            state = self._stored(user) if self._soonest.get(user) == due else None
            if state is not None:
                self._advance(state.copy(), instant)

    def _restore(self, user: str) -> None:
        state = self._stored(user)
        if state is not None:
            self.update(state)

    def changes_until(self, until: int) -> Iterator[tuple[int, UserState]]:
        """Yield the changes by time up to an instant, in order: the instant of each, and the user's state then.

        The caller passes each to ``overlay``, which ranks the user by the state and schedules the next change.
        """
        ahead: dict[str, UserState] = {}
        while self._due and self._due[0][0] <= until:
            due, user = heappop(self._due)
            stored = self._stored(user) if self._soonest.get(user) == due else None
            if stored is not None:
                state = ahead[user] = ahead[user] if user in ahead else stored.copy()
                self._settle(state, due)
                yield due, state

    def _advance(self, state: UserState, instant: int) -> None:
        self._settle(state, instant)
        self.overlay(state, instant)

    def _settle(self, state: UserState, instant: int) -> None:
        self._agenda.begin([])
        settle_user(self._agenda, state, instant)

    def overlay(self, state: UserState, instant: int) -> None:
        """Rank a user by ``state``, a copy of the stored state that is settled to an instant."""
        # The next change of a user who is past the instant is after it, too.
        self._rank_user(state, max(next_scheduled_change(state), instant + 1))
        if self._agenda.effects:
            last = self._agenda.effects[-1][AT]
            self._ahead[state.id] = last
            heappush(self._latest, (-last, state.id))

    def changed_boards(self, state: UserState) -> list[BoardPlan]:
        """List the leaderboards on which a state differs from the user's entry in the index."""
        entries = self._entries.get(state.id, {})
        changed = []
        for board in self.plan.boards.values():
            group = group_of(board, state.profile.attributes)
            entry = entries.get(board.key, _NO_ENTRY)
            if entry.group != group or (
                group is not None and find_changed_run_values(entry.values, leaderboard_values_of(board, state))
            ):
                changed.append(board)
        return changed

    def _rank_user(self, state: UserState, soonest: int) -> None:
        entries = self._entries.setdefault(state.id, {})
        for board in self.changed_boards(state):
            entry = entries.setdefault(board.key, _BoardEntry())
            group = group_of(board, state.profile.attributes)
            self._replace_rank_keys(
                board, state, entry, group, {} if group is None else leaderboard_values_of(board, state)
            )
        if self._soonest.get(state.id) != soonest:
            self._soonest[state.id] = soonest
            if soonest < NEVER:
                heappush(self._due, (soonest, state.id))

    def _replace_rank_keys(
        self,
        board: BoardPlan,
        state: UserState,
        entry: _BoardEntry,
        group: Group | None,
        values: dict[int, Value] | RunValues,
    ) -> None:
        """Replace the rank keys of a user in the runs in which the group or the value changed."""
        same_group = entry.group == group
        for run in (
            find_changed_run_values(entry.values, values) if same_group else dict.fromkeys((*entry.values, *values))
        ):
            before = entry.rank_keys.pop(run, None)
            if before is not None and entry.group is not None:
                self.ranking(board, run).remove(entry.group, before)
            after = rank_key(board, state, values[run]) if run in values else None
            if after is not None and group is not None:
                self.ranking(board, run).add(group, after)
                entry.rank_keys[run] = after
        entry.group = group
        entry.values = values.copy()

    # --- queries ----------------------------------------------------------------------------------------------------

    def ranking(self, board: BoardPlan, run: int) -> RunRanking:
        """Return the ranking of a run, empty for a new run."""
        ranking = self._rankings.get((board.key, run))
        if ranking is None:
            ranking = self._rankings[board.key, run] = RunRanking(board)
        return ranking

    def group(self, board: BoardPlan, user: str) -> Group | None:
        """Return the group in which a user is ranked, or None."""
        return self._entry(board, user).group

    def position(self, board: BoardPlan, run: int, user: str) -> Position:
        """Return a user's rank in the group, the value, the group and the key; ``NO_POSITION`` if not ranked."""
        entry = self._entry(board, user)
        key = entry.rank_keys.get(run)
        if key is None or entry.group is None:
            return NO_POSITION
        return self.ranking(board, run).rank(key, (entry.group,)), value_in_rank_key(board, key), entry.group, key

    def rankings(
        self, board: BoardPlan, run: int, wanted: Mapping[str, str], offset: int, limit: int, around: str | None = None
    ) -> list[tuple[int, str, Number]]:
        """List the rank, user id and value of each user in the groups with given values of breakdown attributes.

        Args:
            board: the leaderboard.
            run: the run.
            wanted: values of breakdown attributes.
            offset: the number of rows to skip, from the row of the user ``around`` if given; it may then be negative.
            limit: the greatest number of rows.
            around: a user; there are no rows if the user is not ranked.
        """
        ranking = self.ranking(board, run)
        groups = ranking.groups(wanted)
        if around is not None:
            entry = self._entry(board, around)
            key = entry.rank_keys.get(run) if entry.group in groups else None
            position = None if key is None else ranking.position(key, groups)
            if position is None:
                return []
            offset = max(position + offset, 0)
        return [(rank, key[3], value_in_rank_key(board, key)) for rank, key in ranking.rows(groups, offset, limit)]

    def first_rows(self, board: BoardPlan, run: int, limit: int) -> tuple[LeaderboardRow, ...]:
        """Return the first rows of a run among the users of all groups."""
        return tuple(
            LeaderboardRow(user, self._name(user), rank, value)
            for rank, user, value in self.rankings(board, run, {}, 0, limit)
        )

    def _name(self, user: str) -> str | None:
        state = self._stored(user)
        return None if state is None else state.profile.name

    def _entry(self, board: BoardPlan, user: str) -> _BoardEntry:
        entries = self._entries.get(user)
        return _NO_ENTRY if entries is None else entries.get(board.key, _NO_ENTRY)

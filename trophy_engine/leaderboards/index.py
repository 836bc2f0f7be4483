"""The index over all users: a ranking for each run of each leaderboard, kept up user by user.

A command changes one user, and the index with it in logarithmic time. But time changes users too: streaks are lost and
points tick while nobody says anything. So the index is looked at as of an instant (``advance_to``): users for whom
something is due by then are settled beside what is stored, and stand in the index as they come out. The soonest due
things are in a heap, so nothing is done as long as nothing is due. When an earlier instant is asked for, those whom
something later had changed are put back first. Users whose own commands have passed the instant stand as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import Final

import attrs

from trophy_engine.calendar.instants import FIRST, NEVER
from trophy_engine.core import (
    AT,
    LAST_DAY,
    Agenda,
    BoardPlan,
    Plan,
    RunValues,
    UserState,
    Value,
    group_of,
    runs_unlike,
    settle_user,
    values_of,
)
from trophy_engine.leaderboards.run_ranking import Group, RankKey, RunRanking, rank_key, value_on
from trophy_engine.numbers import Number

#: A rank, None off the board; a value and the group that it counts in, None for whoever does not take part.
Position = tuple[int | None, Number | None, Group | None]
NOWHERE: Final[Position] = (None, None, None)


def next_change(state: UserState) -> int:
    """Return an instant up to which (exclusive) time changes nothing of a user; it is not before that of the state."""
    day = min(state.clock.due_days)
    if day < 0:  # not looked for since the user last changed
        return max(state.clock.due, state.clock.settled)
    midnight = NEVER if day > LAST_DAY else state.clock.zone.midnight(day)
    return max(min(state.clock.next_tick, midnight), state.clock.settled)


@attrs.define
class _Entered:
    """What the index holds of a user on one board: their group, their values by run, and their place in each."""

    group: Group | None = None
    values: dict[int, Value] | RunValues = attrs.field(factory=dict)
    rank_keys: dict[int, RankKey] = attrs.field(factory=dict)


_NOWHERE: Final = _Entered()


class LeaderboardIndex:
    """The standings of all users on all leaderboards of a plan.

    Args:
        plan: the rules.
        users: the ids of all users.
        stored: what gives a user's state as it is stored; it is never changed here.

    Attributes:
        plan: the rules.
        latest: an instant after which nothing has happened to any user, as they are stored.
    """

    def __init__(self, plan: Plan, users: Iterable[str], stored: Callable[[str], UserState | None]) -> None:
        self.plan = plan
        self.latest = FIRST
        self._stored = stored
        self._agenda = Agenda(plan)
        self._timed = any(board.rule.rank_by != "metric" for board in plan.boards.values())
        self._rankings: dict[tuple[str, int], RunRanking] = {}
        self._entered: dict[str, dict[str, _Entered]] = {}
        # When time next changes a user; the heap also holds instants that no longer are that.
        self._soonest: dict[str, int] = {}
        self._due: list[tuple[int, str]] = []
        # Users as time has changed them, beside what is stored, and when it last did; latest first in the heap.
        self._ahead: dict[str, int] = {}
        self._latest: list[tuple[int, str]] = []
        for user in users:
            self._restore(user)

    # --- keeping up -------------------------------------------------------------------------------------------------

    def update(self, state: UserState) -> None:
        """Put a user in as they are now, in place of what they were."""
        if state.clock.settled > self.latest:
            self.latest = state.clock.settled
        self._ahead.pop(state.id, None)
        self._place(state, next_change(state) if self._timed else NEVER)

    def advance_to(self, instant: int) -> None:
        """Go to an instant: what time makes due by then, and nothing else that it does, has happened."""
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
        """Walk all that time changes up to an instant, in order: when, and the user then, for ``overlay``."""
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
        """Put a user in as time has changed them up to an instant, beside what is stored."""
        # One who is past the instant already is as ahead of it as before.
        self._place(state, max(next_change(state), instant + 1))
        if self._agenda.effects:
            last = self._agenda.effects[-1][AT]
            self._ahead[state.id] = last
            heappush(self._latest, (-last, state.id))

    def changed_boards(self, state: UserState) -> list[BoardPlan]:
        """List the leaderboards on which a user does not stand as the index has it."""
        entered = self._entered.get(state.id, {})
        found = []
        for board in self.plan.boards.values():
            group = group_of(board, state.profile.attributes)
            held = entered.get(board.key, _NOWHERE)
            if held.group != group or (group is not None and runs_unlike(held.values, values_of(board, state))):
                found.append(board)
        return found

    def _place(self, state: UserState, soonest: int) -> None:
        entered = self._entered.setdefault(state.id, {})
        for board in self.changed_boards(state):
            held = entered.setdefault(board.key, _Entered())
            group = group_of(board, state.profile.attributes)
            self._move(board, state, held, group, {} if group is None else values_of(board, state))
        if self._soonest.get(state.id) != soonest:
            self._soonest[state.id] = soonest
            if soonest < NEVER:
                heappush(self._due, (soonest, state.id))

    def _move(
        self,
        board: BoardPlan,
        state: UserState,
        held: _Entered,
        group: Group | None,
        values: dict[int, Value] | RunValues,
    ) -> None:
        """Take a user out of the runs where they stand otherwise than before, and put them in where they stand now."""
        stays = held.group == group
        for run in runs_unlike(held.values, values) if stays else dict.fromkeys((*held.values, *values)):
            before = held.rank_keys.pop(run, None)
            if before is not None and held.group is not None:
                self.ranking(board, run).remove(held.group, before)
            after = rank_key(state, values[run]) if run in values else None
            if after is not None and group is not None:
                self.ranking(board, run).add(group, after)
                held.rank_keys[run] = after
        held.group = group
        held.values = values.copy()

    # --- looking ----------------------------------------------------------------------------------------------------

    def ranking(self, board: BoardPlan, run: int) -> RunRanking:
        """Give the ranking of a run."""
        found = self._rankings.get((board.key, run))
        if found is None:
            found = self._rankings[board.key, run] = RunRanking(board)
        return found

    def group(self, board: BoardPlan, user: str) -> Group | None:
        """Give the group in which a user is ranked, None for no group."""
        return self._held(board, user).group

    def position(self, board: BoardPlan, run: int, user: str) -> Position:
        """Give a user's rank in their group, the value by which they take part, and the group."""
        held = self._held(board, user)
        place = held.rank_keys.get(run)
        if place is None or held.group is None:
            return NOWHERE
        return self.ranking(board, run).rank(place, (held.group,)), value_on(place), held.group

    def rank(self, board: BoardPlan, run: int, user: str, groups: Sequence[Group]) -> int | None:
        """Give a user's rank among some groups, None off the board or out of these groups."""
        held = self._held(board, user)
        place = held.rank_keys.get(run)
        return None if place is None or held.group not in groups else self.ranking(board, run).rank(place, groups)

    def rankings(
        self, board: BoardPlan, run: int, wanted: Mapping[str, str], offset: int, limit: int, around: str | None = None
    ) -> list[tuple[int, str, Number]]:
        """List ranks, users and values of the groups that have the wanted values of breakdown attributes.

        Args:
            board: the leaderboard.
            run: which of its runs.
            wanted: values of breakdown attributes.
            offset: how many rows to leave out; or, from the row of the user ``around`` on, how many down or up.
            limit: how many rows to give.
            around: a user; who is not on the board has nobody around.
        """
        ranking = self.ranking(board, run)
        groups = ranking.groups(wanted)
        if around is not None:
            rank = self.rank(board, run, around, groups)
            if rank is None:
                return []
            offset = max(rank - 1 + offset, 0)
        return [(rank, place[3], value_on(place)) for rank, place in ranking.rows(groups, offset, limit)]

    def _held(self, board: BoardPlan, user: str) -> _Entered:
        entered = self._entered.get(user)
        return _NOWHERE if entered is None else entered.get(board.key, _NOWHERE)

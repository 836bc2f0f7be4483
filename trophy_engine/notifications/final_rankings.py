"""Final rankings: the first rows of runs at the close of each, in the order of closing.

All users are advanced from one closing to the next, so that the time for many runs depends on what happened in them.
The first rows at the opening of a run are computed in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nsmallest

from trophy_engine.core import (
    Agenda,
    BoardPlan,
    Plan,
    Transition,
    UserState,
    group_of,
    leaderboard_values_of,
    settle_user,
)
from trophy_engine.leaderboards.query_arguments import DEFAULT_LIMIT
from trophy_engine.leaderboards.run_ranking import RankKey, number_ranks, rank_key, value_in_rank_key
from trophy_engine.leaderboards.views import LeaderboardRow
from trophy_engine.repository.repository import Repository


class FinalRankings:
    """All users as of an instant that only advances.

    Args:
        repository: the log and the states.
        until: the last instant of a query.
    """

    def __init__(self, repository: Repository, until: int) -> None:
        self._repository = repository
        self._until = until
        self._users: dict[str, _UserInFinalRankings] = {}
        self._runs: dict[str, frozenset[int]] = {}

    def rows_at(self, board: BoardPlan, run: int, at: int) -> tuple[LeaderboardRow, ...]:
        """Return ``top_rows``, or nothing at once if no user has a value in the run."""
        if not board.is_timed and run not in self._runs_with_final_values(board):
            return ()
        return self.top_rows(board, run, at)

    def _runs_with_final_values(self, board: BoardPlan) -> frozenset[int]:
        """Return the runs of a leaderboard by recorded events in which any user has a value."""
        if board.key not in self._runs:
            states = self._repository.all_states()
            self._runs[board.key] = frozenset(run for state in states for run in leaderboard_values_of(board, state))
        return self._runs[board.key]

    def top_rows(self, board: BoardPlan, run: int, at: int) -> tuple[LeaderboardRow, ...]:
        """Return the first rows of a run as of an instant, which must not be before that of an earlier query."""
        states = [
            state
            for user in self._repository.users()
            if (state := self._user_in_final_rankings(user, at).state_at(at)) is not None
        ]
        rank_keys = nsmallest(min(DEFAULT_LIMIT, board.rule.max_participants), _final_rank_keys(board, run, states))
        return tuple(
            LeaderboardRow(key[3], self._user_name_in_rankings(key[3]), rank, value_in_rank_key(board, key))
            for rank, key in number_ranks(board, rank_keys, 0, 1)
        )

    def _user_in_final_rankings(self, user: str, at: int) -> _UserInFinalRankings:
        if user not in self._users:
            self._users[user] = _UserInFinalRankings(self._repository, user, at, self._until)
        return self._users[user]

    def _user_name_in_rankings(self, user: str) -> str | None:
        state = self._repository.state(user)
        return None if state is None else state.profile.name


def _final_rank_keys(board: BoardPlan, run: int, states: list[UserState]) -> Iterator[RankKey]:
    for state in states:
        values = leaderboard_values_of(board, state) if group_of(board, state.profile.attributes) is not None else {}
        key = rank_key(board, state, values[run]) if run in values else None
        if key is not None:
            yield key


class _UserInFinalRankings:
    """One user as of an instant that only advances: from the stored state, or from the log if that state is later."""

    def __init__(self, repository: Repository, user: str, at: int, until: int) -> None:
        stored = repository.state(user)
        self._state: UserState | None = None
        self._plan: Plan = repository.plan
        self._transitions: Iterator[Transition] = iter(())
        if stored is not None and stored.clock.settled <= at:
            self._state = stored.copy()
        else:
            self._transitions = repository.transitions_of(user, until)
        self._next = next(self._transitions, None)

    def state_at(self, instant: int) -> UserState | None:
        """Advance to an instant, and return the state, or None if the user did not exist then."""
        while self._next is not None and self._next.state.clock.settled <= instant:
            self._state, self._plan = self._next.state.copy(), self._next.plan
            self._next = next(self._transitions, None)
        if self._state is not None:
            settle_user(Agenda(self._plan), self._state, instant)
        return self._state

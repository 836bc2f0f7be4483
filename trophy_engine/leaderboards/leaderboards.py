"""The leaderboards of an engine; their index is built on first use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

from trophy_engine.calendar.instants import NEVER
from trophy_engine.calendar.zones import Zone
from trophy_engine.core import Agenda, BoardPlan, UserState, settle_user
from trophy_engine.errors import InvalidValue, UnknownKey
from trophy_engine.leaderboards.build_views import (
    build_leaderboard_change,
    build_leaderboard_view,
    build_past_standing,
    leaderboard_run_dates,
    leaderboard_run_status,
)
from trophy_engine.leaderboards.history import leaderboard_standing_days
from trophy_engine.leaderboards.index import NO_POSITION, LeaderboardIndex, Position
from trophy_engine.leaderboards.query_arguments import check_queried_attributes, check_queried_rows, find_queried_run
from trophy_engine.leaderboards.rank_history import RankHistory
from trophy_engine.leaderboards.views import (
    LeaderboardChange,
    LeaderboardRow,
    LeaderboardView,
    StandingDay,
    StandingView,
)
from trophy_engine.repository.plans import plan_of_logged_rules
from trophy_engine.repository.repository import Repository
from trophy_engine.views.player import Player

#: The greatest number of runs in a query.
MOST_RUNS: Final = 10_000


class Move(NamedTuple):
    """A change of a user's position in a run of a leaderboard."""

    board: BoardPlan
    run: int
    before: Position
    after: Position


class Leaderboards:
    """The leaderboards of an engine.

    Attributes:
        moves: the moves of the latest ``record_change``.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._index: LeaderboardIndex | None = None
        self._forgotten = repository.forgotten
        self.moves: list[Move] = []
        self._consistent = True
        self._histories: dict[str, RankHistory] = {}

    # --- updates ----------------------------------------------------------------------------------------------------

    def as_of(self, instant: int) -> LeaderboardIndex:
        """Return the index as of an instant."""
        index = self.current_index()
        self._consistent = False
        index.advance_to(instant)
        self._consistent = True
        return index

    def recover(self) -> None:
        """Drop the index, which an interrupted command may have left inconsistent."""
        self._index = None
        self.moves = []

    def current_index(self) -> LeaderboardIndex:
        """Return the index, built from all users' states if there is none for the present rules and states.

        A method that changes the index gets it from here, and sets ``_consistent`` to False until it is done.
        """
        index, repository = self._index, self._repository
        forgotten = self._forgotten != repository.forgotten
        if index is None or index.plan is not repository.plan or forgotten or not self._consistent:
            self._index = None
            index = LeaderboardIndex(repository.plan, repository.users(), repository.state)
            self._forgotten = repository.forgotten
            repository.changed.clear()
            self._index, self._consistent = index, True
        elif repository.changed:
            self._update_changed_users(index)
        return index

    def _update_changed_users(self, index: LeaderboardIndex) -> None:
        """Update the index with the users that other engines changed."""
        self._consistent = False
        for user in self._repository.changed:
            state = self._repository.state(user)
            if state is not None:
                index.update(state)
        self._repository.changed.clear()
        self._consistent = True

    def advance(self, since: int, until: int) -> Iterator[tuple[int, str, Callable[[], list[Move]]]]:
        """Advance to an instant from another; yield each instant at which time changes a user, the user and the change.

        The caller must call the change, a function that ranks the user and returns the moves.
        """
        index = self.current_index()
        self._consistent = False
        index.advance_to(since)
        for at, state in index.changes_until(until):
            yield at, state.id, partial(self._apply_and_list_moves, index, state, at, partial(index.overlay, state, at))
        index.advance_to(until)
        self._consistent = True

    def refresh(self, state: UserState) -> None:
        """Update the index with a state that time has changed in the repository."""
        if self._index is not None:
            index = self.current_index()
            self._consistent = False
            index.update(state)
            self._consistent = True

    def record_change(self, state: UserState, at: int) -> Mapping[str, LeaderboardChange]:
        """Update the index after a user's command, and return the changes of the user's positions by leaderboard."""
        index = self.as_of(at)
        self._consistent = False
        self.moves = self._apply_and_list_moves(index, state, at, partial(index.update, state))
        self._consistent = True
        changes = {}
        for board, run, before, after in self.moves:
            group = index.group(board, state.id)
            threshold = index.ranking(board, run).threshold(group)
            changes[board.key] = build_leaderboard_change(board, run, before, after, threshold, group or ())
        return MappingProxyType(changes)

    def _apply_and_list_moves(
        self, index: LeaderboardIndex, state: UserState, at: int, apply_change: Callable[[], None]
    ) -> list[Move]:
        """Apply the change to the index, and list the moves of the user in the runs of the present day."""
        day = state.clock.zone.window(at)[0]
        before = [
            (board, run, index.position(board, run, state.id))
            for board in index.changed_boards(state)
            if (run := board.runs.window_on(day if board.time_zone is None else board.time_zone.window(at)[0]))
            is not None
            and board.rule.status == "active"
        ]
        apply_change()
        after = (Move(board, run, position, index.position(board, run, state.id)) for board, run, position in before)
        return [move for move in after if move.after != move.before]

    # --- queries ----------------------------------------------------------------------------------------------------

    def listed(self, at: int, *, finished: bool) -> tuple[LeaderboardView, ...]:
        """List the leaderboards without rankings."""
        views = (
            build_leaderboard_view(board, _current_leaderboard_run(board, at), at)
            for board in self._repository.plan.boards.values()
        )
        return tuple(view for view in views if finished or view.status != "finished")

    def view(
        self,
        key: str,
        at: int,
        run: date | None,
        user: str | None,
        offset: int,
        limit: int | None,
        attributes: Mapping[str, str] | None,
        *,
        exact: bool,
    ) -> LeaderboardView:
        """Return a view of a leaderboard; with ``exact=False``, users past the instant are ranked by present values.

        Raises:
            UnknownKey: the rules do not declare the leaderboard, or it is inactive.
            InvalidValue: the leaderboard does not have the run, the rows, or the attributes.
        """
        board = self._board(key)
        number = _current_leaderboard_run(board, at) if run is None else find_queried_run(board, run)
        limit = check_queried_rows(board, offset, limit, user)
        required = check_queried_attributes(board, attributes)
        index = self._as_of(board, number, at, exact=exact)
        scheduled = board.runs.status(number, at) == "scheduled"
        rows = () if scheduled else index.rankings(board, number, required, offset, limit, user)
        rankings = tuple(LeaderboardRow(user_id, self._name(user_id), rank, value) for rank, user_id, value in rows)
        return build_leaderboard_view(board, number, at, rankings)

    def standing(
        self, player: Player, key: str, at: int, run: date | None, days: int, *, now: int, exact: bool
    ) -> StandingView:
        """Return the position of a user in a run, and the latest days on which it changed.

        Raises:
            UnknownKey: the rules do not declare the leaderboard, or it is inactive.
            InvalidValue: the leaderboard does not have the run, or the number of days is negative.
        """
        board = self._board(key)
        user, own_zone = player.id, self._repository.plan.zone(player.time_zone)
        number = (
            board.runs.nearest(_leaderboard_day_of_user(board, at, own_zone))
            if run is None
            else find_queried_run(board, run)
        )
        if days < 0:
            raise InvalidValue(f"must be at least 0, not {days}", "days")
        index = self._as_of(board, number, at, exact=exact)
        scheduled = board.runs.status(number, at) == "scheduled"
        rank, value, *_ = NO_POSITION if scheduled else index.position(board, number, user)
        history = (
            self._standing_days(board, range(number, number + 1), user, at, now, days).get(number, []) if days else []
        )
        start, end = leaderboard_run_dates(board, number)
        return StandingView(
            rank=rank,
            value=None if rank is None else value,
            status=leaderboard_run_status(board, number, at),
            start=start,
            end=end,
            history=tuple(history),
            rule=board.rule,
        )

    def standings(self, user: str, key: str, at: int, first: date, last: date, *, now: int) -> tuple[StandingView, ...]:
        """Return the last position of a user in every run with a day between two dates, with the days of its changes.

        Raises:
            UnknownKey: the rules do not declare the leaderboard, or it is inactive.
            InvalidValue: there are more than 10,000 runs.
        """
        board = self._board(key)
        runs = range(board.runs.nearest(first.toordinal()), board.runs.nearest(last.toordinal()) + 1)
        if last < board.rule.start or not runs:
            return ()
        if len(runs) > MOST_RUNS:
            raise InvalidValue(
                f"{first} to {last} contain {len(runs):,} runs of leaderboard {key!r}; "
                f"request at most {MOST_RUNS:,} at a time"
            )
        histories = self._standing_days(board, runs, user, at, now)
        return tuple(build_past_standing(board, run, at, histories.get(run, ())) for run in runs)

    def _standing_days(
        self, board: BoardPlan, runs: range, user: str, at: int, now: int, days: int | None = None
    ) -> dict[int, list[StandingDay]]:
        """Return the days on which a user's rank or value changed, by run; at most the latest ``days`` of each."""
        until = min(at, self._last_instant_of_run(board, runs[-1]))
        if at < min(now, self.current_index().latest):
            histories = ((other, self._repository.transitions_of(other, until)) for other in self._repository.users())
            found = leaderboard_standing_days(board, runs, user, histories, until)
            return found if days is None else {run: history[-days:] for run, history in found.items()}
        history = self._rank_history(board, runs[0], until)
        return history.standing_days(list(self._repository.transitions_of(user, until)), runs, days)

    def _rank_history(self, board: BoardPlan, first_run: int, until: int) -> RankHistory:
        """Return the histories of ranks up to an instant, in the runs from one on."""
        history = self._histories.pop(board.key, None)  # none until it is consistent again
        usable = history is not None and history.plan is self._repository.plan and first_run in history.runs
        if history is None or not usable or not history.follow(until):
            history = RankHistory(self._repository, board, first_run, until)
        self._histories[board.key] = history
        return history

    def _as_of(self, board: BoardPlan, run: int, at: int, *, exact: bool) -> LeaderboardIndex:
        """Return the index for a query of a run; for a past instant, or a run that has stopped, from the log."""
        stops = self._last_instant_of_run(board, run)
        if stops < at:
            return self._past_index(stops)
        return self._past_index(at) if exact and at < self.current_index().latest else self.as_of(at)

    def _last_instant_of_run(self, board: BoardPlan, run: int) -> int:
        """Return the last instant that changes a run; ``NEVER`` if it ranks by gains, which stop by themselves."""
        if board.rule.rank_by != "streak":
            return NEVER
        closes = board.runs.closes(run)
        stops = NEVER if closes is None else closes - 1
        return min(stops, self._finished_since(board.key)) if board.rule.status == "finished" else stops

    def _finished_since(self, key: str) -> int:
        """Return the instant from which the rules have a leaderboard as finished, or ``NEVER``."""
        since = NEVER
        for change in self._repository.rules_history():
            board = plan_of_logged_rules(change.rules).boards.get(key)
            finished = board is not None and board.rule.status == "finished"
            since = min(since, change.at) if finished else NEVER
        return since

    def _past_index(self, at: int) -> LeaderboardIndex:
        """Return an index as of a past instant; the states of users who have passed it are computed from the log."""
        states: dict[str, UserState] = {}
        for user in self._repository.users():
            state = self._repository.state(user)
            if state is not None and state.clock.settled <= at:
                states[user] = state.copy()
                settle_user(Agenda(self._repository.plan), states[user], at)
            else:
                for transition in self._repository.transitions_of(user, at):
                    states[user] = transition.state
        return LeaderboardIndex(self._repository.plan, states, states.get)

    def _board(self, key: str) -> BoardPlan:
        boards = self._repository.plan.boards
        board = boards.get(key)
        if board is None:
            raise UnknownKey("leaderboard", key, tuple(boards))
        return board

    def _name(self, user: str) -> str | None:
        state = self._repository.state(user)
        return None if state is None else state.profile.name


def _current_leaderboard_run(board: BoardPlan, at: int) -> int:
    return board.runs.nearest(board.runs.day_at(at))


def _leaderboard_day_of_user(board: BoardPlan, at: int, own_zone: Zone) -> int:
    """Return the date on which an event of a user in a zone would count."""
    return (board.time_zone or own_zone).window(at)[0]

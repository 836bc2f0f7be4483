"""The history of a user's rank: the logs of all users are applied again, and all users are ranked day by day.

The time is in proportion to the whole log, because a rank depends on all users; ``rank_history`` keeps the same up to
date. Only changes are processed: the days at the end of which the position of a user differs from the day before. They
are UTC days, or those of the leaderboard's time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from trophy_engine.core import (
    Agenda,
    BoardPlan,
    RunValues,
    Transition,
    UserState,
    Value,
    find_changed_run_values,
    group_of,
    leaderboard_values_of,
    settle_user,
)
from trophy_engine.leaderboards.run_ranking import Group, RankKey, RunRanking, rank_key, value_in_rank_key
from trophy_engine.leaderboards.views import StandingDay
from trophy_engine.numbers import Number
from trophy_engine.repository.schedule import next_scheduled_change

#: The position of a ranked user in a run: the group, and the rank key in it.
Ranked = tuple[Group, RankKey]
#: By day and user, the position at the end of the day.
_PositionsByDay = dict[int, dict[str, Ranked | None]]


def leaderboard_standing_days(
    board: BoardPlan, runs: Sequence[int], user: str, histories: Iterable[tuple[str, Iterable[Transition]]], until: int
) -> dict[int, list[StandingDay]]:
    """Return the days on which a user's rank or value changed, by run; runs without a change of any user are absent.

    Args:
        board: the leaderboard.
        runs: its runs to rank.
        user: the user.
        histories: every user with their transitions up to the last instant.
        until: the last instant.
    """
    moves: dict[int, _PositionsByDay] = {}
    for other, transitions in histories:
        for day, run, position in ranked_days_of_user(board, runs, transitions, until):
            moves.setdefault(run, {}).setdefault(day, {})[other] = position
    return {run: _rank_users_day_by_day(board, run, user, moved) for run, moved in moves.items()}


def _rank_users_day_by_day(board: BoardPlan, run: int, user: str, moves: _PositionsByDay) -> list[StandingDay]:
    """Return the days of a run on which a user's rank or value changed, given the moves of all users."""
    ranking = RunRanking(board)
    positions: dict[str, Ranked] = {}
    changed_days: list[StandingDay] = []
    rank: int | None = None
    value: Number | None = None
    first = board.runs.day_at(board.runs.opens(run))
    for day in sorted(moves):
        for other, position in moves[day].items():
            if other in positions:
                ranking.remove(*positions.pop(other))
            if position is not None:
                ranking.add(*position)
                positions[other] = position
        before = rank, value
        rank, value = _position_in_ranking(board, ranking, positions.get(user))
        if (rank, value) != before and day >= first:  # a streak can be older than the leaderboard
            changed_days.append(StandingDay(date.fromordinal(day), before[0], rank, before[1], value))
    return changed_days


def _position_in_ranking(
    board: BoardPlan, ranking: RunRanking, position: Ranked | None
) -> tuple[int | None, Number | None]:
    if position is None:
        return None, None
    group, key = position
    rank = ranking.rank(key, (group,))
    return rank, None if rank is None else value_in_rank_key(board, key)


def ranked_days_of_user(
    board: BoardPlan, runs: Sequence[int], transitions: Iterable[Transition], until: int
) -> Iterator[tuple[int, int, Ranked | None]]:
    """Yield days of a user, with a run and the position at the end of the day; the last one of a day counts."""
    counted: tuple[Group | None, dict[int, Value] | RunValues] = None, {}
    previous: Transition | None = None
    for transition in transitions:
        timed = previous is not None and board.is_timed
        settled = transition.state.clock.settled
        between = _states_to_rank_by_day(board, previous, settled) if previous is not None and timed else ()
        for state in (*between, transition.state):
            group, values = _group_and_values_to_rank(board, transition.plan.boards.get(board.key), state)
            same_group = group == counted[0]
            for run in (
                find_changed_run_values(counted[1], values) if same_group else dict.fromkeys((*counted[1], *values))
            ):
                if run in runs:
                    key = rank_key(board, state, values[run]) if run in values else None
                    position = None if key is None or group is None else (group, key)
                    yield board.runs.day_at(min(state.clock.settled, until)), run, position
            counted = group, values.copy()
        previous = transition


def _states_to_rank_by_day(board: BoardPlan, transition: Transition, until: int) -> Iterator[UserState]:
    """Yield the states at the ends of the days on which time changed a user after a transition."""
    state, agenda = transition.state.copy(), Agenda(transition.plan)
    while (soonest := next_scheduled_change(state)) < until:
        end_of_day = board.runs.day_ends(board.runs.day_at(soonest)) - 1
        if end_of_day >= until:
            return
        settle_user(agenda, state, end_of_day)
        yield state.copy()


def _group_and_values_to_rank(
    board: BoardPlan, board_then: BoardPlan | None, state: UserState
) -> tuple[Group | None, dict[int, Value] | RunValues]:
    """Return the group of a state under the present rules, and its values under the rules of its time."""
    group = group_of(board, state.profile.attributes)
    return (None, {}) if board_then is None or group is None else (group, leaderboard_values_of(board_then, state))

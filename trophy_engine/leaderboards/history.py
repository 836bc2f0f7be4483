"""How a user came to stand where they do: the logs of all users done again, and everybody ranked day by day.

This costs as much as the whole log, for a rank depends on everybody. Only what changed is looked at: of a user the UTC
days at whose end they stand otherwise than before, of the days those on which anybody moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from trophy_engine.calendar.instants import DAY, EPOCH_DAY
from trophy_engine.core import (
    Agenda,
    BoardPlan,
    RunValues,
    Transition,
    UserState,
    Value,
    group_of,
    runs_unlike,
    settle_user,
    values_of,
)
from trophy_engine.leaderboards.index import next_change
from trophy_engine.leaderboards.run_ranking import Group, RankKey, RunRanking, rank_key, value_on
from trophy_engine.leaderboards.views import StandingDay
from trophy_engine.numbers import Number

#: Where a user stands in a run: their group, and what their place in it goes by.
_Place = tuple[Group, RankKey]
#: By day and user, where they stand at its end.
_Moves = dict[int, dict[str, _Place | None]]


def standing_days(
    board: BoardPlan, runs: Sequence[int], user: str, histories: Iterable[tuple[str, Iterable[Transition]]], until: int
) -> dict[int, list[StandingDay]]:
    """Return the days up to an instant on which a user's rank or value changed, by run; a run without any is absent.

    Args:
        board: the leaderboard.
        runs: which of its runs.
        user: whose standing is asked for.
        histories: every user and their transitions up to that instant.
        until: the last instant that counts.
    """
    moves: dict[int, _Moves] = {}
    for one, transitions in histories:
        for day, run, place in _days(board, runs, transitions, until):
            moves.setdefault(run, {}).setdefault(day, {})[one] = place
    return {run: _rank_day_by_day(board, run, user, moved) for run, moved in moves.items()}


def _rank_day_by_day(board: BoardPlan, run: int, user: str, moves: _Moves) -> list[StandingDay]:
    """Return the days of a run on which a user's rank or value changed; everybody is moved through them."""
    ranking = RunRanking(board)
    places: dict[str, _Place] = {}
    found: list[StandingDay] = []
    rank: int | None = None
    value: Number | None = None
    first = board.runs.opens(run) // DAY + EPOCH_DAY
    for day in sorted(moves):
        for one, moved in moves[day].items():
            if one in places:
                ranking.remove(*places.pop(one))
            if moved is not None:
                ranking.add(*moved)
                places[one] = moved
        before = rank, value
        rank, value = _position_in(ranking, places.get(user))
        if (rank, value) != before and day >= first:  # a streak can be older than the board
            found.append(StandingDay(date.fromordinal(day), before[0], rank, before[1], value))
    return found


def _position_in(ranking: RunRanking, place: _Place | None) -> tuple[int | None, Number | None]:
    if place is None:
        return None, None
    group, own = place
    rank = ranking.rank(own, (group,))
    return rank, None if rank is None else value_on(own)


def _days(
    board: BoardPlan, runs: Sequence[int], transitions: Iterable[Transition], until: int
) -> Iterator[tuple[int, int, _Place | None]]:
    """Walk the UTC days of a user, and their place in a run at the end of each; a day can come again, place and all."""
    known: tuple[Group | None, dict[int, Value] | RunValues] = None, {}
    previous: Transition | None = None
    for transition in transitions:
        between = [] if previous is None else _settled_daily(previous, transition.state.clock.settled)
        for state in (*between, transition.state):
            group, values = _values(board, transition.plan.boards.get(board.key), state)
            stays = group == known[0]
            for run in runs_unlike(known[1], values) if stays else dict.fromkeys((*known[1], *values)):
                if run in runs:
                    place = rank_key(state, values[run]) if run in values else None
                    moved = None if place is None or group is None else (group, place)
                    yield min(state.clock.settled, until) // DAY + EPOCH_DAY, run, moved
            known = group, values.copy()
        previous = transition


def _settled_daily(transition: Transition, until: int) -> Iterator[UserState]:
    """Walk the states at the ends of the UTC days on which time changed a user after a transition."""
    state, agenda = transition.state.copy(), Agenda(transition.plan)
    while (soonest := next_change(state)) < until:
        end_of_day = (soonest // DAY + 1) * DAY - 1
        if end_of_day >= until:
            return
        settle_user(agenda, state, end_of_day)
        yield state.copy()


def _values(
    board: BoardPlan, then: BoardPlan | None, state: UserState
) -> tuple[Group | None, dict[int, Value] | RunValues]:
    """Return the group of a state on the leaderboard as it is now, and its values under the rules of its time."""
    group = group_of(board, state.profile.attributes)
    return (None, {}) if then is None or group is None else (group, values_of(then, state))

"""Closings: the first rows of runs as they stood when each closed, one after the other.

Everybody is taken along from one closing to the next, so that many runs cost what happened in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nsmallest

from trophy_engine.core.agenda import Agenda
from trophy_engine.core.leaderboard_values import group_of, values_of
from trophy_engine.core.plan import BoardPlan, Plan
from trophy_engine.core.ranking import Ranking
from trophy_engine.core.settle import settle
from trophy_engine.core.state import UserState
from trophy_engine.core.transition import Transition
from trophy_engine.leaderboards.ranked_group import Rung, rung, value_on
from trophy_engine.repository.repository import History
from trophy_engine.repository.transitions import transitions_of

__all__ = ["Closings"]


class Closings:
    """Everybody as of an instant that only goes on.

    Args:
        history: the log and the states.
        until: the last instant that will be asked for.
    """

    def __init__(self, history: History, until: int) -> None:
        self._history = history
        self._until = until
        self._courses: dict[str, _Course] = {}

    def top(self, board: BoardPlan, run: int, at: int, most: int) -> tuple[Ranking, ...]:
        """Give the first rows of a run as of an instant, which is none before those asked for already.

        There are none where nobody has done anything that counts.
        """
        states = [state for user in self._history.users() if (state := self._course(user, at).at(at)) is not None]
        rungs = nsmallest(min(most, board.rule.max_participants), _rungs(board, run, states))
        return tuple(
            Ranking(place[3], self._name(place[3]), rank, value_on(place)) for rank, place in enumerate(rungs, 1)
        )

    def _course(self, user: str, at: int) -> _Course:
        if user not in self._courses:
            self._courses[user] = _Course(self._history, user, at, self._until)
        return self._courses[user]

    def _name(self, user: str) -> str | None:
        state = self._history.state(user)
        return None if state is None else state.name


def _rungs(board: BoardPlan, run: int, states: list[UserState]) -> Iterator[Rung]:
    for state in states:
        values = values_of(board, state) if group_of(board, state.attributes) is not None else {}
        place = rung(state, values[run]) if run in values else None
        if place is not None:
            yield place


class _Course:
    """One user as of an instant that only goes on: from the state that is stored, or from the log if that is later."""

    def __init__(self, history: History, user: str, at: int, until: int) -> None:
        stored = history.state(user)
        self._state: UserState | None = None
        self._plan: Plan = history.plan
        self._transitions: Iterator[Transition] = iter(())
        if stored is not None and stored.settled <= at:
            self._state = stored.copy()
        else:
            self._transitions = transitions_of(history.commands_of(user), until)
        self._next = next(self._transitions, None)

    def at(self, instant: int) -> UserState | None:
        """Go on to an instant; None where the user was not there yet."""
        while self._next is not None and self._next.state.settled <= instant:
            self._state, self._plan = self._next.state.copy(), self._next.plan
            self._next = next(self._transitions, None)
        if self._state is not None:
            settle(Agenda(self._plan), self._state, instant)
        return self._state

"""Best rankings: how high a user stood on each leaderboard within some days, and in which of its runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import attrs

from trophy_engine.engine import Engine
from trophy_engine.numbers import Number
from trophy_engine.standings.views import Snapshot, StandingView

__all__ = ["BestRankings"]


class BestRankings:
    """Gives a user's best rankings between two local days; what it looked up once it knows.

    Args:
        engine: who knows the leaderboards.
        user: whose rankings.
        at: as of when.
        days: the first and the last local day that will be asked for.
    """

    def __init__(self, engine: Engine, user: str, at: datetime, days: tuple[date, date]) -> None:
        self._engine, self._user, self._at, self._days = engine, user, at, days
        self._known: dict[str, tuple[StandingView, ...]] = {}

    def __call__(self, first: date, last: date) -> Mapping[str, StandingView]:
        """Give the best rankings by leaderboard; one on which the user had none is absent."""
        found = {}
        for board in self._engine.ruleset.leaderboards:
            if board.status != "inactive":
                best = min(self._held(board.key, first, min(last, self._days[1])), key=_order, default=None)
                if best is not None:
                    found[board.key] = best
        return found

    def _held(self, board: str, first: date, last: date) -> Iterator[StandingView]:
        """Walk the best ranking of each run that has a day in common with the days asked for."""
        for standing in self._standings(board):
            if standing.start <= last and (standing.end is None or first <= standing.end):
                best = _best(standing.history, first, last)
                if best is not None:
                    yield attrs.evolve(standing, rank=best.rank, value=best.value)

    def _standings(self, board: str) -> tuple[StandingView, ...]:
        if board not in self._known:
            first, last = self._days
            self._known[board] = self._engine.standings(self._user, board, first, last, at=self._at)
        return self._known[board]


def _best(history: Sequence[Snapshot], first: date, last: date) -> Snapshot | None:
    """Give the highest rank that was held between two days, the one with which the first began included."""
    before = [one for one in history if one.date < first][-1:]
    within = [one for one in history if first <= one.date <= last]
    return min((one for one in before + within if one.rank is not None), key=_order, default=None)


def _order(one: Snapshot | StandingView) -> tuple[Number, Number]:
    """Order by rank; of equal ones the greater value comes first."""
    return one.rank or 0, -(one.value or 0)

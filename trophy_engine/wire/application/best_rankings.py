"""Best rankings: how high a user stood on each leaderboard within some days, and in which of its runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import attrs

from trophy_engine.calendar.runs import Runs
from trophy_engine.engine import Engine
from trophy_engine.numbers import Number
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.standings.views import Snapshot, StandingView

__all__ = ["BestRankings"]

#: More days than a run can have.
_ALL_DAYS = 1_000_000


class BestRankings:
    """Gives a user's best rankings between two local days; what it looked up once it knows.

    Args:
        engine: who knows the leaderboards.
        user: whose rankings.
        at: as of when.
        today: the local day of that.
    """

    def __init__(self, engine: Engine, user: str, at: datetime, today: date) -> None:
        self._engine, self._user, self._at, self._today = engine, user, at, today
        self._known: dict[tuple[str, int], StandingView] = {}

    def __call__(self, first: date, last: date) -> Mapping[str, StandingView]:
        """Give the best rankings by leaderboard; one on which the user had none is absent."""
        found = {}
        for board in self._engine.ruleset.leaderboards:
            if board.status != "inactive":
                best = min(self._held(board, first, last), key=_order, default=None)
                if best is not None:
                    found[board.key] = best
        return found

    def _held(self, board: Leaderboard, first: date, last: date) -> Iterator[StandingView]:
        """Walk the best ranking of each run that has a day in common with the days asked for."""
        runs = Runs(board.start, board.end, board.run_unit, board.run_interval or 1)
        until = min(last, self._today).toordinal()
        if until < board.start.toordinal():
            return
        for run in range(runs.nearest(first.toordinal()), runs.nearest(until) + 1):
            standing = self._standing(board.key, run, date.fromordinal(runs.first_day(run)))
            best = _best(standing.history, first, last)
            if best is not None:
                yield attrs.evolve(standing, rank=best.rank, value=best.value)

    def _standing(self, board: str, run: int, day: date) -> StandingView:
        if (board, run) not in self._known:
            self._known[board, run] = self._engine.standing(self._user, board, at=self._at, run=day, days=_ALL_DAYS)
        return self._known[board, run]


def _best(history: Sequence[Snapshot], first: date, last: date) -> Snapshot | None:
    """Give the highest rank that was held between two days, the one with which the first began included."""
    before = [one for one in history if one.date < first][-1:]
    within = [one for one in history if first <= one.date <= last]
    return min((one for one in before + within if one.rank is not None), key=_order, default=None)


def _order(one: Snapshot | StandingView) -> tuple[Number, Number]:
    """Order by rank; of equal ones the greater value comes first."""
    return one.rank or 0, -(one.value or 0)

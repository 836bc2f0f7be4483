"""Best rankings: a user's highest rank on each leaderboard within a period, and its run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final

import attrs

from trophy_engine.leaderboards.views import StandingDay, StandingView
from trophy_engine.numbers import Number, negate
from trophy_engine.rules.leaderboards import Leaderboard

#: The most active week can extend beyond the year.
_A_WEEK: Final = timedelta(days=7)
_FIRST: Final = date.min + _A_WEEK
_LAST: Final = date.max - _A_WEEK


def best_rankings_range(year: int, today: date) -> tuple[date, date]:
    """Return the first and the last local day that a review of a year can need, none of them in the future."""
    first, last = max(date(year, 1, 1), _FIRST) - _A_WEEK, min(date(year, 12, 31), _LAST) + _A_WEEK
    return first, min(last, today)


class BestRankings:
    """The best rankings of one user in any period within a range of days; each leaderboard is read once.

    Args:
        boards: the leaderboards; inactive ones are ignored.
        standings: returns the user's standings on a leaderboard, by key, in every run that overlaps the range.
        last: the last day of the range.
    """

    def __init__(
        self, boards: Iterable[Leaderboard], standings: Callable[[str], Sequence[StandingView]], last: date
    ) -> None:
        self._boards = [board.key for board in boards if board.status != "inactive"]
        self._standings = standings
        self._last = last
        self._known: dict[str, Sequence[StandingView]] = {}

    def __call__(self, first: date, last: date) -> Mapping[str, StandingView]:
        """Return the best rankings between two days, by leaderboard; leaderboards without a rank are absent."""
        last = min(last, self._last)
        best_rankings = {
            key: min(self._rankings_of_runs(key, first, last), key=_best_standing_sort_key, default=None)
            for key in self._boards
        }
        return {key: best for key, best in best_rankings.items() if best is not None}

    def _rankings_of_runs(self, board: str, first: date, last: date) -> Iterator[StandingView]:
        """Yield the best ranking of each run that overlaps the days."""
        if board not in self._known:
            self._known[board] = self._standings(board)
        for standing in self._known[board]:
            if standing.start <= last and (standing.end is None or first <= standing.end):
                best = _best_ranking_in_run(standing, first, last)
                if best is not None:
                    yield attrs.evolve(standing, rank=best.rank, value=best.value)


def _best_ranking_in_run(standing: StandingView, first: date, last: date) -> StandingDay | None:
    """Return the highest rank of a run between two days, including the rank at the start of the first day."""
    before = [row for row in standing.history if row.date < first][-1:]
    within = [row for row in standing.history if first <= row.date <= last]
    ranked = (row for row in before + within if row.rank is not None)
    return min(ranked, key=partial(_best_ranking_sort_key, standing.rule), default=None)


def _best_standing_sort_key(standing: StandingView) -> tuple[int, Number]:
    return _best_ranking_sort_key(standing.rule, standing)


def _best_ranking_sort_key(board: Leaderboard, ranking: StandingDay | StandingView) -> tuple[int, Number]:
    """Return the sort key of a ranking: by rank, then the better value first."""
    value = ranking.value or 0
    return ranking.rank or 0, value if board.order == "ascending" else negate(value)

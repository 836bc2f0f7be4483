"""The changes of all users' totals in each week, month and year of a review, to compare one user with the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, Protocol

from sortedcontainers import SortedList

from trophy_engine.calendar.frequencies import Monthly, Weekly
from trophy_engine.calendar.instants import NEVER
from trophy_engine.core import Transition, UserState
from trophy_engine.numbers import Number
from trophy_engine.reports.daily_totals import EMPTY, daily_totals
from trophy_engine.reports.distribution_index import has_timed_distributions, next_distribution_change
from trophy_engine.reports.measure import DailyTotals, Measure
from trophy_engine.repository.history_index import HistoryIndex
from trophy_engine.repository.repository import Repository

#: The weeks of a review.
MONDAYS: Final = Weekly(first_weekday=1)
_MONTHS: Final = Monthly()
#: The number of years for which changes are kept, those read last.
_MOST_YEARS: Final = 2
#: The first and the last day of a period, as ordinals.
_Period = tuple[int, int]


class PeriodChangesOfOthers(Protocol):
    """The users that a review compares a user with."""

    def percentile(self, measure: Measure, first: int, last: int, change: Number) -> float:
        """Return the percentage of the other users with a smaller change in a period, 100 without other users.

        Args:
            measure: the total.
            first: the first day of the period, as an ordinal.
            last: the last day.
            change: the change of the user.
        """
        ...


class EvaluatedPeriodChanges:
    """Other users whose histories are evaluated now."""

    def __init__(self, histories: Iterable[Sequence[Transition]]) -> None:
        self._totals = [daily_totals(transitions) for transitions in histories]

    def percentile(self, measure: Measure, first: int, last: int, change: Number) -> float:
        """Return what ``PeriodChangesOfOthers`` says."""
        others = [totals.get(measure, EMPTY).change(first, last) for totals in self._totals]
        return _period_change_percentile(sum(1 for other in others if other < change), len(others))


class YearlyPeriodChanges:
    """The changes of totals in the years that were read last; those of a year are collected at its first read."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._years: dict[int, PeriodChanges] = {}

    def as_of(self, year: int, instant: int) -> PeriodChanges:
        """Return the changes in a year, up to an instant."""
        changes = self._years.pop(year, None)  # none until they are consistent again
        if changes is None or changes.plan is not self._repository.plan or not changes.follow(instant):
            changes = PeriodChanges(self._repository, year, instant)
        self._years[year] = changes  # last, as that read last
        if len(self._years) > _MOST_YEARS:
            del self._years[next(iter(self._years))]
        return changes


class PeriodChanges(HistoryIndex):
    """The changes of every total in the weeks, the months and the whole of a year, those of all users in order."""

    def __init__(self, repository: Repository, year: int, instant: int) -> None:
        self._users = 0
        self._year = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        self._changes: dict[tuple[Measure, _Period], Any] = {}
        self._timed = has_timed_distributions(repository.plan)
        super().__init__(repository, instant)

    def next_change(self, state: UserState) -> int:
        """Return an instant before which time changes no balance."""
        return next_distribution_change(state) if self._timed else NEVER

    def add(self, transitions: Sequence[Transition]) -> None:
        """Add the changes of a user."""
        self._users += 1
        for name, change in self._changes_of(transitions):
            if name not in self._changes:
                self._changes[name] = SortedList()
            self._changes[name].add(change)

    def remove(self, transitions: Sequence[Transition]) -> None:
        """Remove the changes of a user."""
        self._users -= 1
        for name, change in self._changes_of(transitions):
            self._changes[name].remove(change)

    def _changes_of(self, transitions: Sequence[Transition]) -> Iterator[tuple[tuple[Measure, _Period], Number]]:
        """Yield the changes of a user's totals that are not 0, each with the total and the period."""
        for measure, totals in daily_totals(transitions).items():
            for first, last in self._periods(totals):
                change = totals.change(first, last)
                if change:
                    yield (measure, (first, last)), change

    def _periods(self, totals: DailyTotals) -> dict[_Period, None]:
        """Return the periods of the year in which a total has changed."""
        first, last = self._year
        periods: dict[_Period, None] = {}
        for calendar in (MONDAYS, _MONTHS):
            begins, ends = (calendar.index(first), calendar.index(last))
            for period in dict.fromkeys(map(calendar.index, totals.days)):
                if begins <= period <= ends:
                    periods[calendar.first_day(period), calendar.first_day(period + 1) - 1] = None
        if any(first <= day <= last for day in totals.days):
            periods[self._year] = None
        return periods

    def percentile(self, measure: Measure, first: int, last: int, change: Number) -> float:
        """Return what ``PeriodChangesOfOthers`` says, for a period of the year; the user is one of all users."""
        changes = self._changes.get((measure, (first, last)), ())
        smaller = changes.bisect_left(change) if changes else 0
        if change > 0:
            smaller += self._users - len(changes)
        return _period_change_percentile(smaller, self._users - 1)


def _period_change_percentile(smaller: int, others: int) -> float:
    return 100 * smaller / others if others else 100.0

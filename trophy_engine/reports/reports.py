"""The reports of an engine, on one user's history and on all users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date, datetime
from typing import Protocol

from trophy_engine.calendar.frequencies import Aggregation
from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.core import PointsAwarded, Transition, UserState
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue, UnknownKey, UnknownUser
from trophy_engine.identifiers import check_text
from trophy_engine.leaderboards.views import StandingView
from trophy_engine.reports.awards import check_award_count, last_awards
from trophy_engine.reports.best_rankings import BestRankings, best_rankings_range
from trophy_engine.reports.daily_totals import EMPTY, daily_totals
from trophy_engine.reports.distribution_index import DistributionIndex
from trophy_engine.reports.distributions import (
    LevelCount,
    PointsRange,
    Rarity,
    achievement_rarities,
    level_distribution,
    points_distribution,
)
from trophy_engine.reports.indexes import ReportIndexes
from trophy_engine.reports.measure import Measure
from trophy_engine.reports.period_changes import EvaluatedPeriodChanges, PeriodChangesOfOthers
from trophy_engine.reports.streak_history import StreakPeriod, streak_history
from trophy_engine.reports.summary import SummaryRow, check_summary_range, summarize_daily_totals
from trophy_engine.reports.wrapped import Rankings, Wrapped, check_wrapped_year, compute_wrapped
from trophy_engine.rules.constraints import CALLABLE, InstanceOf, Optional, as_date
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.views.player import Player

__all__ = ["Reports"]


class ReportSource(Protocol):
    """The parts of an engine that reports use."""

    @property
    def ruleset(self) -> Ruleset:
        """The current rules."""
        ...

    def users(self) -> Iterator[str]:
        """Yield the ids of all users."""
        ...

    def now(self) -> datetime:
        """Return the instant of the clock."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Acquire the engine for several calls."""
        ...

    def settled_until(self, user: str) -> datetime:
        """Return the instant of the last thing that happened to a user."""
        ...

    def players(self, *, at: datetime | None = None) -> Iterator[Player]:
        """Yield all users known at an instant, in their state at that instant."""
        ...

    def transitions(self, user: str, *, at: datetime | None = None) -> Sequence[Transition]:
        """Return a user's transitions up to an instant, evaluated from the log."""
        ...

    def standings(
        self, user: str, leaderboard: str, first: date, last: date, *, at: datetime | None = None
    ) -> Sequence[StandingView]:
        """Return a user's standings in every run of a leaderboard that overlaps two dates."""
        ...


class Reports:
    """Reports on the users of an engine (``engine.reports``).

    Each takes ``at``, the instant of the report (an aware datetime); the default is now, or the user's last command if
    that is later. Any instant is possible; for a report on a user, any since the user was created.
    """

    def __init__(self, engine: ReportSource, indexes: ReportIndexes) -> None:
        self._engine = engine
        self._indexes = indexes

    @contextmanager
    def _index(self, at: datetime | None) -> Iterator[DistributionIndex | None]:
        """Acquire the engine and return the index as of an instant; None if a user's history has passed ``at``."""
        with self._engine.exclusive():
            instant = None if at is None else to_micros(at)
            yield self._indexes.distributions(to_micros(self._engine.now()), instant)

    def summary(
        self,
        user: str,
        *,
        metric: str | None = None,
        points: str | None = None,
        aggregation: Aggregation = "daily",
        start: date | str,
        end: date | str,
        at: datetime | None = None,
    ) -> tuple[SummaryRow, ...]:
        """Return the changes of a user's total, by local days, weeks or months.

        There is a row for every period that overlaps the range, both ends included, even if nothing happened in it.
        Weeks begin on the ``first_weekday`` of the rules, which is Sunday by default.

        Args:
            user: the user's id.
            metric: the key of a metric; or
            points: the key of a points system.
            aggregation: ``"daily"``, ``"weekly"`` or ``"monthly"``.
            start: the first local day.
            end: the last local day, up to 400 days after ``start``; that day itself for a range of one day.
            at: the instant of the report.

        Raises:
            InvalidValue: not exactly one total is requested, or the range is invalid.
            UnknownKey: the rules at that instant do not have the metric or points system.
            UnknownUser: the user does not exist at that instant.
        """
        if metric is not None and points is None:
            measure = Measure("metric", metric)
        elif points is not None and metric is None:
            measure = Measure("points", points)
        else:
            raise InvalidValue("a summary requires exactly one of metric and points")
        check_text(measure.key, measure.kind)
        start, end = as_date(start), as_date(end)
        check_summary_range(aggregation, start, end)
        transitions = self._engine.transitions(user, at=at)
        plan = transitions[-1].plan
        if measure.kind == "metric":
            plan.metric(measure.key)
        else:
            _find_reported_system(measure.key, plan.ruleset)
        totals = daily_totals(transitions).get(measure, EMPTY)
        return summarize_daily_totals(totals, aggregation, start, end, plan.ruleset.first_weekday)

    def streak_history(
        self, user: str, periods: int = 7, *, streak: str | None = None, at: datetime | None = None
    ) -> tuple[StreakPeriod, ...]:
        """Return the last periods of a user's streak, oldest first, including the current one.

        The default is the primary streak.

        Raises:
            InvalidValue: ``periods`` is not an integer from 1 to 10,000.
            UnknownKey: the rules at that instant do not declare the streak.
            UnknownUser: the user does not exist at that instant.
        """
        return streak_history(self._engine.transitions(user, at=at), periods, streak)

    def awards(self, user: str, system: str, n: int = 10, *, at: datetime | None = None) -> tuple[PointsAwarded, ...]:
        """Return a user's last awards in a points system, newest first.

        Raises:
            InvalidValue: ``n`` is not from 1 to 100.
            UnknownKey: the rules at that instant do not have the points system.
            UnknownUser: the user does not exist at that instant.
        """
        with self._engine.exclusive():
            settled, now = self._engine.settled_until(user), self._engine.now()
            instant = to_micros(max(now, settled) if at is None else at)
            if at is None or settled <= at:  # else the rules may be others
                _find_reported_system(system, self._engine.ruleset)
                check_award_count(n)
                awards = self._indexes.ledger.last_awards(user, system, n, instant)
                if awards is not None:
                    return awards
            transitions = self._engine.transitions(user, at=at)
            _find_reported_system(system, transitions[-1].plan.ruleset)
            return last_awards(transitions, system, n)

    def wrapped(
        self,
        user: str,
        year: int | None = None,
        *,
        at: datetime | None = None,
        rankings: Rankings | None = None,
    ) -> Wrapped:
        """Return a user's year in review, by default of the current year.

        To compare users, the first call of a year reads all logs; later ones read those that have changed. A review up
        to an earlier instant always reads all logs.

        Args:
            user: the user's id.
            year: the year, by the user's local days.
            at: the instant of the report.
            rankings: returns the user's best rankings between two local days, both included, by leaderboard; by default
                they are computed from the logs.

        Raises:
            InvalidValue: the year is not an integer from 1 to the user's current year.
            UnknownUser: the user does not exist at that instant.
        """
        if rankings is not None:
            CALLABLE.check("rankings", rankings)
        with self._engine.exclusive():
            transitions = self._engine.transitions(user, at=at)
            year = check_wrapped_year(transitions, year)
            if rankings is None:
                rankings = self._best_rankings(transitions[-1].state, year)
            return compute_wrapped(transitions, lambda: self._all_users(user, year, at), year, rankings)

    def _all_users(self, user: str, year: int, at: datetime | None) -> PeriodChangesOfOthers:
        """Return the users to compare a user with."""
        instant = None if at is None else to_micros(at)
        changes = self._indexes.period_changes(year, to_micros(self._engine.now()), instant)
        return EvaluatedPeriodChanges(self._other_histories(user, at)) if changes is None else changes

    def _best_rankings(self, state: UserState, year: int) -> Rankings:
        """Return the function for a user's best rankings in a year, as of the user's last instant."""
        first, last = best_rankings_range(year, date.fromordinal(state.clock.day))
        return BestRankings(
            self._engine.ruleset.leaderboards,
            lambda board: self._engine.standings(state.id, board, first, last, at=from_micros(state.clock.settled)),
            last,
        )

    def _other_histories(self, user: str, at: datetime | None) -> Iterator[Sequence[Transition]]:
        for other in self._engine.users():
            if other != user:
                with suppress(UnknownUser):  # created after the instant
                    yield self._engine.transitions(other, at=at)

    def histogram(
        self, system: str, attributes: Mapping[str, str] | None = None, *, at: datetime | None = None
    ) -> tuple[PointsRange, ...]:
        """Return the numbers of users by balance: 0, and ten equal ranges up to a power of ten.

        The numbers are kept up to date from the first call on. Those as of an instant that the history of a user has
        passed are counted from the log, which takes time in proportion to it.

        Args:
            system: the key of a points system.
            attributes: count only users with all of these user attributes.
            at: the instant of the report.

        Raises:
            UnknownKey: the current rules do not have the points system or a user attribute.
        """
        ruleset = self._engine.ruleset
        _find_reported_system(system, ruleset)
        known = tuple(attribute.key for attribute in ruleset.attributes if attribute.type == "user")
        Optional(InstanceOf((Mapping,))).check("attributes", attributes)
        for key, value in (attributes or {}).items():
            check_text(key, FieldName("attributes", before="each key of "))
            check_text(value, FieldName("attributes", after=f".{key}"))
            if key not in known:
                raise UnknownKey("user attribute", key, known)
        with self._index(at) as index:
            if index is not None:
                return index.histogram(system, attributes)
            return points_distribution(self._engine.players(at=at), system, attributes)

    def level_summary(self, system: str, *, at: datetime | None = None) -> tuple[LevelCount, ...]:
        """Return the number of users at each level of a points system, lowest first; users below all are left out.

        Raises:
            InvalidValue: the points system has no levels.
            UnknownKey: the current rules do not have the points system.
        """
        with self._index(at) as index:
            rule = _find_reported_system(system, self._engine.ruleset)
            if index is not None and rule.levels:
                return index.level_summary(rule)
            return level_distribution(self._engine.players(at=at), rule)

    def rarities(self, *, at: datetime | None = None) -> Mapping[str, Rarity]:
        """Return, by achievement, the number of users who have completed it and their percentage of all users."""
        with self._index(at) as index:
            if index is not None:
                return index.rarities()
            return achievement_rarities(self._engine.players(at=at), self._engine.ruleset)


def _find_reported_system(key: str, ruleset: Ruleset) -> PointsSystem:
    check_text(key, "system")
    for system in ruleset.points:
        if system.key == key:
            return system
    raise UnknownKey("points system", key, tuple(system.key for system in ruleset.points))

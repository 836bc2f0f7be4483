"""Reports: what one can ask an engine about histories and about everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Protocol

from trophy_engine.calendar.frequencies import FrequencyName
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import PointsAwarded, Transition, UserState
from trophy_engine.errors import FieldName, InvalidValue, UnknownKey, UnknownUser
from trophy_engine.identifiers import check_text
from trophy_engine.leaderboards.views import StandingView
from trophy_engine.reports.awards import last_awards
from trophy_engine.reports.best_rankings import BestRankings, days_of_review
from trophy_engine.reports.daily_totals import EMPTY, Measure, daily_totals
from trophy_engine.reports.distributions import LevelCount, PointsRange, Rarity, histogram, level_summary, rarities
from trophy_engine.reports.streak_history import StreakPeriod, streak_history
from trophy_engine.reports.summary import SummaryRow, check_range, summarize
from trophy_engine.reports.wrapped import Rankings, Wrapped, check_year, review_year
from trophy_engine.rules.constraints import CALLABLE, InstanceOf, Optional
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.views.player import Player

__all__ = ["Engine", "Reports"]


class Engine(Protocol):
    """What reports need of an engine."""

    @property
    def ruleset(self) -> Ruleset:
        """The rules in force."""
        ...

    def users(self) -> Iterator[str]:
        """Walk the ids of all users."""
        ...

    def players(self, *, at: datetime | None = None) -> Iterator[Player]:
        """Walk everybody who was known at an instant, as they were then."""
        ...

    def transitions(self, user: str, *, at: datetime | None = None) -> Sequence[Transition]:
        """Do a user's log again up to an instant."""
        ...

    def standings(
        self, user: str, leaderboard: str, first: date, last: date, *, at: datetime | None = None
    ) -> Sequence[StandingView]:
        """Look at where a user has stood in every run of a leaderboard that has a day between two dates."""
        ...


class Reports:
    """Reports on the users of an engine (``engine.reports``).

    Each takes ``at``, as of when (an aware datetime). By default it is now, or a user's last command where that is
    later. Reports can be asked as of any instant; one on a user, since the user was created.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def summary(
        self,
        user: str,
        *,
        metric: str | None = None,
        points: str | None = None,
        aggregation: FrequencyName = "daily",
        start: date,
        end: date,
        at: datetime | None = None,
    ) -> tuple[SummaryRow, ...]:
        """Summarize how a user's total changed, by local days, weeks or months.

        There is a row for every period that touches the range, both ends included, whether or not anything happened.
        Weeks begin on the first weekday of the rules' streak.

        Args:
            user: the user's id.
            metric: the key of a metric; or
            points: the key of a points system.
            aggregation: ``"daily"``, ``"weekly"`` or ``"monthly"``.
            start: a local day.
            end: a later one, by at most 400 days.
            at: as of when.

        Raises:
            InvalidValue: not exactly one total is asked for, or the range is none.
            UnknownKey: the rules in force then had no such metric or points system.
            UnknownUser: nothing had been recorded of the user by then.
        """
        if metric is not None and points is None:
            measure = Measure("metric", metric)
        elif points is not None and metric is None:
            measure = Measure("points", points)
        else:
            raise InvalidValue("a summary takes exactly one of metric=KEY and points=KEY")
        check_text(measure.key, measure.kind)
        check_range(aggregation, start, end)
        transitions = self._engine.transitions(user, at=at)
        plan = transitions[-1].plan
        if measure.kind == "metric":
            plan.metric(measure.key)
        else:
            _system(measure.key, plan.ruleset)
        rule = plan.ruleset.streak
        first_weekday = "sunday" if rule is None else rule.first_weekday
        return summarize(daily_totals(transitions).get(measure, EMPTY), aggregation, start, end, first_weekday)

    def streak_history(self, user: str, periods: int = 7, *, at: datetime | None = None) -> tuple[StreakPeriod, ...]:
        """Return the last periods of a user's streak, the oldest first, the current one included.

        Raises:
            InvalidValue: ``periods`` is no whole number from 1 to 10,000.
            UnknownKey: the rules in force then had no streak.
            UnknownUser: nothing had been recorded of the user by then.
        """
        return streak_history(self._engine.transitions(user, at=at), periods)

    def awards(self, user: str, system: str, n: int = 10, *, at: datetime | None = None) -> tuple[PointsAwarded, ...]:
        """Return a user's last awards in a points system, the newest first.

        Raises:
            InvalidValue: ``n`` is not from 1 to 100.
            UnknownKey: the rules in force then had no such points system.
            UnknownUser: nothing had been recorded of the user by then.
        """
        transitions = self._engine.transitions(user, at=at)
        _system(system, transitions[-1].plan.ruleset)
        return last_awards(transitions, system, n)

    def wrapped(
        self,
        user: str,
        year: int | None = None,
        *,
        at: datetime | None = None,
        rankings: Rankings | None = None,
    ) -> Wrapped:
        """Review a user's year, by default the current one. It reads the logs of all users, to compare with them.

        Args:
            user: the user's id.
            year: which year, by the user's local days.
            at: as of when.
            rankings: what returns the user's best rankings between two local days, both included, by leaderboard; by
                default they are worked out from the logs.

        Raises:
            InvalidValue: the year has not begun for the user.
            UnknownUser: nothing had been recorded of the user by then.
        """
        if rankings is not None:
            CALLABLE.check("rankings", rankings)
        transitions = self._engine.transitions(user, at=at)
        year = check_year(transitions, year)
        if rankings is None:
            rankings = self._best_rankings(transitions[-1].state, year)
        return review_year(transitions, self._others(user, at), year, rankings)

    def _best_rankings(self, state: UserState, year: int) -> Rankings:
        """Return what tells the best rankings of a user in a year, as of the user's last instant."""
        first, last = days_of_review(year, date.fromordinal(state.clock.day))
        return BestRankings(
            self._engine.ruleset.leaderboards,
            lambda board: self._engine.standings(state.id, board, first, last, at=from_micros(state.clock.settled)),
            last,
        )

    def _others(self, user: str, at: datetime | None) -> Iterator[Sequence[Transition]]:
        for other in self._engine.users():
            if other != user:
                with suppress(UnknownUser):  # who came later
                    yield self._engine.transitions(other, at=at)

    def histogram(
        self, system: str, attributes: Mapping[str, str] | None = None, *, at: datetime | None = None
    ) -> tuple[PointsRange, ...]:
        """Spread users over their balances: 0, and ten equal ranges up to the power of ten that holds the greatest.

        Args:
            system: the key of a points system.
            attributes: count only users who have all of these user attributes.
            at: as of when.

        Raises:
            UnknownKey: the rules have no such points system or user attribute.
        """
        ruleset = self._engine.ruleset
        _system(system, ruleset)
        known = tuple(attribute.key for attribute in ruleset.attributes if attribute.type == "user")
        Optional(InstanceOf((Mapping,))).check("attributes", attributes)
        for key, value in (attributes or {}).items():
            check_text(key, FieldName("attributes", before="each key of "))
            check_text(value, FieldName("attributes", after=f".{key}"))
            if key not in known:
                raise UnknownKey("user attribute", key, known)
        return histogram(self._engine.players(at=at), system, attributes)

    def level_summary(self, system: str, *, at: datetime | None = None) -> tuple[LevelCount, ...]:
        """Count the users at each level of a points system, the lowest first; who holds none is not counted.

        Raises:
            InvalidValue: the points system has no levels.
            UnknownKey: the rules have no such points system.
        """
        return level_summary(self._engine.players(at=at), _system(system, self._engine.ruleset))

    def rarities(self, *, at: datetime | None = None) -> Mapping[str, Rarity]:
        """Say of every achievement how many users hold it, and what percentage of all they are, by key."""
        return rarities(self._engine.players(at=at), self._engine.ruleset)


def _system(key: str, ruleset: Ruleset) -> PointsSystem:
    check_text(key, "system")
    for system in ruleset.points:
        if system.key == key:
            return system
    raise UnknownKey("points system", key, tuple(system.key for system in ruleset.points))

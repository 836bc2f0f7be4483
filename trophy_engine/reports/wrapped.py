"""Wrapped: a user's year in review, and the day, the week and the month in which they were most active.

A day is active when something is recorded on it, and the more active the greater the sum of the values. Weeks begin on
Mondays here. A week at the edge of the year is active by its days in the year, and told as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import trunc
from typing import Any

import attrs

from trophy_engine.calendar.frequencies import Daily, Frequency, Monthly, Weekly
from trophy_engine.core.effects import AchievementBackdated, AchievementCompleted, MetricChanged
from trophy_engine.core.plan import Plan
from trophy_engine.core.transition import Transition
from trophy_engine.errors import InvalidValue, short_repr
from trophy_engine.numbers import Number, add, subtract
from trophy_engine.reports.daily_totals import STILL, Course, Measure, courses
from trophy_engine.reports.dated_effects import moments
from trophy_engine.reports.streak_history import LongestStreak, longest_streak
from trophy_engine.views.progress import AchievementView

__all__ = ["MetricStanding", "Rankings", "Standing", "Wrapped", "WrappedPeriod", "wrap", "year_of"]

#: What gives, from the first to the last of some local days, a user's best rankings by leaderboard.
Rankings = Callable[[date, date], Mapping[str, Any]]

_MONDAYS = Weekly(first_weekday=1)


@attrs.frozen
class Standing:
    """What a period did to a total.

    Attributes:
        current_total: the total at its end.
        change_this_period: the movement within it.
        percent_change: that in percent of the total before it, cut to one decimal; 100 where that was 0, or 0 where
            nothing moved.
        percentile_this_period: the percentage of the other users whose total moved by less, 100 where there are none;
            None for a day.
    """

    current_total: Number
    change_this_period: Number
    percent_change: float
    percentile_this_period: float | None


@attrs.frozen
class MetricStanding(Standing):
    """What a period did to a metric's total; ``by_attribute`` tells it by event attribute and its values."""

    by_attribute: Mapping[str, Mapping[str, Standing]] = attrs.field(factory=dict)


@attrs.frozen
class WrappedPeriod:
    """A period of the year.

    Attributes:
        first_day, last_day: its local days.
        metrics, points: what it did to each of the rules' totals, by key.
        achievements: those that were completed in it, in order.
        leaderboards: the best rankings in it, by key.
    """

    first_day: date
    last_day: date
    metrics: Mapping[str, MetricStanding]
    points: Mapping[str, Standing]
    achievements: tuple[AchievementView, ...]
    leaderboards: Mapping[str, Any]


@attrs.frozen
class Wrapped:
    """A year in review; the periods are None where nothing was recorded in it.

    Attributes:
        year: which one.
        days_active, weeks_active, months_active: how many of them there were.
        most_active_day, most_active_week, most_active_month: the first of the most active ones.
        entire_year: the whole of it.
        longest_streak: the longest that the streak was in it; None where there was none.
    """

    year: int
    days_active: int = 0
    weeks_active: int = 0
    months_active: int = 0
    most_active_day: WrappedPeriod | None = None
    most_active_week: WrappedPeriod | None = None
    most_active_month: WrappedPeriod | None = None
    entire_year: WrappedPeriod | None = None
    longest_streak: LongestStreak | None = None


def year_of(transitions: Sequence[Transition], year: int | None) -> int:
    """Give the year that is meant: by default the user's current one.

    Raises:
        InvalidValue: it is none, or has not begun for the user.
    """
    current = date.fromordinal(transitions[-1].state.day).year
    if year is None:
        return current
    if type(year) is not int or not 1 <= year <= current:
        bounds = f"from 1 to {current}, the user's current one"
        raise InvalidValue(f"year must be a whole number {bounds}, not {short_repr(year)}")
    return year


def wrap(
    transitions: Sequence[Transition],
    others: Iterable[Sequence[Transition]],
    year: int,
    rankings: Rankings = lambda _first, _last: {},
) -> Wrapped:
    """Review a user's year.

    Args:
        transitions: the user's history.
        others: the histories of all other users.
        year: which year, by the user's local days.
        rankings: what gives the user's best rankings between two local days, both included.
    """
    new_year, new_years_eve = date(year, 1, 1), date(year, 12, 31)
    first, last = new_year.toordinal(), new_years_eve.toordinal()
    has_streak = transitions[-1].plan.streak is not None
    longest = longest_streak(transitions, new_year, new_years_eve) if has_streak else None
    active = _activity(transitions, first, last)
    if not active:
        return Wrapped(year, longest_streak=longest)
    review = _Review(transitions, others, rankings)
    days, weeks, months = (_sums(active, calendar) for calendar in (Daily(), _MONDAYS, Monthly()))
    return Wrapped(
        year=year,
        days_active=len(days),
        weeks_active=len(weeks),
        months_active=len(months),
        most_active_day=review.most_active(days, Daily(), crowd=False),
        most_active_week=review.most_active(weeks, _MONDAYS),
        most_active_month=review.most_active(months, Monthly()),
        entire_year=review.period(first, last),
        longest_streak=longest,
    )


def _activity(transitions: Iterable[Transition], first: int, last: int) -> dict[int, Number]:
    """Sum up the values that were recorded on each day."""
    active: defaultdict[int, Number] = defaultdict(int)
    for moment in moments(transitions):
        if moment.raw[0] is MetricChanged and first <= moment.day <= last:
            active[moment.day] = add(active[moment.day], moment.raw[4])
    return active


def _sums(active: Mapping[int, Number], calendar: Frequency) -> dict[int, Number]:
    sums: defaultdict[int, Number] = defaultdict(int)
    for day, value in active.items():
        sums[calendar.index(day)] = add(sums[calendar.index(day)], value)
    return sums


class _Review:
    """What a user's periods are told from: their own history, and how far everybody else came."""

    def __init__(
        self, transitions: Sequence[Transition], others: Iterable[Sequence[Transition]], rankings: Rankings
    ) -> None:
        self.plan: Plan = transitions[-1].plan
        self.user_id = transitions[-1].state.id
        self.own = courses(transitions)
        self.others = [courses(other) for other in others]
        self.rankings = rankings
        self.completed = [
            (moment.day, moment.raw)
            for moment in moments(transitions)
            if moment.raw[0] in {AchievementCompleted, AchievementBackdated}
        ]

    def most_active(self, sums: Mapping[int, Number], calendar: Frequency, *, crowd: bool = True) -> WrappedPeriod:
        """Tell the first of the periods with the greatest sum."""
        period = max(sorted(sums), key=lambda one: sums[one])
        return self.period(calendar.first_day(period), calendar.first_day(period + 1) - 1, crowd=crowd)

    def period(self, first: int, last: int, *, crowd: bool = True) -> WrappedPeriod:
        """Tell a period by its first and last days; ``crowd`` says whether to compare with everybody else."""
        tell = _Teller(self, first, last, crowd)
        days = date.fromordinal(first), date.fromordinal(last)
        return WrappedPeriod(
            first_day=days[0],
            last_day=days[1],
            metrics={key: tell.metric(key) for key in self.plan.metrics},
            points={system.key: tell.standing(Measure("points", system.key)) for system in self.plan.systems},
            achievements=tuple(
                AchievementView.earned(self.user_id, self.plan.achievements[raw[3]].rule, raw[2])
                for day, raw in self.completed
                if first <= day <= last and raw[3] in self.plan.achievements
            ),
            leaderboards=self.rankings(*days),
        )


@attrs.frozen
class _Teller:
    """Tells totals of one period."""

    review: _Review
    first: int
    last: int
    crowd: bool

    def metric(self, key: str) -> MetricStanding:
        """Tell a metric, and all values of event attributes that came with it up to then."""
        whole = self.standing(Measure("metric", key))
        by_attribute: dict[str, dict[str, Standing]] = {}
        for measure, course in sorted(self.review.own.items(), key=lambda one: tuple(map(str, one[0]))):
            if measure[:2] == ("metric", key) and measure.attribute is not None and course.days[0] <= self.last:
                by_attribute.setdefault(measure.attribute, {})[str(measure.value)] = self.standing(measure)
        return MetricStanding(**attrs.asdict(whole, recurse=False), by_attribute=by_attribute)

    def standing(self, measure: Measure) -> Standing:
        """Tell a total."""
        course = self.review.own.get(measure, STILL)
        total, change = course.total(self.last), self._change(course)
        percentile = None
        if self.crowd:
            percentile = _percentile(change, [self._change(one.get(measure, STILL)) for one in self.review.others])
        return Standing(total, change, percent(change, total), percentile)

    def _change(self, course: Course) -> Number:
        return course.change(self.first, self.last)


def percent(change: Number, total: Number) -> float:
    """Give a change in percent of what the total was before it, cut to one decimal.

    >>> percent(2500, 15000), percent(1200, 5000), percent(150000, 150000), percent(0, 0)
    (20.0, 31.5, 100.0, 0.0)
    """
    base = subtract(total, change)
    if not base:
        return 100.0 if change else 0.0
    return trunc(Fraction(change) / Fraction(base) * 1000) / 10


def _percentile(change: Number, others: Sequence[Number]) -> float:
    return 100 * sum(1 for other in others if other < change) / len(others) if others else 100.0

"""Wrapped: a user's year in review, with the most active day, week and month.

A day with an event is active. The most active period has the greatest sum of event values. Weeks begin on Mondays. A
week at an edge of the year is ranked by its days in the year, and reviewed with all its days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import trunc
from typing import Any

import attrs

from trophy_engine.calendar.frequencies import Daily, Frequency, Monthly
from trophy_engine.core import (
    AchievementBackdated,
    AchievementCompleted,
    MetricChanged,
    Plan,
    Transition,
    name_raw_completion,
)
from trophy_engine.error_messages import short_repr
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number, add
from trophy_engine.reports.daily_totals import EMPTY, daily_totals
from trophy_engine.reports.dated_effects import dated_effects
from trophy_engine.reports.measure import Measure
from trophy_engine.reports.period_changes import MONDAYS, PeriodChangesOfOthers
from trophy_engine.reports.streak_history import LongestStreak, longest_streak_in_range
from trophy_engine.values import Value
from trophy_engine.views.achievements import AchievementView, view_completion

__all__ = [
    "MetricPeriodTotal",
    "PeriodTotal",
    "Rankings",
    "Wrapped",
    "WrappedPeriod",
    "check_wrapped_year",
    "compute_wrapped",
]

#: A function that returns a user's best rankings between two local days, both included, by leaderboard.
Rankings = Callable[[date, date], Mapping[str, Any]]


@attrs.frozen
class PeriodTotal(Value):
    """A total at the end of a period, and its change in the period.

    Attributes:
        current_total: the total at the end of the period; None for a least, greatest or latest value of nothing.
        change_this_period: the change in the period.
        percent_change: the change in percent of the total before the period, cut to one decimal; if that total is 0, it
            is 100, or 0 without a change.
        percentile_this_period: the percentage of the other users with a smaller change, 100 without other users; None
            for a day.
    """

    current_total: Number | None
    change_this_period: Number
    percent_change: float
    percentile_this_period: float | None


@attrs.frozen
class MetricPeriodTotal(PeriodTotal):
    """The total of a metric in a period; ``by_attribute`` has the parts by event attribute and value."""

    by_attribute: Mapping[str, Mapping[str, PeriodTotal]] = attrs.field(factory=dict)


@attrs.frozen
class WrappedPeriod(Value):
    """A period of the review.

    Attributes:
        first_day, last_day: its first and last local day.
        metrics, points: the totals of the rules' metrics and points systems, by key.
        achievements: the achievements completed in it, in order.
        leaderboards: the best rankings in it, by leaderboard.
    """

    first_day: date
    last_day: date
    metrics: Mapping[str, MetricPeriodTotal]
    points: Mapping[str, PeriodTotal]
    achievements: tuple[AchievementView, ...]
    leaderboards: Mapping[str, Any]


@attrs.frozen
class Wrapped(Value):
    """A year in review; the periods are None if no event was recorded in it.

    Attributes:
        year: the year.
        days_active, weeks_active, months_active: the numbers of days, weeks and months with an event.
        most_active_day, most_active_week, most_active_month: the most active ones; the first if there are several.
        entire_year: the whole year.
        longest_streak: the longest streak in the year; None if there was none.
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


def check_wrapped_year(transitions: Sequence[Transition], year: int | None) -> int:
    """Return the year to review, by default the user's current one.

    Raises:
        InvalidValue: the year is not an integer from 1 to the user's current year.
    """
    current = date.fromordinal(transitions[-1].state.clock.day).year
    if year is None:
        return current
    if type(year) is not int or not 1 <= year <= current:
        bounds = f"from 1 to {current}, the user's current one"
        raise InvalidValue(f"must be a whole number {bounds}, not {short_repr(year)}", "year")
    return year


def compute_wrapped(
    transitions: Sequence[Transition],
    others: Callable[[], PeriodChangesOfOthers],
    year: int,
    rankings: Rankings = lambda _first, _last: {},
) -> Wrapped:
    """Return the review of a user's year.

    Args:
        transitions: the user's transitions.
        others: returns the other users; not called for a year without activity.
        year: the year, by the user's local days.
        rankings: returns the user's best rankings between two local days, both included.
    """
    new_year, new_years_eve = date(year, 1, 1), date(year, 12, 31)
    first, last = new_year.toordinal(), new_years_eve.toordinal()
    has_streak = transitions[-1].plan.streak is not None
    longest = longest_streak_in_range(transitions, new_year, new_years_eve) if has_streak else None
    activity = _activity_of_year(transitions, first, last)
    if not activity:
        return Wrapped(year, longest_streak=longest)
    year_review = _WrappedReview(transitions, others(), rankings)
    days, weeks, months = (_sum_activity_by_period(activity, calendar) for calendar in (Daily(), MONDAYS, Monthly()))
    return Wrapped(
        year=year,
        days_active=len(days),
        weeks_active=len(weeks),
        months_active=len(months),
        most_active_day=year_review.review_most_active_period(days, Daily(), compare=False),
        most_active_week=year_review.review_most_active_period(weeks, MONDAYS),
        most_active_month=year_review.review_most_active_period(months, Monthly()),
        entire_year=year_review.review_period(first, last),
        longest_streak=longest,
    )


def _activity_of_year(transitions: Iterable[Transition], first: int, last: int) -> list[tuple[int, Number]]:
    """Return the day and the value of each event from the first to the last day."""
    return [
        (day, effect.value)
        for day, effect, transition in dated_effects(transitions)
        if effect.kind is MetricChanged and first <= day <= last and effect.metric in transition.plan.recorded
    ]


def _sum_activity_by_period(activity: Iterable[tuple[int, Number]], calendar: Frequency) -> dict[int, Number]:
    """Return the sum of values by period."""
    sums: defaultdict[int, Number] = defaultdict(int)
    for day, value in activity:
        period = calendar.index(day)
        sums[period] = add(sums[period], value)
    return sums


class _WrappedReview:
    """The data of a review: a user's totals and completions, and the other users."""

    def __init__(self, transitions: Sequence[Transition], others: PeriodChangesOfOthers, rankings: Rankings) -> None:
        self.plan: Plan = transitions[-1].plan
        self.user_id = transitions[-1].state.id
        self.own = daily_totals(transitions)
        self.others = others
        self.rankings = rankings
        self.completed = [
            (day, effect)
            for day, effect, _ in dated_effects(transitions)
            if effect.kind in {AchievementCompleted, AchievementBackdated}
        ]

    def review_most_active_period(
        self, sums: Mapping[int, Number], calendar: Frequency, *, compare: bool = True
    ) -> WrappedPeriod:
        """Return the review of the period with the greatest sum, the first if there are several."""
        period = max(sorted(sums), key=lambda index: sums[index])
        return self.review_period(calendar.first_day(period), calendar.first_day(period + 1) - 1, compare=compare)

    def review_period(self, first: int, last: int, *, compare: bool = True) -> WrappedPeriod:
        """Return the review of a period; ``compare`` decides whether to compare it with other users."""
        review = _WrappedPeriodTotals(self, first, last, compare)
        days = date.fromordinal(first), date.fromordinal(last)
        return WrappedPeriod(
            first_day=days[0],
            last_day=days[1],
            metrics={key: review.metric(key) for key in self.plan.metrics},
            points={system.key: review.total(Measure("points", system.key)) for system in self.plan.systems},
            achievements=tuple(
                view_completion(self.plan, effect)
                for day, effect in self.completed
                if first <= day <= last and name_raw_completion(effect) in self.plan.achievements
            ),
            leaderboards=self.rankings(*days),
        )


@attrs.frozen
class _WrappedPeriodTotals(Value):
    """The totals of one period of a review."""

    review: _WrappedReview
    first: int
    last: int
    compare: bool

    def metric(self, key: str) -> MetricPeriodTotal:
        """Return the total of a metric, with its parts by event attributes recorded up to then."""
        whole = self.total(Measure("metric", key))
        by_attribute: dict[str, dict[str, PeriodTotal]] = {}
        for measure, totals in sorted(self.review.own.items(), key=lambda item: tuple(map(str, item[0]))):
            if measure[:2] == ("metric", key) and measure.attribute is not None and totals.days[0] <= self.last:
                by_attribute.setdefault(measure.attribute, {})[str(measure.value)] = self.total(measure)
        return MetricPeriodTotal(**attrs.asdict(whole, recurse=False), by_attribute=by_attribute)

    def total(self, measure: Measure) -> PeriodTotal:
        """Return the total and the change of a measure in the period."""
        totals = self.review.own.get(measure, EMPTY)
        total, change = totals.total(self.last), totals.change(self.first, self.last)
        percentile = self.review.others.percentile(measure, self.first, self.last, change) if self.compare else None
        return PeriodTotal(total, change, wrapped_percent_change(change, totals.total(self.first - 1) or 0), percentile)


def wrapped_percent_change(change: Number, before: Number) -> float:
    """Return a change in percent of the total before it, cut to one decimal.

    >>> changes = (2500, 12500), (1200, 3800), (150000, 0), (0, 0)
    >>> [wrapped_percent_change(change, before) for change, before in changes]
    [20.0, 31.5, 100.0, 0.0]
    """
    if not before:
        return 100.0 if change else 0.0
    return trunc(Fraction(change) / Fraction(before) * 1000) / 10

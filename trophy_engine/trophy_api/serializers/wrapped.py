"""Wrapped: a year in review.

The client knows no year without a most active day, week and month: where nothing happened, the first ones are it.
"""

from __future__ import annotations

from datetime import date, timedelta

from trophy_engine.reports.streak_history import LongestStreak
from trophy_engine.reports.wrapped import MetricPeriodTotal, PeriodTotal, Wrapped, WrappedPeriod
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.serializers.achievements import user_achievement
from trophy_engine.trophy_api.serializers.leaderboards import run_of_user
from trophy_engine.trophy_api.serializers.values import Json, day, number

__all__ = ["activity"]


def activity(year: Wrapped, ruleset: Ruleset) -> Json:
    """Write a user's year."""
    first = date(year.year, 1, 1)
    monday = first - timedelta(days=first.weekday()) if first > date.min + timedelta(days=7) else first
    day_, week, month = year.most_active_day, year.most_active_week, year.most_active_month
    return {
        "daysActive": year.days_active,
        "weeksActive": year.weeks_active,
        "monthsActive": year.months_active,
        "mostActiveDay": {"date": (day_.first_day if day_ else first).isoformat()} | _period(day_, ruleset),
        "mostActiveWeek": {
            "start": (week.first_day if week else monday).isoformat(),
            "end": (week.last_day if week else monday + timedelta(days=6)).isoformat(),
            **_period(week, ruleset),
        },
        "mostActiveMonth": {"month": month.first_day.month - 1 if month else 0} | _period(month, ruleset),
        "entireYear": {
            **_period(year.entire_year, ruleset),
            "longestStreak": _longest_streak(year.longest_streak, ruleset),
        },
    }


def _period(one: WrappedPeriod | None, ruleset: Ruleset) -> Json:
    """Write what a period did."""
    if one is None:
        return {"metrics": {}, "points": {}, "achievements": [], "leaderboards": {}}
    metrics = {rule.key: rule for rule in ruleset.metrics}
    systems = {rule.key: rule for rule in ruleset.points}
    return {
        "metrics": {
            key: {"name": metrics[key].name, "units": metrics[key].unit or None} | _metric(standing, metrics[key].name)
            for key, standing in one.metrics.items()
        },
        "points": {
            key: {"name": systems[key].name, "description": systems[key].description} | _standing(standing)
            for key, standing in one.points.items()
        },
        "achievements": [user_achievement(view, ruleset) for view in one.achievements],
        "leaderboards": {key: run_of_user(standing, ruleset) for key, standing in one.leaderboards.items()},
    }


def _metric(standing: MetricPeriodTotal, name: str) -> Json:
    return _standing(standing) | {
        "byAttribute": {
            attribute: {value: {"name": name} | _standing(part) for value, part in parts.items()}
            for attribute, parts in standing.by_attribute.items()
        }
    }


def _standing(one: PeriodTotal) -> Json:
    written = {
        "currentTotal": number(one.current_total),
        "changeThisPeriod": number(one.change_this_period),
        "percentChange": number(one.percent_change),
    }
    if one.percentile_this_period is not None:
        written["percentileThisPeriod"] = number(one.percentile_this_period)
    return written


def _longest_streak(longest: LongestStreak | None, ruleset: Ruleset) -> Json:
    return {
        "length": longest.length if longest else 0,
        "frequency": ruleset.streak.frequency if ruleset.streak else "daily",
        "periodStart": day(longest.period_start) if longest else None,
        "periodEnd": day(longest.period_end) if longest else None,
        "started": day(longest.started) if longest else None,
    }

"""Serializer of a user's year in review.

The client requires a most active day, week and month; a year without activity has the first of each.
"""

from __future__ import annotations

from datetime import date, timedelta

from trophy_engine.reports.streak_history import LongestStreak
from trophy_engine.reports.wrapped import MetricPeriodTotal, PeriodTotal, Wrapped, WrappedPeriod
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.serializers.achievements import serialize_completion
from trophy_engine.trophy_api.serializers.leaderboards import serialize_user_run
from trophy_engine.trophy_api.serializers.values import Json, serialize_date, serialize_number, serialize_total


def serialize_activity(year: Wrapped, ruleset: Ruleset) -> Json:
    """Serialize a user's year in review."""
    first = date(year.year, 1, 1)
    monday = first - timedelta(days=first.weekday()) if first > date.min + timedelta(days=7) else first
    day_, week, month = year.most_active_day, year.most_active_week, year.most_active_month
    return {
        "daysActive": year.days_active,
        "weeksActive": year.weeks_active,
        "monthsActive": year.months_active,
        "mostActiveDay": {"date": (day_.first_day if day_ else first).isoformat()} | _serialize_period(day_, ruleset),
        "mostActiveWeek": {
            "start": (week.first_day if week else monday).isoformat(),
            "end": (week.last_day if week else monday + timedelta(days=6)).isoformat(),
            **_serialize_period(week, ruleset),
        },
        "mostActiveMonth": {"month": month.first_day.month - 1 if month else 0} | _serialize_period(month, ruleset),
        "entireYear": {
            **_serialize_period(year.entire_year, ruleset),
            "longestStreak": _serialize_longest_streak(year.longest_streak, ruleset),
        },
    }


def _serialize_period(period: WrappedPeriod | None, ruleset: Ruleset) -> Json:
    """Serialize the totals of a period; empty objects for None."""
    if period is None:
        return {"metrics": {}, "points": {}, "achievements": [], "leaderboards": {}}
    metrics = {rule.key: rule for rule in ruleset.metrics}
    systems = {rule.key: rule for rule in ruleset.points}
    return {
        "metrics": {
            key: {"name": metrics[key].name, "units": metrics[key].unit or None}
            | _serialize_metric(total, metrics[key].name)
            for key, total in period.metrics.items()
        },
        "points": {
            key: {"name": systems[key].name, "description": systems[key].description} | _serialize_total(total)
            for key, total in period.points.items()
        },
        "achievements": [serialize_completion(view, ruleset) for view in period.achievements],
        "leaderboards": {key: serialize_user_run(total, ruleset) for key, total in period.leaderboards.items()},
    }


def _serialize_metric(total: MetricPeriodTotal, name: str) -> Json:
    return _serialize_total(total) | {
        "byAttribute": {
            attribute: {value: {"name": name} | _serialize_total(part) for value, part in parts.items()}
            for attribute, parts in total.by_attribute.items()
        }
    }


def _serialize_total(total: PeriodTotal) -> Json:
    serialized = {
        "currentTotal": serialize_total(total.current_total),
        "changeThisPeriod": serialize_number(total.change_this_period),
        "percentChange": serialize_number(total.percent_change),
    }
    if total.percentile_this_period is not None:
        serialized["percentileThisPeriod"] = serialize_number(total.percentile_this_period)
    return serialized


def _serialize_longest_streak(longest: LongestStreak | None, ruleset: Ruleset) -> Json:
    return {
        "length": longest.length if longest else 0,
        "frequency": str(ruleset.primary_streak.frequency) if ruleset.primary_streak else "daily",
        "periodStart": serialize_date(longest.period_start) if longest else None,
        "periodEnd": serialize_date(longest.period_end) if longest else None,
        "started": serialize_date(longest.started) if longest else None,
    }

"""Serializers of leaderboards.

The client reads values as integers, so fractions are cut off; ranks use the exact values.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import floor

from trophy_engine.leaderboards.views import (
    LeaderboardChange,
    LeaderboardRow,
    LeaderboardView,
    StandingDay,
    StandingView,
)
from trophy_engine.numbers import Number
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.ids import leaderboard_id
from trophy_engine.trophy_api.serializers.values import Json, serialize_attributes, serialize_date


def serialize_leaderboard(rule: Leaderboard, ruleset: Ruleset) -> Json:
    """Serialize the fields of a leaderboard that do not depend on time or user."""
    breakdown = list(rule.breakdown_attributes)
    return {
        "id": str(leaderboard_id(rule.key)),
        "name": rule.name,
        "key": rule.key,
        "rankBy": rule.rank_by,
        "description": rule.description,
        "breakdownAttribute": breakdown[0] if len(breakdown) == 1 else None,
        "breakdownAttributes": breakdown,
        **_serialize_rank_source(rule, ruleset),
        "start": rule.start.isoformat(),
        "end": serialize_date(rule.end),
        "startTime": rule.start_time,
        "endTime": rule.end_time,
        "maxParticipants": rule.max_participants,
        "runUnit": rule.run_unit,
        "runInterval": rule.run_interval,
        "userAttributes": serialize_attributes(rule.user_attributes),
    }


def _serialize_rank_source(rule: Leaderboard, ruleset: Ruleset) -> Json:
    """Serialize the metric or points system that the leaderboard ranks by; nothing for a leaderboard by streak."""
    if rule.metric is not None:
        names = {metric.key: metric.name for metric in ruleset.metrics}
        return {"metricKey": rule.metric, "metricName": names[rule.metric]}
    if rule.points is not None:
        names = {system.key: system.name for system in ruleset.points}
        return {"pointsSystemKey": rule.points, "pointsSystemName": names[rule.points]}
    return {}


def serialize_listed_leaderboard(view: LeaderboardView, ruleset: Ruleset) -> Json:
    """Serialize a leaderboard and its status."""
    return serialize_leaderboard(view.rule, ruleset) | {"status": view.status}


def serialize_ranked_leaderboard(view: LeaderboardView, ruleset: Ruleset) -> Json:
    """Serialize a leaderboard and rows of one of its runs."""
    return serialize_listed_leaderboard(view, ruleset) | {"rankings": serialize_rows(view.rankings)}


def serialize_rows(rows: Iterable[LeaderboardRow]) -> list[Json]:
    """Serialize rows of a run."""
    return [
        {"userId": row.user_id, "userName": row.name, "rank": row.rank, "value": serialize_leaderboard_value(row.value)}
        for row in rows
    ]


def serialize_event_leaderboard(change: LeaderboardChange, ruleset: Ruleset) -> Json:
    """Serialize the change of a user's rank by an event, with the dates of the run."""
    serialized = serialize_leaderboard(change.rule, ruleset) | {
        "start": change.start.isoformat(),
        "end": serialize_date(change.end),
        "status": "active",  # a run that contains the user's local day has started and is not over
        "rank": change.rank,
        "previousRank": change.previous_rank,
        "threshold": _serialize_threshold(change),
    }
    if change.group:
        serialized["breakdownAttributeValues"] = serialize_attributes(change.group)
    if len(change.group) == 1:
        serialized["breakdownAttributeValue"] = next(iter(change.group.values()))
    return serialized


def _serialize_threshold(change: LeaderboardChange) -> int:
    """Return the threshold as a whole number: on an ascending leaderboard the last value, 0 while there is room."""
    threshold = change.threshold or 0
    if isinstance(threshold, int):
        return threshold
    return floor(threshold) + (change.rule.order == "descending")


def serialize_user_leaderboard(standing: StandingView, ruleset: Ruleset) -> Json:
    """Serialize the rank of a user in a run, with its history."""
    return _serialize_position(standing, ruleset) | {
        "history": [_serialize_history_day(period) for period in standing.history]
    }


def serialize_user_run(standing: StandingView, ruleset: Ruleset) -> Json:
    """Serialize the rank of a user in a run, with the dates of the run."""
    return _serialize_position(standing, ruleset) | {
        "start": standing.start.isoformat(),
        "end": serialize_date(standing.end),
    }


def _serialize_position(standing: StandingView, ruleset: Ruleset) -> Json:
    return serialize_leaderboard(standing.rule, ruleset) | {
        "status": standing.status,
        "rank": standing.rank,
        "value": serialize_leaderboard_value(standing.value),
    }


def _serialize_history_day(row: StandingDay) -> Json:
    return {
        "date": row.date.isoformat(),
        "timestamp": f"{row.date.isoformat()}T00:00:00.000Z",
        "previousRank": row.previous_rank,
        "rank": row.rank,
        "previousValue": serialize_leaderboard_value(row.previous_value),
        "value": serialize_leaderboard_value(row.value),
    }


def serialize_leaderboard_value(value: Number | None) -> int | None:
    """Return a value without its fraction, None for no value."""
    return None if value is None else int(value)

"""Leaderboards.

The client takes whole numbers for values, so of others the whole part is written; ranks go by the exact ones.
"""

from __future__ import annotations

from math import floor

from trophy_engine.leaderboards.views import LeaderboardChange, LeaderboardView, StandingDay, StandingView
from trophy_engine.numbers import Number
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.ids import leaderboard_id
from trophy_engine.trophy_api.serializers.values import Json, day, pairs

__all__ = [
    "base_leaderboard",
    "event_leaderboard",
    "listed_leaderboard",
    "ranked_leaderboard",
    "run_of_user",
    "user_leaderboard",
]


def base_leaderboard(rule: Leaderboard, ruleset: Ruleset) -> Json:
    """Write what every account of a leaderboard has."""
    breakdown = list(rule.breakdown_attributes)
    return {
        "id": str(leaderboard_id(rule.key)),
        "name": rule.name,
        "key": rule.key,
        "rankBy": rule.rank_by,
        "description": rule.description,
        "breakdownAttribute": breakdown[0] if len(breakdown) == 1 else None,
        "breakdownAttributes": breakdown,
        **_ranked_by(rule, ruleset),
        "start": rule.start.isoformat(),
        "end": day(rule.end),
        "startTime": rule.start_time,
        "endTime": rule.end_time,
        "maxParticipants": rule.max_participants,
        "runUnit": rule.run_unit,
        "runInterval": rule.run_interval,
        "userAttributes": pairs(rule.user_attributes),
    }


def _ranked_by(rule: Leaderboard, ruleset: Ruleset) -> Json:
    """Write what the leaderboard ranks by, a metric or a points system."""
    if rule.metric is not None:
        names = {one.key: one.name for one in ruleset.metrics}
        return {"metricKey": rule.metric, "metricName": names[rule.metric]}
    if rule.points is not None:
        names = {one.key: one.name for one in ruleset.points}
        return {"pointsSystemKey": rule.points, "pointsSystemName": names[rule.points]}
    return {}


def listed_leaderboard(view: LeaderboardView, ruleset: Ruleset) -> Json:
    """Write a leaderboard and how it stands."""
    return base_leaderboard(view.rule, ruleset) | {"status": view.status}


def ranked_leaderboard(view: LeaderboardView, ruleset: Ruleset) -> Json:
    """Write a leaderboard and rows of its run."""
    rankings = [
        {"userId": one.user_id, "userName": one.name, "rank": one.rank, "value": _whole(one.value)}
        for one in view.rankings
    ]
    return listed_leaderboard(view, ruleset) | {"rankings": rankings}


def event_leaderboard(change: LeaderboardChange, ruleset: Ruleset) -> Json:
    """Write what an event did to its user on a leaderboard, with the dates of the run."""
    written = base_leaderboard(change.rule, ruleset) | {
        "start": change.start.isoformat(),
        "end": day(change.end),
        "status": "active",  # a run that holds the user's local day has begun and is not over
        "rank": change.rank,
        "previousRank": change.previous_rank,
        "threshold": change.threshold if isinstance(change.threshold, int) else floor(change.threshold) + 1,
    }
    if change.group:
        written["breakdownAttributeValues"] = pairs(change.group)
    if len(change.group) == 1:
        written["breakdownAttributeValue"] = next(iter(change.group.values()))
    return written


def user_leaderboard(standing: StandingView, ruleset: Ruleset) -> Json:
    """Write where a user stands and stood."""
    return _standing(standing, ruleset) | {"history": [_standing_day(one) for one in standing.history]}


def run_of_user(standing: StandingView, ruleset: Ruleset) -> Json:
    """Write where a user stood in a run, with its dates."""
    return _standing(standing, ruleset) | {"start": standing.start.isoformat(), "end": day(standing.end)}


def _standing(standing: StandingView, ruleset: Ruleset) -> Json:
    return base_leaderboard(standing.rule, ruleset) | {
        "status": standing.status,
        "rank": standing.rank,
        "value": _whole(standing.value),
    }


def _standing_day(one: StandingDay) -> Json:
    return {
        "date": one.date.isoformat(),
        "timestamp": f"{one.date.isoformat()}T00:00:00.000Z",
        "previousRank": one.previous_rank,
        "rank": one.rank,
        "previousValue": _whole(one.previous_value),
        "value": _whole(one.value),
    }


def _whole(value: Number | None) -> int | None:
    return None if value is None else int(value)

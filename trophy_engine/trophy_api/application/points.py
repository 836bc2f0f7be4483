"""Points: points systems, and the points of a user."""

from __future__ import annotations

from typing import Final

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api.application.lookup import look_up_system
from trophy_engine.trophy_api.application.summaries import get_total_summary
from trophy_engine.trophy_api.application.upsert import check_requested_attributes
from trophy_engine.trophy_api.errors import Unprocessable
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.parameters import read_attributes_parameter, read_flag_parameter, read_integer_parameter
from trophy_engine.trophy_api.past_rules import PastRules
from trophy_engine.trophy_api.serializers.points import (
    local_boost_status,
    serialize_award,
    serialize_boost,
    serialize_level,
    serialize_system,
    serialize_trigger,
)
from trophy_engine.trophy_api.statuses import boost_status

_AWARDS: Final = 10
_MAX_AWARDS: Final = 100


def get_points_system(engine: Engine, _: Request, key: str) -> Response:
    """Return a points system with its active triggers."""
    rule = look_up_system(engine, key)
    triggers = serialize_system(rule)
    del triggers["key"]
    history = PastRules.of(engine)
    triggers["triggers"] = [
        serialize_trigger(rule.key, name, trigger, history)
        for name, trigger in zip(rule.trigger_keys, rule.triggers, strict=True)
        if trigger.status == "active"
    ]
    return Response(200, triggers)


def list_levels(engine: Engine, _: Request, key: str) -> Response:
    """List the levels, the lowest first."""
    rule = look_up_system(engine, key)
    return Response(
        200, [serialize_level(rule.key, level) for level in sorted(rule.levels, key=lambda level: level.points)]
    )


def list_boosts(engine: Engine, request: Request, key: str) -> Response:
    """List the boosts that are not for a single user; finished ones only on request."""
    rule = look_up_system(engine, key)
    include_finished = read_flag_parameter(request, "includeFinished")
    listed = [
        (name, boost, boost_status(boost, request.at, engine.ruleset.day_start))
        for name, boost in zip(rule.boost_keys, rule.boosts, strict=True)
        if boost.user_id is None
    ]
    history = PastRules.of(engine)
    return Response(
        200,
        [
            serialize_boost(rule.key, name, boost, status, history)
            for name, boost, status in listed
            if include_finished or status != "finished"
        ],
    )


def get_points_histogram(engine: Engine, request: Request, key: str) -> Response:
    """Return how many users, optionally with some attributes, have a balance in each range."""
    rule = look_up_system(engine, key)
    attributes = read_attributes_parameter(request)
    check_requested_attributes(engine, "user", attributes)
    rows = engine.reports.histogram(rule.key, attributes=attributes)
    return Response(200, [{"from": row.first, "to": row.last, "users": row.users} for row in rows])


def get_level_summary(engine: Engine, _: Request, key: str) -> Response:
    """Return the number of users at each level."""
    rule = look_up_system(engine, key)
    if not rule.levels:
        raise Unprocessable(f"points system {rule.key!r} has no levels")
    rows = engine.reports.level_summary(rule.key)
    return Response(200, [{"level": serialize_level(rule.key, row.level), "users": row.users} for row in rows])


def get_user_points(engine: Engine, request: Request, user: str, key: str) -> Response:
    """Return a user's balance, level and latest awards."""
    player = engine.user(user)
    rule = look_up_system(engine, key)
    number = read_integer_parameter(request, "awards", _AWARDS, minimum=1, maximum=_MAX_AWARDS)
    view = player.points[rule.key]
    history, date = PastRules.of(engine), player.local_date
    answer = serialize_system(rule) | {
        "total": view.total,
        "level": None if view.level is None else serialize_level(rule.key, view.level),
        "awards": [
            serialize_award(award, date, history)
            for award in engine.reports.awards(user, rule.key, number, at=player.at)
        ],
    }
    return Response(200, answer)


def list_user_boosts(engine: Engine, _: Request, user: str, key: str) -> Response:
    """List the boosts that apply to a user's awards today."""
    player = engine.user(user)
    rule = look_up_system(engine, key)
    history, date = PastRules.of(engine), player.local_date
    return Response(
        200,
        [
            serialize_boost(rule.key, name, boost, "active", history)
            for name, boost in zip(rule.boost_keys, rule.boosts, strict=True)
            if local_boost_status(boost, date) == "active"
            and boost.user_id in {None, player.id}
            and boost.when.user_attributes.mismatch(player.attributes) is None
        ],
    )


def get_points_summary(engine: Engine, request: Request, user: str, key: str) -> Response:
    """Return the balances of a user over time."""
    return get_total_summary(engine, request, user, points=look_up_system(engine, key).key)

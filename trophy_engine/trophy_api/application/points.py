"""Points: systems as such, and the points of a user."""

from __future__ import annotations

from typing import Final

from trophy_engine.engine.engine import Engine
from trophy_engine.trophy_api import parameters
from trophy_engine.trophy_api.application.lookup import system, today
from trophy_engine.trophy_api.application.summaries import summarise
from trophy_engine.trophy_api.application.upsert import check_attributes
from trophy_engine.trophy_api.errors import Unprocessable
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.serializers.points import award, base_system, boost, level, local_status, trigger
from trophy_engine.trophy_api.serializers.rules_history import RulesHistory
from trophy_engine.trophy_api.statuses import boost_status

__all__ = ["boosts", "boosts_of_user", "get", "histogram", "level_summary", "levels", "of_user", "summary"]

_AWARDS: Final = 10
_MOST_AWARDS: Final = 100


def get(engine: Engine, _: Request, key: str) -> Response:
    """Describe a points system by its active triggers."""
    rule = system(engine, key)
    described = base_system(rule)
    del described["key"]
    history = RulesHistory.of(engine)
    described["triggers"] = [
        trigger(rule.key, name, one, history)
        for name, one in zip(rule.trigger_keys, rule.triggers, strict=True)
        if one.status == "active"
    ]
    return Response(200, described)


def levels(engine: Engine, _: Request, key: str) -> Response:
    """List the levels, the lowest first."""
    rule = system(engine, key)
    return Response(200, [level(rule.key, one) for one in sorted(rule.levels, key=lambda one: one.points)])


def boosts(engine: Engine, request: Request, key: str) -> Response:
    """List the boosts that are not for one user alone; finished ones only if asked for."""
    rule = system(engine, key)
    finished_too = parameters.flag(request, "includeFinished")
    listed = [
        (name, one, boost_status(one, request.at))
        for name, one in zip(rule.boost_keys, rule.boosts, strict=True)
        if one.user_id is None
    ]
    return Response(
        200,
        [boost(rule.key, name, one, status) for name, one, status in listed if finished_too or status != "finished"],
    )


def histogram(engine: Engine, request: Request, key: str) -> Response:
    """Spread the users over their balances, or those who have some attributes."""
    rule = system(engine, key)
    attributes = parameters.attributes(request)
    check_attributes(engine, "user", attributes)
    rows = engine.reports.histogram(rule.key, attributes=attributes)
    return Response(200, [{"from": one.first, "to": one.last, "users": one.users} for one in rows])


def level_summary(engine: Engine, _: Request, key: str) -> Response:
    """Count the users at each level."""
    rule = system(engine, key)
    if not rule.levels:
        raise Unprocessable(f"points system {rule.key!r} has no levels")
    rows = engine.reports.level_summary(rule.key)
    return Response(200, [{"level": level(rule.key, one.level), "users": one.users} for one in rows])


def of_user(engine: Engine, request: Request, user: str, key: str) -> Response:
    """Give a user's balance, level and last awards."""
    someone = engine.user(user)
    rule = system(engine, key)
    number = parameters.whole(request, "awards", _AWARDS, least=1, most=_MOST_AWARDS)
    view = someone.points[rule.key]
    history, date = RulesHistory.of(engine), today(someone)
    answer = base_system(rule) | {
        "total": view.total,
        "level": None if view.level is None else level(rule.key, view.level),
        "awards": [award(one, date, history) for one in engine.reports.awards(user, rule.key, number, at=someone.at)],
    }
    return Response(200, answer)


def boosts_of_user(engine: Engine, _: Request, user: str, key: str) -> Response:
    """List the boosts that multiply a user's awards today."""
    someone = engine.user(user)
    rule = system(engine, key)
    date = today(someone)
    return Response(
        200,
        [
            boost(rule.key, name, one, "active")
            for name, one in zip(rule.boost_keys, rule.boosts, strict=True)
            if local_status(one, date) == "active"
            and one.user_id in {None, someone.id}
            and one.user_attributes.mismatch(someone.attributes) is None
        ],
    )


def summary(engine: Engine, request: Request, user: str, key: str) -> Response:
    """Give the course of a user's balance."""
    return summarise(engine, request, user, points=system(engine, key).key)

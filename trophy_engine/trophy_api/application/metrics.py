"""Metrics of a user."""

from __future__ import annotations

from trophy_engine.engine.engine import Engine
from trophy_engine.rules.achievements import MetricTrigger
from trophy_engine.rules.metrics import Metric
from trophy_engine.trophy_api.application.achievements import is_listed
from trophy_engine.trophy_api.application.lookup import metric
from trophy_engine.trophy_api.application.summaries import summarise
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.ids import metric_id
from trophy_engine.trophy_api.serializers.achievements import user_achievement
from trophy_engine.trophy_api.serializers.values import Json, number
from trophy_engine.views.player import Player

__all__ = ["all_of_user", "of_user", "summary"]


def all_of_user(engine: Engine, _: Request, user: str) -> Response:
    """List all metrics, those that the user never used at 0."""
    someone = engine.user(user)
    return Response(200, [_metric(engine, someone, one) for one in engine.ruleset.metrics])


def of_user(engine: Engine, _: Request, user: str, key: str) -> Response:
    """Get one metric."""
    someone = engine.user(user)
    return Response(200, _metric(engine, someone, metric(engine, key)))


def _metric(engine: Engine, someone: Player, rule: Metric) -> Json:
    """Write where a user stands with a metric and its achievements."""
    rules = {one.key: one for one in engine.ruleset.achievements}
    return {
        "id": str(metric_id(rule.key)),
        "key": rule.key,
        "name": rule.name,
        "status": "active",  # clients of the platform before version 1.6 require it; a metric that is deleted is gone
        "current": number(someone.metrics[rule.key]),
        "achievements": [
            user_achievement(view, engine.ruleset)
            for view in someone.achievements
            if isinstance(view.trigger, MetricTrigger)
            and view.trigger.metric == rule.key
            and is_listed(rules[view.key], someone)
        ],
    }


def summary(engine: Engine, request: Request, user: str, key: str) -> Response:
    """Give the course of a metric."""
    return summarise(engine, request, user, metric=metric(engine, key).key)

"""Metrics of a user."""

from __future__ import annotations

from trophy_engine.engine.engine import Engine
from trophy_engine.rules.achievements import MetricTrigger
from trophy_engine.rules.metrics import Metric
from trophy_engine.trophy_api.application.lookup import look_up_metric, look_up_visible_achievements
from trophy_engine.trophy_api.application.summaries import get_total_summary
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.ids import metric_id
from trophy_engine.trophy_api.serializers.achievements import serialize_user_achievement
from trophy_engine.trophy_api.serializers.values import Json, serialize_total
from trophy_engine.views.player import Player


def list_user_metrics(engine: Engine, _: Request, user: str) -> Response:
    """List the user's totals of all metrics; unused ones are 0."""
    player = engine.user(user)
    return Response(200, [_serialize_metric(engine, player, metric) for metric in engine.ruleset.metrics])


def get_user_metric(engine: Engine, _: Request, user: str, key: str) -> Response:
    """Return the user's total of a metric."""
    player = engine.user(user)
    return Response(200, _serialize_metric(engine, player, look_up_metric(engine, key)))


def _serialize_metric(engine: Engine, player: Player, rule: Metric) -> Json:
    """Serialize a user's total of a metric and the visible achievements by it."""
    return {
        "id": str(metric_id(rule.key)),
        "key": rule.key,
        "name": rule.name,
        "status": "active",  # clients of the platform before version 1.6 require it
        "current": serialize_total(player.metrics[rule.key]),
        "achievements": [
            serialize_user_achievement(achievement, achieved, engine.ruleset)
            for achievement, achieved in look_up_visible_achievements(engine, player)
            if isinstance(achievement.trigger, MetricTrigger) and achievement.trigger.metric == rule.key
        ],
    }


def get_metric_summary(engine: Engine, request: Request, user: str, key: str) -> Response:
    """Return the totals of a metric of a user over time."""
    return get_total_summary(engine, request, user, metric=look_up_metric(engine, key).key)

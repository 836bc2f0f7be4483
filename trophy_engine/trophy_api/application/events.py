"""Events: record one, and return its consequences."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.leaderboards.views import LeaderboardChange
from trophy_engine.trophy_api.application.lookup import look_up_recorded_metric
from trophy_engine.trophy_api.application.upsert import check_requested_attributes, upsert_user
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.ids import metric_id
from trophy_engine.trophy_api.past_rules import PastRules
from trophy_engine.trophy_api.requests import EventBody
from trophy_engine.trophy_api.serializers.achievements import serialize_completion
from trophy_engine.trophy_api.serializers.leaderboards import serialize_event_leaderboard
from trophy_engine.trophy_api.serializers.points import serialize_event_points
from trophy_engine.trophy_api.serializers.streaks import serialize_event_streak
from trophy_engine.trophy_api.serializers.values import Json, serialize_total
from trophy_engine.trophy_api.structuring import structure_request_json


def post_event(engine: Engine, request: Request, key: str) -> Response:
    """Record an event; one with a used idempotency key changes nothing, not even the user's fields."""
    rule = look_up_recorded_metric(engine, key)
    body = structure_request_json(request.body, EventBody, strict=request.strict)
    check_requested_attributes(engine, "user", body.user.attributes)
    check_requested_attributes(engine, "event", body.attributes)
    idempotency_key = request.headers.get("idempotency-key") or None
    upserted = None
    if idempotency_key is None or not engine.has_recorded(key, user=body.user.id, idempotency_key=idempotency_key):
        upserted = upsert_user(engine, body.user.id, body.user)
    outcome = engine.record(
        key,
        user=body.user.id,
        value=body.value,
        attributes=body.attributes,
        idempotency_key=idempotency_key,
    )
    answer: Json = {
        "eventId": str(outcome.event_id),
        "metricId": str(metric_id(rule.key)),
        "total": serialize_total(outcome.total),
        "achievements": [serialize_completion(achievement, engine.ruleset) for achievement in outcome.achievements],
        "currentStreak": serialize_event_streak(outcome.streak),
        "points": serialize_points_changes(engine, outcome),
        "leaderboards": {
            board: serialize_event_leaderboard(change, engine.ruleset)
            for board, change in _leaderboards_in_response(upserted, outcome).items()
        },
    }
    if idempotency_key is not None:
        answer |= {"idempotencyKey": idempotency_key, "idempotentReplayed": outcome.replayed}
    return Response(202 if outcome.replayed else 201, answer)


def _leaderboards_in_response(upserted: Outcome | None, outcome: Outcome) -> Mapping[str, LeaderboardChange]:
    """Return the changes on leaderboards by the user's new fields and by the event, merged."""
    moves = {} if upserted is None else dict(upserted.leaderboards)
    for key, move in outcome.leaderboards.items():
        first = moves.get(key, move)
        moves[key] = attrs.evolve(move, previous_rank=first.previous_rank, previous_value=first.previous_value)
    return moves


def serialize_points_changes(engine: Engine, outcome: Outcome) -> Json:
    """Serialize the changes of points systems in an outcome, by keys of the systems."""
    systems = {system.key: system for system in engine.ruleset.points}
    changes = outcome.points
    if not changes:
        return {}
    history, date = PastRules.of(engine), engine.user(outcome.user_id).local_date
    is_event = outcome.metric is not None
    return {
        key: serialize_event_points(systems[key], change, date, history, is_event=is_event)
        for key, change in changes.items()
    }

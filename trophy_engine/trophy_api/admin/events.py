"""Batches of events: all events are checked before the first is recorded; they are recorded in order."""

from __future__ import annotations

from typing import Final

from trophy_engine.calendar.zones import zone
from trophy_engine.engine.arguments import UNSET, Unset, check_idempotency_key_argument, encode_sign_up_date_argument
from trophy_engine.engine.engine import Engine
from trophy_engine.errors import InvalidValue, Refused
from trophy_engine.identifiers import check_user_id
from trophy_engine.rules.metric_uses import refuse_recording_of_metric
from trophy_engine.trophy_api.admin.crud import check_request_items
from trophy_engine.trophy_api.application.upsert import check_requested_attributes, requested_sign_up_date, upsert_user
from trophy_engine.trophy_api.errors import NotFound, Unprocessable
from trophy_engine.trophy_api.field_names import translate_names
from trophy_engine.trophy_api.http import Request, Response
from trophy_engine.trophy_api.requests import EventBody
from trophy_engine.trophy_api.structuring import item, structure_request_json

_MAX_EVENTS: Final = 1000


@item
class BatchEvent(EventBody):
    """An event of a batch."""

    key: str
    idempotency_key: str | Unset = UNSET


def post_event_batch(engine: Engine, request: Request) -> Response:
    """Record a batch of events.

    An event that the rules refuse, for example because the user lacks the points that it costs, is skipped without an
    error. So is an event with a used idempotency key.

    Raises:
        NotFound: the metric of an event does not exist; no event is recorded.
        Unprocessable: an event is invalid; no event is recorded.
    """
    events = [
        _structure_batch_event(engine, request, raw, index)
        for index, raw in enumerate(check_request_items(request.body, _MAX_EVENTS))
    ]
    with engine.batch():
        for index, event in enumerate(events):
            try:
                _accept_batch_event(engine, event)
            except InvalidValue as error:
                raise Unprocessable(f"[{index}]: {translate_names(error)}") from None
    return Response(202, {"accepted": len(events)})


def _accept_batch_event(engine: Engine, event: BatchEvent) -> None:
    user, key = event.user.id, None if isinstance(event.idempotency_key, Unset) else event.idempotency_key
    if key is not None and engine.has_recorded(event.key, user=user, idempotency_key=key):
        return
    try:
        upsert_user(engine, user, event.user)
        engine.record(
            event.key,
            user=user,
            value=event.value,
            attributes=event.attributes,
            idempotency_key=key,
        )
    except Refused:
        return  # counted as accepted: the platform reports no results of batch events


def _structure_batch_event(engine: Engine, request: Request, raw: object, index: int) -> BatchEvent:
    """Parse an event, and check all that can be checked without the state of its user."""
    try:
        event = structure_request_json(raw, BatchEvent, "the event", strict=request.strict)
        check_user_id(event.user.id)
        if isinstance(event.user.tz, str):
            zone(event.user.tz)
        if isinstance(event.user.sign_up_date, str):
            encode_sign_up_date_argument(requested_sign_up_date(event.user.sign_up_date))
        if not isinstance(event.idempotency_key, Unset):
            check_idempotency_key_argument(event.idempotency_key)
    except InvalidValue as error:
        raise Unprocessable(f"[{index}]: {translate_names(error)}") from None
    metric = next((metric for metric in engine.ruleset.metrics if metric.key == event.key), None)
    if metric is None:
        raise NotFound(f"[{index}]: Metric not found by key {event.key!r}")
    refusal = refuse_recording_of_metric(metric)
    if refusal is not None:
        raise Unprocessable(f"[{index}]: metric {refusal}")
    check_requested_attributes(engine, "user", event.user.attributes)
    check_requested_attributes(engine, "event", event.attributes)
    return event

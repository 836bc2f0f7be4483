"""Batches of events: all are checked before the first is recorded, and then recorded in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from trophy_engine.arguments import as_sign_up_date, check_idempotency_key
from trophy_engine.calendar.zones import zone
from trophy_engine.engine import UNSET, Engine, Unset
from trophy_engine.errors import InvalidValue, Refused
from trophy_engine.identifiers import check_user_id
from trophy_engine.numbers import Number
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.wire.admin.bulk import sized
from trophy_engine.wire.admin.fields import in_wire_words
from trophy_engine.wire.errors import NotFound, Unprocessable
from trophy_engine.wire.messages import Request, Response
from trophy_engine.wire.structuring import given, item, structure

__all__ = ["record_batch"]

_MOST_EVENTS: Final = 1000
#: Where the hosted service lists the attributes of each type.
_PAGES: Final = {"user": "https://app.trophy.so/users/attributes", "event": "https://app.trophy.so/metrics"}


@item
class BatchUser:
    """The user of an event, and what else there is to say of them."""

    id: str
    email: str | None | Unset = UNSET
    name: str | None | Unset = UNSET
    tz: str | None | Unset = UNSET
    sign_up_date: str | None | Unset = UNSET
    device_tokens: tuple[str, ...] | None | Unset = UNSET
    subscribe_to_emails: bool | Unset = UNSET
    attributes: dict[str, str] | Unset = UNSET

    def changes(self) -> dict[str, Any]:
        """Give what is said of the user, as ``Engine.identify`` takes it."""
        names = {"tz": "time_zone"}
        return {names.get(name, name): value for name, value in given(self).items() if name != "id"}


@item
class BatchEvent:
    """An event of a batch."""

    key: str
    user: BatchUser
    value: Number
    attributes: dict[str, str] | Unset = UNSET
    idempotency_key: str | Unset = UNSET


def record_batch(engine: Engine, request: Request) -> Response:
    """Record a batch of events.

    What the state of a user forbids, such as an event that costs more points than the user holds, is left out in
    silence, and so is an event whose idempotency key has been used.

    Raises:
        NotFound: an event is of a metric that is not there; none is recorded.
        Unprocessable: an event does not fit; none is recorded.
    """
    events = [_checked(engine.ruleset, raw, place) for place, raw in enumerate(sized(request.body, _MOST_EVENTS))]
    seen: set[tuple[str, str, str]] = set()
    with engine.batch():
        for event in events:
            if not isinstance(event.idempotency_key, Unset):
                name = (event.user.id, event.key, event.idempotency_key)
                if name in seen:
                    continue
                seen.add(name)
            _record(engine, event, request)
    return Response(202, {"accepted": len(events)})


def _record(engine: Engine, event: BatchEvent, request: Request) -> None:
    changes = event.user.changes()
    try:
        if changes:
            engine.identify(event.user.id, **changes, at=request.at)
        engine.record(
            event.key,
            user=event.user.id,
            value=event.value,
            at=request.at,
            attributes=None if isinstance(event.attributes, Unset) else event.attributes,
            idempotency_key=None if isinstance(event.idempotency_key, Unset) else event.idempotency_key,
        )
    except (Refused, InvalidValue):
        return  # accepted all the same: nobody waits for the result of an event


def _checked(ruleset: Ruleset, raw: object, place: int) -> BatchEvent:
    """Read an event, and check whatever can be checked without its user's state."""
    try:
        event = structure(raw, BatchEvent)
        check_user_id(event.user.id)
        if isinstance(event.user.tz, str):
            zone(event.user.tz)
        if isinstance(event.user.sign_up_date, str):
            as_sign_up_date(event.user.sign_up_date)
        if not isinstance(event.idempotency_key, Unset):
            check_idempotency_key(event.idempotency_key)
    except InvalidValue as error:
        raise Unprocessable(f"[{place}]: {in_wire_words(str(error))}") from None
    if event.key not in {metric.key for metric in ruleset.metrics}:
        raise NotFound(f"[{place}]: Metric not found by key {event.key!r}")
    _check_attributes(ruleset, "user", event.user.attributes)
    _check_attributes(ruleset, "event", event.attributes)
    return event


def _check_attributes(ruleset: Ruleset, type_: str, given: Mapping[str, str] | Unset) -> None:
    wanted: Iterable[str] = () if isinstance(given, Unset) else given
    declared = {attribute.key for attribute in ruleset.attributes if attribute.type == type_}
    unknown = [key for key in wanted if key not in declared]
    if unknown:
        raise Unprocessable(
            f"Invalid attribute keys: {', '.join(unknown)}. "
            f"Please ensure all attribute keys match those set up at {_PAGES[type_]}."
        )

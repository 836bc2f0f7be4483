"""Webhooks: a function is called with the body of each webhook that the platform would send."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Final, Self

from trophy_engine.core import Effect, LevelChanged, PointsAwarded
from trophy_engine.engine.engine import Engine
from trophy_engine.error_messages import FieldName, list_keys_in_message, nearest_known_key, short_repr
from trophy_engine.errors import InvalidValue
from trophy_engine.notifications.effects import PointsChanged
from trophy_engine.rules.constraints import CALLABLE, InstanceOf
from trophy_engine.trophy_api.serializers.values import Json
from trophy_engine.trophy_api.webhooks.bodies import BODIES, WebhookBodies

__all__ = ["WEBHOOK_TYPES", "Webhooks"]

#: The types of webhooks, as in the field ``type`` of their bodies.
WEBHOOK_TYPES: Final = tuple(kind.type for kind in BODIES)


class Webhooks:
    """Calls a function with the body of each webhook, once the command or the settling that caused it is committed.

    The function is a subscriber (``Engine.subscribe``): it is called in the order of the effects, in the thread of the
    command, with the engine acquired, and an exception in it raises ``SubscribersFailed`` to the caller of the command.
    One that takes long, for example because it uses a network, should only pass the body on, as ``WebhookPoster`` does.

    Args:
        engine: the engine. Most types need rules with ``notifications``.
        deliver: a function of a body, a dict of JSON values in the shape of the platform's documentation.
        types: the types of webhooks to deliver; by default all of them.

    Raises:
        InvalidValue: an argument is of a wrong kind, or a type is unknown.
    """

    def __init__(
        self, engine: Engine, deliver: Callable[[Json], object], *, types: Iterable[str] | None = None
    ) -> None:
        InstanceOf((Engine,)).check("engine", engine)
        CALLABLE.check("deliver", deliver)
        if iscoroutinefunction(deliver):
            fact = "is a coroutine function, which would not be awaited; pass a function that creates a task"
            raise InvalidValue(fact, "deliver")
        self._types = _check_webhook_types(types)
        self._deliver = deliver
        self._bodies = WebhookBodies(engine)
        self._previous: Effect | None = None
        self._unsubscribe = engine.subscribe(Effect, self._receive_webhook_effect)

    def close(self) -> None:
        """End the delivery; a second call does nothing."""
        self._unsubscribe()

    def __enter__(self) -> Self:
        """Return the webhooks; their delivery ends with the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the delivery."""
        self.close()

    def _receive_webhook_effect(self, effect: Effect) -> None:
        previous, self._previous = self._previous, effect
        if isinstance(effect, PointsAwarded):
            self._bodies.awards.record(effect)
        elif effect.type in self._types and not (
            isinstance(effect, LevelChanged) and not _has_level_webhook(effect, previous)
        ):
            if self._bodies.is_shown(effect):
                self._deliver(self._bodies.body_of(effect))
        elif isinstance(effect, PointsChanged):
            self._bodies.awards.forget(effect)


def _has_level_webhook(effect: LevelChanged, previous: Effect | None) -> bool:
    """Return True if a level changed by the award before it; the platform announces no change by new rules."""
    return isinstance(previous, PointsAwarded) and (previous.user_id, previous.system, previous.total) == (
        effect.user_id,
        effect.system,
        effect.total,
    )


def _check_webhook_types(types: Iterable[str] | None) -> frozenset[str]:
    """Return the types of webhooks to deliver.

    Raises:
        InvalidValue: there is none, or one is unknown.
    """
    if types is None:
        return frozenset(WEBHOOK_TYPES)
    if isinstance(types, str):
        raise InvalidValue(f"must be a list of types, for example [{short_repr(types)}]", "types")
    InstanceOf((Iterable,)).check("types", types)
    chosen = tuple(types)
    if not chosen:
        raise InvalidValue("must name at least one type; leave it out for all of them", "types")
    for name in chosen:
        if name not in WEBHOOK_TYPES:
            near = nearest_known_key(str(name), WEBHOOK_TYPES)
            hint = f" did you mean {near!r}?" if near else ""
            known = list_keys_in_message(sorted(WEBHOOK_TYPES), len(WEBHOOK_TYPES))
            fact = f"is not the type of a webhook;{hint} known: {known}"
            raise InvalidValue(fact, FieldName("types", after=f" {short_repr(name)}"))
    return frozenset(chosen)

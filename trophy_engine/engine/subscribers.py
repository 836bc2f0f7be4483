"""Subscribers: callbacks that are called with the effects of a class once they are committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction, signature
from typing import Any

from trophy_engine.core import CORE_EFFECTS, KIND, Effect, RawEffect, effect_from_raw
from trophy_engine.engine.outcome import Outcome
from trophy_engine.error_messages import FieldName, GivenValue, list_keys_in_message, nearest_known_key, short_repr
from trophy_engine.errors import InvalidValue, SubscribersFailed


class Subscribers:
    """The callbacks of one engine.

    Attributes:
        subscriptions: classes of effects and callbacks, in the order in which they were added.
    """

    def __init__(self) -> None:
        self.subscriptions: list[tuple[type[Effect], Callable[[Any], object]]] = []

    def subscribe(self, kind: type[Effect] | str, callback: Callable[[Any], object]) -> Callable[[], None]:
        """Add a callback for a class of effects, or for the name of one; return a function that removes it.

        Raises:
            InvalidValue: the kind is neither a class of effects nor the name of one, or the callback cannot be called
                with an effect.
        """
        kind = _find_subscribed_kind(kind)
        _check_subscriber_callback(callback)
        subscription = (kind, callback)
        self.subscriptions.append(subscription)

        def unsubscribe() -> None:
            # By identity: the same callback can be there twice.
            self.subscriptions[:] = [other for other in self.subscriptions if other is not subscription]

        return unsubscribe

    def notify(self, effects: Iterable[RawEffect], outcome: Outcome | None = None) -> None:
        """Call every callback with each effect of its class, even if others raise.

        Raises:
            SubscribersFailed: callbacks raised.
        """
        errors: list[Exception] = []
        for raw in effects:
            callbacks = [callback for kind, callback in self.subscriptions if issubclass(raw[KIND], kind)]
            for callback in callbacks:
                try:
                    callback(effect_from_raw(raw))
                except Exception as error:  # noqa: BLE001  # raised below, after the others were called
                    errors.append(error)
        if errors:
            failure = SubscribersFailed("subscribers raised exceptions; the effects are committed", errors)
            failure.outcome, failure.effects = outcome, tuple(map(effect_from_raw, effects))
            raise failure


def _find_subscribed_kind(kind: object) -> type[Effect]:
    """Return a class of effects, or the one with a name.

    Raises:
        InvalidValue: the kind is neither.
    """
    if isinstance(kind, type) and issubclass(kind, Effect):
        return kind
    if not isinstance(kind, str):
        fact = "must be a class of effects or the name of one, for example 'achievement.completed', not"
        raise InvalidValue((fact, GivenValue(kind)), "kind")
    if kind in CORE_EFFECTS:
        return CORE_EFFECTS[kind]
    from trophy_engine.notifications.effects import EFFECTS  # noqa: PLC0415  # few callbacks take notifications

    if kind not in EFFECTS:
        near = nearest_known_key(kind, tuple(EFFECTS))
        hint = f" did you mean {near!r}?" if near else ""
        known = f"for all effects pass the class Effect; known: {list_keys_in_message(sorted(EFFECTS), len(EFFECTS))}"
        fact = f"is not the name of an effect;{hint} {known}"
        raise InvalidValue(fact, FieldName("kind", after=f" {short_repr(kind)}"))
    return EFFECTS[kind]


def _check_subscriber_callback(callback: object) -> None:
    """Check that a callback can be called with an effect.

    Raises:
        InvalidValue: it cannot be called, takes other arguments, or would have to be awaited.
    """
    if not callable(callback):
        raise InvalidValue(("must be a function of an effect, not", GivenValue(callback)), "callback")
    if iscoroutinefunction(callback):
        fact = "is a coroutine function, which would not be awaited; pass a function that creates a task"
        raise InvalidValue(fact, "callback")
    try:
        signature_ = signature(callback)
    except (TypeError, ValueError):  # a function without a signature, as some written in C
        return
    try:
        signature_.bind(None)
    except TypeError:
        name = getattr(callback, "__name__", type(callback).__name__)
        fact = f"is called with one argument, the effect, and {name}{signature_} does not take that"
        raise InvalidValue(fact, "callback") from None

"""Subscribers: callbacks that get the effects of a class once they are committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from trophy_engine.core import KIND, Effect, RawEffect, to_effect
from trophy_engine.engine.outcome import Outcome
from trophy_engine.errors import InvalidValue, SubscribersFailed, short_repr
from trophy_engine.rules.constraints import CALLABLE

E = TypeVar("E", bound=Effect)


class Subscribers:
    """The callbacks of one engine.

    Attributes:
        subscriptions: classes of effects and callbacks, in the order in which they were added.
    """

    def __init__(self) -> None:
        self.subscriptions: list[tuple[type[Effect], Callable[[Any], object]]] = []

    def subscribe(self, kind: type[E], callback: Callable[[E], object]) -> Callable[[], None]:
        """Add a callback for a class of effects; return a function that removes it.

        Raises:
            InvalidValue: the kind is not a class of effects, or the callback cannot be called.
        """
        if not (isinstance(kind, type) and issubclass(kind, Effect)):
            raise InvalidValue(f"must be a class of effects such as MetricChanged, not {short_repr(kind)}", "kind")
        CALLABLE.check("callback", callback)
        subscription = (kind, callback)
        self.subscriptions.append(subscription)

        def unsubscribe() -> None:
            if subscription in self.subscriptions:
                self.subscriptions.remove(subscription)

        return unsubscribe

    def notify(self, effects: Iterable[RawEffect], outcome: Outcome | None = None) -> None:
        """Call every callback with each effect of its class, whatever others raise.

        Raises:
            SubscribersFailed: some of them raised.
        """
        errors: list[Exception] = []
        for raw in effects:
            callbacks = [callback for kind, callback in self.subscriptions if issubclass(raw[KIND], kind)]
            for callback in callbacks:
                try:
                    callback(to_effect(raw))
                except Exception as error:  # noqa: BLE001  # raised below, after the others were called
                    errors.append(error)
        if errors:
            failure = SubscribersFailed("subscribers raised; what they were told of is committed all the same", errors)
            failure.outcome, failure.effects = outcome, tuple(map(to_effect, effects))
            raise failure

"""Subscribers: callbacks that are called with the effects of a class once they are committed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from trophy_engine.core import KIND, Effect, RawEffect, to_effect
from trophy_engine.engine.outcome import Outcome
from trophy_engine.errors import GivenValue, InvalidValue, SubscribersFailed
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
            raise InvalidValue(("must be a class of effects, for example MetricChanged, not", GivenValue(kind)), "kind")
        CALLABLE.check("callback", callback)
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
                    callback(to_effect(raw))
                except Exception as error:  # noqa: BLE001  # raised below, after the others were called
                    errors.append(error)
        if errors:
            failure = SubscribersFailed("subscribers raised exceptions; the effects are committed", errors)
            failure.outcome, failure.effects = outcome, tuple(map(to_effect, effects))
            raise failure

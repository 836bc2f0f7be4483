"""Type checkers know the parameter of a callback for every effect, by its class and by its name."""

from collections.abc import Callable
from typing import Literal, get_args, get_overloads, get_type_hints

from trophy_engine.engine.subscribable import Subscribable
from trophy_engine.notifications.effects import EFFECTS


def test_every_effect_has_an_overload_with_its_name():
    kinds = {effect.__name__: effect for effect in EFFECTS.values()}
    _, *by_name = (get_type_hints(overload, localns=kinds) for overload in get_overloads(Subscribable.subscribe))
    assert {hints["kind"]: hints["callback"] for hints in by_name} == {
        Literal[name]: Callable[[effect], object] for name, effect in EFFECTS.items()
    }
    assert [get_args(hints["kind"]) for hints in by_name] == [(name,) for name in EFFECTS]

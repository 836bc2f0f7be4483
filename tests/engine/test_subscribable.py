"""Type checkers know the parameter of a callback for every effect, by its class and by its name."""

from collections.abc import Callable
from typing import Literal, get_args, get_overloads, get_type_hints

from trophy_engine.core.effects import EFFECTS
from trophy_engine.engine.subscribable import Subscribable


def test_every_effect_has_an_overload_with_its_name():
    _, *by_name = map(get_type_hints, get_overloads(Subscribable.subscribe))
    assert {hints["kind"]: hints["callback"] for hints in by_name} == {
        Literal[name]: Callable[[effect], object] for name, effect in EFFECTS.items()
    }
    assert [get_args(hints["kind"]) for hints in by_name] == [(name,) for name in EFFECTS]

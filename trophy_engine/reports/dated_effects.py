"""Days: on which local day everything happened, by the clocks of where the user was when it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core.effects import RawEffect, UserChanged, UserCreated
from trophy_engine.core.transition import Transition

__all__ = ["Moment", "moments"]


class Moment(NamedTuple):
    """Something that happened.

    Attributes:
        day: the user's local day then, as an ordinal.
        raw: the effect.
        transition: the command that it came with.
    """

    day: int
    raw: RawEffect
    transition: Transition


def moments(transitions: Iterable[Transition]) -> Iterator[Moment]:
    """Walk everything that happened to a user, in order; a move to another zone counts from itself on."""
    for transition in transitions:
        home: Zone = transition.state.zone if transition.before is None else transition.before.zone
        for raw in transition.effects:
            if raw[0] is UserCreated:
                home = zone(raw[3])
            elif raw[0] is UserChanged and raw[3] == "time_zone":
                home = zone(raw[5])
            yield Moment(home.window(raw[2])[0], raw, transition)

"""Dated effects: effects with the local day on which they happened, in the time zone of the user at that instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core.effects import RawEffect, UserChanged, UserCreated
from trophy_engine.core.transition import Transition


class DatedEffect(NamedTuple):
    """An effect and the local day on which it happened.

    Attributes:
        day: the user's local day, as an ordinal.
        raw: the effect.
        transition: the command that it came with.
    """

    day: int
    raw: RawEffect
    transition: Transition


def dated_effects(transitions: Iterable[Transition]) -> Iterator[DatedEffect]:
    """Yield the effects on a user, in order; a change of the time zone holds from its own effect on."""
    for transition in transitions:
        zone_: Zone = transition.state.clock.zone if transition.before is None else transition.before.clock.zone
        for raw in transition.effects:
            if raw[0] is UserCreated:
                zone_ = zone(raw[3])
            elif raw[0] is UserChanged and raw[3] == "time_zone":
                zone_ = zone(raw[5])
            yield DatedEffect(zone_.window(raw[2])[0], raw, transition)

"""Dated effects: effects with the local day on which they happened, in the time zone of the user at that instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import NamedEffect, Transition, UserChanged, UserCreated


class DatedEffect(NamedTuple):
    """An effect and the local day on which it happened.

    Attributes:
        day: the user's local day, as an ordinal.
        effect: the effect.
        transition: the command that it came with.
    """

    day: int
    effect: NamedEffect
    transition: Transition


def dated_effects(transitions: Iterable[Transition]) -> Iterator[DatedEffect]:
    """Yield the effects on a user, in order; a change of the time zone holds from its own effect on."""
    for transition in transitions:
        zone_: Zone = transition.state.clock.zone if transition.before is None else transition.before.clock.zone
        for effect in transition.effects:
            if effect.kind is UserCreated:
                zone_ = zone(effect.time_zone)
            elif effect.kind is UserChanged and effect.field == "time_zone":
                zone_ = zone(effect.after)
            yield DatedEffect(zone_.window(effect.at)[0], effect, transition)

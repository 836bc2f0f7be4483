"""Dated effects: effects with the local day of the user at their instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trophy_engine.core import NamedEffect, Transition, UserChanged, UserCreated


class DatedEffect(NamedTuple):
    """An effect and its local day.

    Attributes:
        day: the user's local day, as an ordinal.
        effect: the effect.
        transition: the transition that the effect belongs to.
    """

    day: int
    effect: NamedEffect
    transition: Transition


def dated_effects(transitions: Iterable[Transition]) -> Iterator[DatedEffect]:
    """Yield the effects on a user, in order; a new time zone applies from its own effect on."""
    for transition in transitions:
        before = transition.state if transition.before is None else transition.before
        zone_ = transition.plan.zone(before.clock.zone.name)
        for effect in transition.effects:
            if effect.kind is UserCreated:
                zone_ = transition.plan.zone(effect.time_zone)
            elif effect.kind is UserChanged and effect.field == "time_zone":
                zone_ = transition.plan.zone(effect.after)
            yield DatedEffect(zone_.window(effect.at)[0], effect, transition)

"""The ruleset: everything that an author declares, checked as a whole."""

from __future__ import annotations

import attrs

from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.constraints import as_sequence, optional, sequence
from trophy_engine.rules.metrics import Attribute, Metric
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.streak import Streak

__all__ = ["Ruleset"]


@attrs.frozen
class Ruleset:
    """Everything that an author declares."""

    metrics: tuple[Metric, ...] = attrs.field(default=(), converter=as_sequence, validator=sequence(Metric))
    attributes: tuple[Attribute, ...] = attrs.field(default=(), converter=as_sequence, validator=sequence(Attribute))
    streak: Streak | None = attrs.field(default=None, validator=optional(attrs.validators.instance_of(Streak)))
    achievements: tuple[Achievement, ...] = attrs.field(
        default=(), converter=as_sequence, validator=sequence(Achievement)
    )
    points: tuple[PointsSystem, ...] = attrs.field(default=(), converter=as_sequence, validator=sequence(PointsSystem))

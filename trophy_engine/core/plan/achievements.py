"""The plan of an achievement: its counter and threshold, its prerequisites, and what its completion moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from trophy_engine.core.plan.counters import Counter
from trophy_engine.core.plan.metrics import MetricPlan
from trophy_engine.core.plan.points import TriggerPlan
from trophy_engine.core.plan.streak import RewardPlan
from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.filters import Filter

if TYPE_CHECKING:
    from trophy_engine.core.gates import GatePlan


@attrs.define(eq=False, repr=False)
class AchievementPlan:
    """An achievement or one tier of it, with what follows: composites, metrics, and awards of points or freezes.

    It is reached when ``counter`` reads at least ``threshold``; ``counter`` is None for an ``api`` achievement. The
    counter of a composite counts its completed ``prerequisites``; no other kind has any. A prerequisite is completed
    by any of its ``alternatives``: by itself or, for an achievement with tiers, by any tier.

    Attributes:
        declared: the achievement in the rules.
        rule: the same or, for a tier, the tier as an achievement of its own.
        key: the key by which rules name it.
        tier: the key of the tier; None for an achievement without tiers.
        gate: the compiled gate; None if it has no conditions but ``user_attributes``.
        is_followed: whether others can be completed because it is.
    """

    declared: Achievement
    rule: Achievement
    key: str
    tier: str | None
    user_attributes: Filter | None
    counter: Counter | None
    threshold: Number
    prerequisites: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    composites: list[AchievementPlan] = attrs.field(factory=list)
    awards: list[TriggerPlan | RewardPlan] = attrs.field(factory=list)
    metrics: list[MetricPlan] = attrs.field(factory=list)
    gate: GatePlan | None = None
    is_followed: bool = False

    @property
    def is_completed_at_multiples(self) -> bool:
        """True if each multiple of the threshold completes it once, not each window or reset."""
        return self.rule.repeatable and self.counter is not None and not self.counter.is_windowed

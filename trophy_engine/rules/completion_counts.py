"""Completion counts: how many completions each metric on completions can ever count.

An achievement is completed once, and one with tiers once for each tier, so a metric on them has a greatest total,
unless one of them is repeatable. Achievements by the metric itself count only as far as those before them are enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import Achievement, MetricTrigger
from trophy_engine.rules.metric_sources import CompletionsSource
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.references import EVERY
from trophy_engine.rules.tiers import Tier, tier_key


class _CompletionCounts:
    """The completions of achievements, by the keys that name achievements and tiers.

    Attributes:
        counts: the number of completions; None for a repeatable achievement, and for one that could not be read.
        owners: the key of the achievement of each tier.
        thresholds: by metric, what completes achievements by it: the totals, each with the keys that name it.
        total: the number of all completions, None if one of them has none.
    """

    def __init__(self, achievements: Sequence[Any]) -> None:
        self.counts: dict[str, int | None] = {}
        self.owners: dict[str, str] = {}
        self.thresholds: dict[str, list[tuple[Number, tuple[str, ...]]]] = {}
        self.total: int | None = 0
        for achievement in achievements:
            count = _count_completions_at_most(achievement)
            self.total = None if count is None or self.total is None else self.total + count
            if count is not None and achievement.key:
                self._add_achievement(achievement, count)

    def _add_achievement(self, achievement: Achievement, count: int) -> None:
        self.counts[achievement.key] = count
        for tier in achievement.tiers:
            if tier.key:
                name = tier_key(achievement.key, tier.key)
                self.counts[name], self.owners[name] = 1, achievement.key
        trigger = achievement.trigger
        if isinstance(trigger, MetricTrigger) and trigger.metric:
            self.thresholds.setdefault(trigger.metric, []).extend(_thresholds_of_achievement(achievement, trigger))

    def greatest_count(self, metric: str, keys: Sequence[str | None]) -> int | None:
        """Return how many completions a metric on some achievements, or on all, can count, or None for no limit."""
        chosen = set(keys) if keys != EVERY else None
        total: int | None = self.total
        if chosen is not None:
            counts = [self.counts.get(key or "") for key in chosen if self.owners.get(key or "") not in chosen]
            total = None if None in counts else sum(count for count in counts if count is not None)
        if total is None:
            return None
        of_metric = self.thresholds.get(metric, ())
        counted = sorted(value for value, names in of_metric if chosen is None or not chosen.isdisjoint(names))
        reached = total - len(counted)
        for threshold in counted:
            if threshold > reached:
                break
            reached += 1
        return reached


def _count_completions_at_most(achievement: Any) -> int | None:
    """Return how often an achievement with its tiers is completed; None for no limit, and if it could not be read."""
    if not isinstance(achievement, Achievement) or achievement.repeatable is not False:
        return None
    if achievement.tiers is None or not all(isinstance(tier, Tier) for tier in achievement.tiers):
        return None
    return len(achievement.tiers) or 1


def _thresholds_of_achievement(
    achievement: Achievement, trigger: MetricTrigger
) -> Iterator[tuple[Number, tuple[str, ...]]]:
    """Yield the readable totals that complete an achievement or its tiers, each with the keys that name it."""
    if trigger.value is not None:
        yield trigger.value, (achievement.key,)
    for tier in achievement.tiers:
        if tier.value is not None and tier.key:
            yield tier.value, (achievement.key, tier_key(achievement.key, tier.key))


def greatest_completion_counts(metrics: Sequence[Any], achievements: Sequence[Any]) -> dict[str, int]:
    """Return, by metric on completions, the number that it can ever count; those without a limit are left out."""
    sources = [
        (metric.key, metric.source.completions)
        for metric in metrics
        if isinstance(metric, Metric) and isinstance(metric.source, CompletionsSource) and metric.source.completions
    ]
    completion_counts = _CompletionCounts(achievements if sources else ())
    counts = {key: completion_counts.greatest_count(key, keys) for key, keys in reversed(sources)}
    return {key: count for key, count in counts.items() if count is not None}

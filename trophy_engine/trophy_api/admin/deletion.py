"""Deletion: deletes a rule, and every rule that would lose or change its meaning without it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

import attrs

from trophy_engine.rules.achievements import Achievement, AchievementTrigger, CompositeTrigger
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.gates import ALWAYS
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metric_sources import CompletionsSource
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.points import Boost, PointsSystem, PointsTrigger
from trophy_engine.rules.references import EVERY, references_of
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import FreezeReward, Streak
from trophy_engine.rules.tiers import tier_names
from trophy_engine.values import Value


def delete_cascade(
    ruleset: Ruleset,
    *,
    metrics: AbstractSet[str] = frozenset(),
    attributes: AbstractSet[tuple[str, str]] = frozenset(),
    achievements: AbstractSet[str] = frozenset(),
    systems: AbstractSet[str] = frozenset(),
) -> Ruleset:
    """Return the ruleset without some of its rules and without the rules that depend on them.

    Rules that count a deleted metric are deleted, and so are metrics that are derived from it or that it resets, and
    metrics on the points of a deleted system, or on the completions of deleted achievements alone. So are rules that
    filter by a deleted attribute, because without the filter they would apply to all users or events, metrics that
    count its values, and rules whose ``when`` requires a deleted achievement or a level of a deleted points system. An
    achievement loses its deleted tiers, a composite its deleted prerequisites, and is deleted with the last of them.
    Rules that reward a deleted achievement, with points or freezes, or rank by a deleted points system are deleted.

    Args:
        ruleset: the rules to start from.
        metrics: keys of the metrics to delete.
        attributes: types and keys of the attributes to delete.
        achievements: keys of the achievements to delete, and the keys by which rules name tiers to delete.
        systems: keys of the points systems to delete.
    """
    gone = _Deletion(metrics, attributes, achievements, systems).with_dependents(ruleset)
    return attrs.evolve(
        ruleset,
        metrics=tuple(gone.from_metric(metric) for metric in ruleset.metrics if metric.key not in gone.metrics),
        attributes=tuple(
            attribute for attribute in ruleset.attributes if (attribute.type, attribute.key) not in gone.attributes
        ),
        streaks=tuple(map(gone.from_streak, ruleset.streaks)),
        achievements=tuple(map(gone.from_achievement, filter(gone.keeps_achievement, ruleset.achievements))),
        points=tuple(gone.from_system(system) for system in ruleset.points if system.key not in gone.systems),
        leaderboards=tuple(filter(gone.keeps_leaderboard, ruleset.leaderboards)),
    )


def with_explicit_keys(system: PointsSystem) -> PointsSystem:
    """Return the system with an explicit key on every trigger and boost, so that keys do not depend on the order."""
    triggers = zip(system.triggers, system.trigger_keys, strict=True)
    boosts = zip(system.boosts, system.boost_keys, strict=True)
    return attrs.evolve(
        system,
        triggers=tuple(trigger if trigger.key else attrs.evolve(trigger, key=key) for trigger, key in triggers),
        boosts=tuple(boost if boost.key else attrs.evolve(boost, key=key) for boost, key in boosts),
    )


@attrs.frozen
class _Deletion(Value):
    """The rules to delete, by keys."""

    metrics: AbstractSet[str]
    attributes: AbstractSet[tuple[str, str]]
    achievements: AbstractSet[str]
    systems: AbstractSet[str]

    def with_dependents(self, ruleset: Ruleset) -> _Deletion:
        """Return the deletion with the metrics and achievements that depend on it, directly or through others."""
        metrics = {
            metric.key
            for metric in ruleset.metrics
            if self._is_broken_by_deletion(metric) or ("event", metric.distinct_by) in self.attributes
        }
        achievements = {
            name
            for achievement in ruleset.achievements
            if self._deletes_achievement(achievement)
            for name in (achievement.key, *(name for _, name in tier_names(achievement)))
        }
        if metrics <= self.metrics and achievements <= self.achievements:
            return self
        more = attrs.evolve(self, metrics=self.metrics | metrics, achievements=self.achievements | achievements)
        return more.with_dependents(ruleset)

    def _deletes_achievement(self, achievement: Achievement) -> bool:
        if achievement.key in self.achievements or self._filters_by_deleted_attribute(achievement):
            return True
        if self._opens_gate_by_deletion(achievement):
            return True
        tiers = {name for _, name in tier_names(achievement)}
        return (bool(tiers) and self.achievements >= tiers) or self._is_broken_by_deletion(achievement.trigger)

    def _is_broken_by_deletion(
        self, rule: AchievementTrigger | FreezeReward | PointsTrigger | Boost | Leaderboard | Metric
    ) -> bool:
        """Return whether the rule loses its attribute, a condition of its gate, or all references of another field."""
        if self._opens_gate_by_deletion(rule):
            return True
        deleted = {"metric": self.metrics, "achievement": self.achievements, "points system": self.systems}
        return self._filters_by_deleted_attribute(rule) or any(
            deleted.get(reference.kind, frozenset()) >= set(reference.keys.values())
            for reference in references_of(rule)
        )

    def _opens_gate_by_deletion(self, rule: Any) -> bool:
        """Return whether a gate loses a condition, so that it would be open for more users."""
        gate = getattr(rule, "when", ALWAYS)
        return not (self.achievements.isdisjoint(gate.achievements) and self.systems.isdisjoint(gate.levels))

    def _filters_by_deleted_attribute(self, rule: Any) -> bool:
        """Return whether a rule or its gate filters by a deleted attribute."""
        gate = getattr(rule, "when", None)
        return (gate is not None and self._filters_by_deleted_attribute(gate)) or any(
            (type_, key) in self.attributes
            for type_ in ("user", "event")
            for key in getattr(rule, f"{type_}_attributes", Filter())
        )

    def keeps_achievement(self, achievement: Achievement) -> bool:
        """Return whether an achievement remains."""
        return achievement.key not in self.achievements

    def keeps_leaderboard(self, board: Leaderboard) -> bool:
        """Return whether a leaderboard remains."""
        broken_down = any(("user", key) in self.attributes for key in board.breakdown_attributes)
        return not (broken_down or self._is_broken_by_deletion(board))

    def from_metric(self, metric: Metric) -> Metric:
        """Return a remaining metric that no longer counts the completions of deleted achievements."""
        source = metric.source
        if not isinstance(source, CompletionsSource) or source.completions == EVERY:
            return metric
        kept = tuple(key for key in source.completions if key not in self.achievements)
        return metric if kept == source.completions else attrs.evolve(metric, source=CompletionsSource(kept))

    def from_achievement(self, achievement: Achievement) -> Achievement:
        """Return a remaining achievement without its deleted tiers and prerequisites.

        If it is active and loses a prerequisite that it requires, it becomes locked, so that no user completes it with
        fewer.
        """
        deleted = {index for index, name in tier_names(achievement) if name in self.achievements}
        if deleted:
            tiers = (tier for index, tier in enumerate(achievement.tiers) if index not in deleted)
            achievement = attrs.evolve(achievement, tiers=tuple(tiers))
        trigger = achievement.trigger
        if not isinstance(trigger, CompositeTrigger):
            return achievement
        remaining = tuple(key for key in trigger.achievements if key not in self.achievements)
        if remaining == trigger.achievements:
            return achievement
        if trigger.at_least is not None and trigger.at_least <= len(remaining):
            return attrs.evolve(achievement, trigger=attrs.evolve(trigger, achievements=remaining))
        status = "locked" if achievement.status == "active" else achievement.status
        return attrs.evolve(achievement, trigger=CompositeTrigger(remaining), status=status)

    def from_streak(self, streak: Streak) -> Streak:
        """Return a streak without the conditions on deleted metrics and attributes, and rewards for achievements."""
        freezes = streak.freezes
        if freezes is not None:
            kept = tuple(reward for reward in freezes.rewards if not self._is_broken_by_deletion(reward))
            freezes = attrs.evolve(freezes, rewards=kept)
        kept_metrics = (metric for metric in streak.metrics if metric.key not in self.metrics)
        metrics = tuple(metric for metric in kept_metrics if not self._filters_by_deleted_attribute(metric))
        return attrs.evolve(streak, metrics=metrics, freezes=freezes)

    def from_system(self, system: PointsSystem) -> PointsSystem:
        """Return a points system without the triggers and boosts to delete; the others keep their keys."""
        kept = with_explicit_keys(system)
        triggers = tuple(trigger for trigger in kept.triggers if not self._is_broken_by_deletion(trigger))
        boosts = tuple(boost for boost in kept.boosts if not self._is_broken_by_deletion(boost))
        if (len(triggers), len(boosts)) == (len(system.triggers), len(system.boosts)):
            return system
        return attrs.evolve(kept, triggers=triggers, boosts=boosts)

"""Deletion: a rule goes, and with it every rule that would mean nothing, or something else, without it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

import attrs

from trophy_engine.rules.achievements import Achievement, AchievementTrigger, CompositeTrigger
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.points import PointsSystem, PointsTrigger
from trophy_engine.rules.references import references_of
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import Streak


def delete_cascade(
    ruleset: Ruleset,
    *,
    metrics: AbstractSet[str] = frozenset(),
    attributes: AbstractSet[tuple[str, str]] = frozenset(),
    achievements: AbstractSet[str] = frozenset(),
    systems: AbstractSet[str] = frozenset(),
) -> Ruleset:
    """Return the ruleset without some of its rules, which are named by their keys.

    Rules that count by a metric go with it, and so do rules that are for some values of an attribute only, for without
    it they would be for everybody. A composite achievement waits for what is left of its prerequisites, and goes with
    the last of them. What rewards an achievement, and what ranks by a points system, goes with that.

    Args:
        ruleset: the rules to start from.
        metrics: keys of metrics.
        attributes: types and keys of attributes.
        achievements: keys of achievements.
        systems: keys of points systems.
    """
    gone = _Deletion(metrics, attributes, achievements, systems).completed(ruleset.achievements)
    return attrs.evolve(
        ruleset,
        metrics=tuple(metric for metric in ruleset.metrics if metric.key not in gone.metrics),
        attributes=tuple(
            attribute for attribute in ruleset.attributes if (attribute.type, attribute.key) not in gone.attributes
        ),
        streak=ruleset.streak and gone.from_streak(ruleset.streak),
        achievements=tuple(map(gone.from_achievement, filter(gone.spares_achievement, ruleset.achievements))),
        points=tuple(gone.from_system(system) for system in ruleset.points if system.key not in gone.systems),
        leaderboards=tuple(filter(gone.spares_board, ruleset.leaderboards)),
    )


def with_explicit_keys(system: PointsSystem) -> PointsSystem:
    """Return the system with a key written on every trigger and boost, so that a key does not depend on the order."""
    triggers = zip(system.triggers, system.trigger_keys, strict=True)
    boosts = zip(system.boosts, system.boost_keys, strict=True)
    return attrs.evolve(
        system,
        triggers=tuple(trigger if trigger.key else attrs.evolve(trigger, key=key) for trigger, key in triggers),
        boosts=tuple(boost if boost.key else attrs.evolve(boost, key=key) for boost, key in boosts),
    )


@attrs.frozen
class _Deletion:
    """What goes, by keys."""

    metrics: AbstractSet[str]
    attributes: AbstractSet[tuple[str, str]]
    achievements: AbstractSet[str]
    systems: AbstractSet[str]

    def completed(self, achievements: tuple[Achievement, ...]) -> _Deletion:
        """Add the achievements that go with what goes, and those that go with them."""
        more = {
            achievement.key
            for achievement in achievements
            if achievement.key not in self.achievements and self._takes(achievement)
        }
        if not more:
            return self
        return attrs.evolve(self, achievements=self.achievements | more).completed(achievements)

    def _takes(self, achievement: Achievement) -> bool:
        return self._filtered(achievement) or self._breaks(achievement.trigger)

    def _breaks(self, rule: AchievementTrigger | PointsTrigger | Leaderboard) -> bool:
        """Return whether nothing that a field of the rule refers to stays, or one of its filters goes."""
        gone = {"metric": self.metrics, "achievement": self.achievements, "points system": self.systems}
        return self._filtered(rule) or any(
            gone[reference.kind] >= set(reference.keys.values()) for reference in references_of(rule)
        )

    def _filtered(self, rule: Any) -> bool:
        """Return whether a rule is for some values of an attribute that goes."""
        return any(
            (type_, key) in self.attributes
            for type_ in ("user", "event")
            for key in getattr(rule, f"{type_}_attributes", Filter())
        )

    def spares_achievement(self, achievement: Achievement) -> bool:
        """Return whether an achievement stays."""
        return achievement.key not in self.achievements

    def spares_board(self, board: Leaderboard) -> bool:
        """Return whether a leaderboard stays."""
        broken_down = any(("user", key) in self.attributes for key in board.breakdown_attributes)
        return not (broken_down or self._breaks(board))

    def from_achievement(self, achievement: Achievement) -> Achievement:
        """Return an achievement that stays, without the prerequisites that go; locked, so that its holders keep it.

        Whoever holds the prerequisites that are left has not done what it was for.
        """
        if not isinstance(achievement.trigger, CompositeTrigger):
            return achievement
        left = tuple(key for key in achievement.trigger.achievements if key not in self.achievements)
        if left == achievement.trigger.achievements:
            return achievement
        status = "locked" if achievement.status == "active" else achievement.status
        return attrs.evolve(achievement, trigger=CompositeTrigger(left), status=status)

    def from_streak(self, streak: Streak) -> Streak:
        """Make the streak without the conditions that go."""
        return attrs.evolve(
            streak, metrics=tuple(metric for metric in streak.metrics if metric.key not in self.metrics)
        )

    def from_system(self, system: PointsSystem) -> PointsSystem:
        """Make a points system without the triggers and boosts that go; the others keep their keys."""
        kept = with_explicit_keys(system)
        triggers = tuple(trigger for trigger in kept.triggers if not self._breaks(trigger))
        boosts = tuple(boost for boost in kept.boosts if not self._filtered(boost))
        if (len(triggers), len(boosts)) == (len(system.triggers), len(system.boosts)):
            return system
        return attrs.evolve(kept, triggers=triggers, boosts=boosts)

"""The history of the rules: names, keys and dates of rules, including rules that have been deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Self

import attrs

from trophy_engine.engine.engine import Engine
from trophy_engine.rules.points import Boost, PointsTrigger
from trophy_engine.rules.ruleset import Ruleset

#: The date of rules that were in force from the start of the log.
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen
class RulesHistory:
    """The rulesets in force so far, oldest first.

    Attributes:
        ruleset: the current rules.
        versions: each ruleset with the instant it came into force, oldest first.
    """

    ruleset: Ruleset
    versions: tuple[tuple[datetime, Ruleset], ...]

    @classmethod
    def of(cls, engine: Engine) -> Self:
        """Return the rules history of an engine."""
        return cls(engine.ruleset, tuple((version.at or _EVER, version.ruleset) for version in engine.rules_history()))

    @classmethod
    def of_ruleset(cls, ruleset: Ruleset) -> Self:
        """Return a history with one ruleset, which was always in force."""
        return cls(ruleset, ((_EVER, ruleset),))

    def until(self, at: datetime) -> Self:
        """Return the history up to and including an instant."""
        return attrs.evolve(self, versions=tuple(version for version in self.versions if version[0] <= at))

    def dates(self, system: str, trigger_key: str) -> tuple[datetime, datetime]:
        """Return when a trigger first appeared and when it last changed."""
        created, updated, last = None, _EVER, None
        for at, ruleset in self.versions:
            trigger = _triggers(ruleset, system).get(trigger_key)
            if trigger is not None and trigger != last:
                created, updated = created or at, at
            last = trigger
        return created or _EVER, updated

    def metric_name(self, key: str) -> str:
        """Return the latest name of a metric, or its key if no ruleset has it."""
        return next(
            (metric.name for _, rules in reversed(self.versions) for metric in rules.metrics if metric.key == key), key
        )

    def achievement_name(self, key: str) -> str:
        """Return the latest name of an achievement, or its key if no ruleset has it."""
        names = (
            achievement.name
            for _, rules in reversed(self.versions)
            for achievement in rules.achievements
            if achievement.key == key
        )
        return next(names, key)

    def boost_key(self, system: str, boost: Boost) -> str:
        """Return the key of a boost in the latest ruleset that contains it."""
        for _, ruleset in reversed(self.versions):
            for points_system in ruleset.points:
                if points_system.key == system and boost in points_system.boosts:
                    return points_system.boost_keys[points_system.boosts.index(boost)]
        return boost.key or boost.name


def _triggers(ruleset: Ruleset, system: str) -> dict[str, PointsTrigger]:
    return {
        key: trigger
        for points_system in ruleset.points
        if points_system.key == system
        for key, trigger in zip(points_system.trigger_keys, points_system.triggers, strict=True)
    }

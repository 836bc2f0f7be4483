"""Nested resources: the levels, boosts and triggers of one points system."""

from __future__ import annotations

from typing import Any, TypeVar

import attrs

from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.deletion import with_explicit_keys
from trophy_engine.trophy_api.admin.resource import Resource

P = TypeVar("P")


class NestedResource(Resource[P]):
    """The rules of one kind in one points system.

    Args:
        system: the key of the system.
    """

    def __init__(self, system: str) -> None:
        self.system = system

    def system_in(self, ruleset: Ruleset) -> PointsSystem:
        """Return the system with explicit keys, so that its rules keep their keys when others are deleted."""
        return with_explicit_keys(next(system for system in ruleset.points if system.key == self.system))

    def rules(self, ruleset: Ruleset) -> tuple[P, ...]:
        """Return the rules of this kind in the system."""
        rules: tuple[P, ...] = getattr(self.system_in(ruleset), self.section)
        return rules

    def with_rules(self, ruleset: Ruleset, rules: tuple[P, ...]) -> Ruleset:
        """Return the ruleset with other rules of this kind in the system."""
        changes: dict[str, Any] = {self.section: rules}
        changed = attrs.evolve(self.system_in(ruleset), **changes)
        systems = (changed if system.key == self.system else system for system in ruleset.points)
        return attrs.evolve(ruleset, points=tuple(systems))

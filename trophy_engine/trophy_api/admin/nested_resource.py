"""NestedResource of points systems: resources below a system, whose path begins with its identifier."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

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
        """Return the system, every part of which has a key of its own, so that it keeps it when others go."""
        return with_explicit_keys(next(one for one in ruleset.points if one.key == self.system))

    @abstractmethod
    def rules_in(self, system: PointsSystem) -> tuple[P, ...]:
        """Return the parts of a system."""

    @abstractmethod
    def with_rules_in(self, system: PointsSystem, parts: tuple[P, ...]) -> PointsSystem:
        """Make the system with other parts."""

    def rules(self, ruleset: Ruleset) -> tuple[P, ...]:
        """Return the parts of the system."""
        return self.rules_in(self.system_in(ruleset))

    def with_rules(self, ruleset: Ruleset, rules: tuple[P, ...]) -> Ruleset:
        """Return the ruleset with other parts of the system."""
        changed = self.with_rules_in(self.system_in(ruleset), rules)
        return attrs.evolve(ruleset, points=tuple(changed if one.key == self.system else one for one in ruleset.points))

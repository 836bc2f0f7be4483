"""NestedResource of points systems: resources below a system, whose path begins with its identifier."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

import attrs

from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.removal import pinned
from trophy_engine.trophy_api.admin.resource import Resource

__all__ = ["NestedResource"]

P = TypeVar("P")


class NestedResource(Resource[P]):
    """The rules of one kind in one points system.

    Args:
        system: the key of the system.
    """

    def __init__(self, system: str) -> None:
        self.system = system

    def system_in(self, ruleset: Ruleset) -> PointsSystem:
        """Give the system, every part of which has a key of its own, so that it keeps it when others go."""
        return pinned(next(one for one in ruleset.points if one.key == self.system))

    @abstractmethod
    def of(self, system: PointsSystem) -> tuple[P, ...]:
        """Give the parts of a system."""

    @abstractmethod
    def within(self, system: PointsSystem, parts: tuple[P, ...]) -> PointsSystem:
        """Make the system with other parts."""

    def rules(self, ruleset: Ruleset) -> tuple[P, ...]:
        """Give the parts of the system."""
        return self.of(self.system_in(ruleset))

    def replace(self, ruleset: Ruleset, rules: tuple[P, ...]) -> Ruleset:
        """Make the ruleset with other parts of the system."""
        changed = self.within(self.system_in(ruleset), rules)
        return attrs.evolve(ruleset, points=tuple(changed if one.key == self.system else one for one in ruleset.points))

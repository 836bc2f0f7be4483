"""Points systems, as the admin API has them; one can be made together with its levels, boosts and triggers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.rules.diagnostics import item_path
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.boosts import Boosts, NewBoost
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.admin.fields import BADGE, PROSE, Badge, Field, fault_at, set_by
from trophy_engine.trophy_api.admin.levels import Levels, NewLevel
from trophy_engine.trophy_api.admin.nested_resource import NestedResource
from trophy_engine.trophy_api.admin.removal import without
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.admin.triggers import NewTrigger, Triggers
from trophy_engine.trophy_api.ids import system_id
from trophy_engine.trophy_api.structuring import item

__all__ = ["Systems"]


@item
class NewSystem:
    """A points system to make."""

    name: str
    key: str
    description: str | None | Unset = UNSET
    badge: Badge | None | Unset = UNSET
    max_points: int | None | Unset = UNSET
    levels: tuple[NewLevel, ...] | Unset = UNSET
    boosts: tuple[NewBoost, ...] | Unset = UNSET
    triggers: tuple[NewTrigger, ...] | Unset = UNSET


@item
class SystemEdit:
    """What to change of a points system."""

    id: UUID
    name: str | Unset = UNSET
    description: str | None | Unset = UNSET
    badge: Badge | None | Unset = UNSET
    max_points: int | None | Unset = UNSET


class Systems(Resource[PointsSystem]):
    """The points systems of a ruleset."""

    noun, rivals, new, edit = "Points system", "points system", NewSystem, SystemEdit
    fields = (
        Field("name"),
        Field("key"),
        Field("description", codec=PROSE),
        Field("badge", "badge_url", codec=BADGE),
        Field("max_points", "maximum"),
    )

    def rules(self, ruleset: Ruleset) -> tuple[PointsSystem, ...]:
        """Give the points systems."""
        return ruleset.points

    def replace(self, ruleset: Ruleset, rules: tuple[PointsSystem, ...]) -> Ruleset:
        """Make the ruleset with other points systems."""
        return attrs.evolve(ruleset, points=rules)

    def identify(self, rule: PointsSystem) -> UUID:
        """Give the identifier of a points system."""
        return system_id(rule.key)

    def make(self, item: NewSystem, desk: EditContext) -> PointsSystem:
        """Make a points system, without its parts."""
        self.claim(item.key, (system.key for system in desk.ruleset.points))
        return PointsSystem(**set_by(self.fields, item, desk))

    def add(self, item: NewSystem, desk: EditContext) -> tuple[Ruleset, dict[str, Any]]:
        """Add a points system and the parts that come with it: all of them, or nothing at all.

        Raises:
            InvalidValue: a part does not fit; the message says which.
        """
        ruleset, found = super().add(item, desk)
        parts: dict[str, NestedResource[Any]] = {
            "levels": Levels(item.key),
            "boosts": Boosts(item.key),
            "triggers": Triggers(item.key),
        }
        for name, resource in parts.items():
            items = getattr(item, name)
            if items is UNSET:
                continue
            found[name] = []
            for place, one in enumerate(items):
                ruleset, shown = _added(resource, one, desk.holding(ruleset), item_path(name, place))
                found[name].append(shown)
        return ruleset, found

    def remove(self, rule: PointsSystem, ruleset: Ruleset) -> Ruleset:
        """Take a points system out, and the leaderboards that rank by it."""
        return without(ruleset, systems={rule.key})

    def show(self, rule: PointsSystem, desk: EditContext) -> dict[str, Any]:
        """Show a points system; one that is in the ruleset is active."""
        return {**super().show(rule, desk), "status": "active"}


def _added(parts: NestedResource[Any], item: Any, desk: EditContext, path: str) -> tuple[Ruleset, dict[str, Any]]:
    """Add a part of a new system, and show it; whatever is wrong with it is told with its path."""
    try:
        return parts.add(item, desk)
    except (InvalidValue, InvalidRules) as error:
        raise InvalidValue(fault_at(path, error, parts.vocabulary)) from None

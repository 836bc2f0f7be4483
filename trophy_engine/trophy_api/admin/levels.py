"""Levels of a points system, as the admin API has them."""

from __future__ import annotations

from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.rules.points import Level, PointsSystem
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.admin.fields import BADGE, PROSE, Badge, Field, read_fields
from trophy_engine.trophy_api.admin.nested_resource import NestedResource
from trophy_engine.trophy_api.ids import level_id
from trophy_engine.trophy_api.structuring import item


@item
class NewLevel:
    """A level to make."""

    name: str
    key: str
    points: int
    description: str | None | Unset = UNSET
    badge: Badge | None | Unset = UNSET


@item
class LevelEdit:
    """What to change of a level."""

    id: UUID
    name: str | Unset = UNSET
    points: int | Unset = UNSET
    description: str | None | Unset = UNSET
    badge: Badge | None | Unset = UNSET


class Levels(NestedResource[Level]):
    """The levels of a points system."""

    label, key_scope, new, edit = "Level", "level", NewLevel, LevelEdit
    fields = (
        Field("name"),
        Field("key"),
        Field("points"),
        Field("description", codec=PROSE),
        Field("badge", "badge_url", codec=BADGE),
    )

    def rules_in(self, system: PointsSystem) -> tuple[Level, ...]:
        """Return the levels."""
        return system.levels

    def with_rules_in(self, system: PointsSystem, parts: tuple[Level, ...]) -> PointsSystem:
        """Make the system with other levels."""
        return attrs.evolve(system, levels=parts)

    def rule_id(self, rule: Level) -> UUID:
        """Return the identifier of a level."""
        return level_id(self.system, rule.key)

    def create_rule(self, item: NewLevel, context: EditContext) -> Level:
        """Create a level."""
        self.check_unused(item.key, (level.key for level in self.rules(context.ruleset)))
        return Level(**read_fields(self.fields, item, context))

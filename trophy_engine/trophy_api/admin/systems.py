"""Points systems of the admin API; a system can be created together with its levels, boosts and triggers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from trophy_engine.engine.arguments import UNSET
from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.rules.diagnostics import rule_item_path
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.boosts import BoostResource
from trophy_engine.trophy_api.admin.deletion import delete_cascade
from trophy_engine.trophy_api.admin.levels import LevelResource
from trophy_engine.trophy_api.admin.nested_resource import NestedResource
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.admin.triggers import TriggerResource
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.fields import BADGE, PROSE, Field, read_item_fields, request_error_message_at
from trophy_engine.trophy_api.ids import system_id


class SystemResource(Resource[PointsSystem]):
    """The points systems of a ruleset."""

    label, key_scope, section = "Points system", "points system", "points"
    fields = (
        Field("name", required=True),
        Field("key", required=True, fixed=True),
        Field("description", codec=PROSE),
        Field("badge", "badge_url", codec=BADGE),
        Field("max_points", "maximum", type=int | None),
    )
    item_fields = (
        Field("levels", type=tuple[LevelResource.new, ...], fixed=True),
        Field("boosts", type=tuple[BoostResource.new, ...], fixed=True),
        Field("triggers", type=tuple[TriggerResource.new, ...], fixed=True),
    )

    def rule_id(self, rule: PointsSystem) -> UUID:
        """Return the identifier of a points system."""
        return system_id(rule.key)

    def create_rule(self, item: Any, context: EditContext) -> PointsSystem:
        """Return a new points system without its parts."""
        self.check_unused(item.key, (system.key for system in context.ruleset.points))
        return PointsSystem(**read_item_fields(self.fields, item, context))

    def create(self, item: Any, context: EditContext) -> tuple[Ruleset, dict[str, Any]]:
        """Add a points system and its parts, all or none.

        Raises:
            InvalidValue: a part is invalid; the message has its path.
        """
        ruleset, serialized = super().create(item, context)
        parts: dict[str, NestedResource[Any]] = {
            "levels": LevelResource(item.key),
            "boosts": BoostResource(item.key),
            "triggers": TriggerResource(item.key),
        }
        for name, resource in parts.items():
            items = getattr(item, name)
            if items is UNSET:
                continue
            serialized[name] = []
            for index, part in enumerate(items):
                edited = context.with_ruleset(ruleset)
                ruleset, serialized_part = _create_part_of_system(resource, part, edited, rule_item_path(name, index))
                serialized[name].append(serialized_part)
        return ruleset, serialized

    def delete(self, rule: PointsSystem, ruleset: Ruleset) -> Ruleset:
        """Delete a points system, and the leaderboards that rank by it."""
        return delete_cascade(ruleset, systems={rule.key})

    def serialize(self, rule: PointsSystem, context: EditContext) -> dict[str, Any]:
        """Serialize a points system; all systems of the ruleset are active."""
        return {**super().serialize(rule, context), "status": "active"}


def _create_part_of_system(
    parts: NestedResource[Any], item: Any, context: EditContext, path: str
) -> tuple[Ruleset, dict[str, Any]]:
    """Create a part of a new system and serialize it; errors have its path."""
    try:
        return parts.create(item, context)
    except (InvalidValue, InvalidRules) as error:
        raise InvalidValue(request_error_message_at(path, error, parts.all_fields)) from None

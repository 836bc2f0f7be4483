"""Levels of a points system in the admin API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from trophy_engine.rules.achievements import LevelTrigger
from trophy_engine.rules.points import Level
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.deletion import delete_cascade
from trophy_engine.trophy_api.admin.nested_resource import NestedResource
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.fields import BADGE, PROSE, Field, read_item_fields
from trophy_engine.trophy_api.ids import level_id


class LevelResource(NestedResource[Level]):
    """The levels of a points system."""

    label, key_scope, section = "Level", "level", "levels"
    fields = (
        Field("name", required=True),
        Field("key", required=True, fixed=True),
        Field("points", type=int, required=True),
        Field("description", codec=PROSE),
        Field("badge", "badge_url", codec=BADGE),
    )

    def rule_id(self, rule: Level) -> UUID:
        """Return the identifier of a level."""
        return level_id(self.system, rule.key)

    def delete(self, rule: Level, ruleset: Ruleset) -> Ruleset:
        """Delete a level, the achievements by it, and the rules that depend on them."""
        keys = {
            achievement.key
            for achievement in ruleset.achievements
            if isinstance(achievement.trigger, LevelTrigger)
            and (achievement.trigger.system, achievement.trigger.level) == (self.system, rule.key)
        }
        return super().delete(rule, delete_cascade(ruleset, achievements=keys) if keys else ruleset)

    def create_rule(self, item: Any, context: EditContext) -> Level:
        """Create a level."""
        self.check_unused(item.key, (level.key for level in self.rules(context.ruleset)))
        return Level(**read_item_fields(self.fields, item, context))

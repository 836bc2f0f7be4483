"""Achievements, as the admin API has them: one object, whose trigger decides which further fields it has."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, get_args
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import Unset
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.achievements import Achievement, AchievementTrigger, ApiTrigger, CompositeTrigger
from trophy_engine.rules.points import AchievementPointsTrigger, PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.deletion import delete_cascade
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.admin.fields import (
    ACHIEVEMENTS,
    BADGE,
    EVENT_FILTER,
    METRIC,
    NUMBER,
    TEXT,
    USER_FILTER,
    Field,
    Variants,
    read_fields,
    serialize_fields,
)
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.ids import achievement_id

Trigger = Literal["metric", "streak", "api", "achievement", "anniversary"]
Status = Literal["active", "inactive", "locked"]

_TRIGGERS: Final[dict[str, type[Any]]] = {str(kind.type): kind for kind in get_args(AchievementTrigger)}
VARIANTS: Final = Variants(
    "an achievement",
    {
        "metric": (
            Field("metric_id", "metric", codec=METRIC, required=True),
            Field("metric_value", "value", codec=NUMBER, required=True),
            Field("event_attributes", codec=EVENT_FILTER),
        ),
        "streak": (Field("streak_length", "length", type=int, required=True),),
        "api": (Field("key", required=True),),
        "achievement": (Field("achievement_ids", "achievements", codec=ACHIEVEMENTS, required=True),),
        "anniversary": (Field("anniversary_years", "years", type=int, required=True),),
    },
)
_NAME: Final = Field("name", required=True)
#: What an achievement can become, by what it is.
_NEXT_STATUSES: Final = {"inactive": {"active"}, "active": {"locked"}, "locked": {"active"}}


class Achievements(Resource[Achievement]):
    """The achievements of a ruleset.

    Only those that the API itself completes show a key; the others get one derived from their name. An achievement
    that is given another key has another identifier from then on.
    """

    label, key_scope, section = "Achievement", "achievement", "achievements"
    fields = (
        _NAME,
        Field("description", codec=TEXT),
        Field("status", type=Status, default="inactive"),
        Field("badge", "badge_url", codec=BADGE),
        Field("user_attributes", codec=USER_FILTER),
    )
    item_fields = (_NAME, Field("trigger", type=Trigger, required=True))  # in the order of messages
    variant_fields = VARIANTS.all

    def rule_id(self, rule: Achievement) -> UUID:
        """Return the identifier of an achievement."""
        return achievement_id(rule.key)

    def create_rule(self, item: Any, context: EditContext) -> Achievement:
        """Create an achievement."""
        VARIANTS.check(item, item.trigger, whole=True)
        if isinstance(item.key, Unset):
            key = context.unused_key(_key_from_name(item.name), _keys)
        else:
            key = self.check_unused(item.key, _keys(context.ruleset))
        return Achievement(key, _trigger(item, item.trigger, context), **read_fields(self.fields, item, context))

    def update_rule(self, rule: Achievement, item: Any, context: EditContext) -> Achievement:
        """Update an achievement, of another trigger where it is given one with all that this needs."""
        kind = rule.trigger.type if isinstance(item.trigger, Unset) else item.trigger
        another = kind != rule.trigger.type
        VARIANTS.check(item, kind, whole=another)
        if not isinstance(item.status, Unset) and item.status not in {rule.status, *_NEXT_STATUSES[rule.status]}:
            raise InvalidValue(f"cannot change from {rule.status} to {item.status}", "status")
        trigger = _trigger(item, kind, context, None if another else rule.trigger)
        changes = read_fields(self.fields, item, context)
        return attrs.evolve(rule, key=self._key(rule, item, context), trigger=trigger, **changes)

    def _key(self, rule: Achievement, item: Any, context: EditContext) -> str:
        if isinstance(item.key, Unset) or item.key == rule.key:
            return rule.key
        if rule.status != "inactive":  # users hold it by its key
            raise InvalidValue("can only be changed while the achievement is inactive", "key")
        return self.check_unused(item.key, _keys(context.ruleset))

    def replace(self, old: Achievement, new: Achievement, ruleset: Ruleset) -> Ruleset:
        """Put an achievement in the place of another; what referred to it by its old key does so by the new one."""
        names = {old.key: new.key}
        return attrs.evolve(
            ruleset,
            achievements=tuple(
                _with_new_keys(new if achievement == old else achievement, names)
                for achievement in ruleset.achievements
            ),
            points=tuple(_with_rewards_renamed(system, names) for system in ruleset.points),
        )

    def delete(self, rule: Achievement, ruleset: Ruleset) -> Ruleset:
        """Delete an achievement, and what waits for it or rewards it."""
        return delete_cascade(ruleset, achievements={rule.key})

    def serialize(self, rule: Achievement, context: EditContext) -> dict[str, Any]:
        """Serialize an achievement with the fields of its trigger."""
        own = (
            {"key": rule.key}
            if isinstance(rule.trigger, ApiTrigger)
            else serialize_fields(_trigger_fields(rule.trigger.type), rule.trigger)
        )
        return {**super().serialize(rule, context), "trigger": rule.trigger.type, **own}


def _trigger_fields(kind: str) -> tuple[Field, ...]:
    """Return the fields that a kind of trigger has; the key is the achievement's."""
    return tuple(field for field in VARIANTS.fields[kind] if field.name != "key")


def _trigger(item: Any, kind: str, context: EditContext, old: AchievementTrigger | None = None) -> AchievementTrigger:
    values = read_fields(_trigger_fields(kind), item, context)
    trigger: AchievementTrigger = _TRIGGERS[kind](**values) if old is None else attrs.evolve(old, **values)
    return trigger


def _keys(ruleset: Ruleset) -> tuple[str, ...]:
    return tuple(achievement.key for achievement in ruleset.achievements)


def _key_from_name(name: str) -> str:
    """Derive a key from a name.

    >>> _key_from_name("100 Words, at last!")
    '100-words-at-last'
    """
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-") or "achievement"


def _with_new_keys(achievement: Achievement, names: dict[str, str]) -> Achievement:
    if not isinstance(achievement.trigger, CompositeTrigger):
        return achievement
    needs = tuple(names.get(key, key) for key in achievement.trigger.achievements)
    return attrs.evolve(achievement, trigger=CompositeTrigger(needs))


def _with_rewards_renamed(system: PointsSystem, names: dict[str, str]) -> PointsSystem:
    triggers = tuple(
        attrs.evolve(trigger, achievement=names.get(trigger.achievement, trigger.achievement))
        if isinstance(trigger, AchievementPointsTrigger)
        else trigger
        for trigger in system.triggers
    )
    return attrs.evolve(system, triggers=triggers)

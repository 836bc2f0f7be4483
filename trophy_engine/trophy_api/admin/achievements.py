"""Achievements of the admin API; the trigger of an achievement decides which other fields it has."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, get_args
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import Unset
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.achievements import Achievement, AchievementTrigger, ApiTrigger, MetricTrigger
from trophy_engine.rules.references import rename_references
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.tiers import Tier, number_fields_of_trigger
from trophy_engine.trophy_api.admin.deletion import delete_cascade
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.fields import BADGE, TEXT, USER_FILTER, Field, read_item_fields, serialize_fields
from trophy_engine.trophy_api.ids import achievement_id
from trophy_engine.trophy_api.kinds import ACHIEVEMENT_TRIGGERS, achievement_fields_in_api

Status = Literal["active", "inactive", "locked"]

_TRIGGERS: Final[dict[str, type[Any]]] = {str(kind.type): kind for kind in get_args(AchievementTrigger)}
_NAME: Final = Field("name", required=True)
#: The statuses that an achievement can change to, by its current status.
_NEXT_STATUSES: Final = {"inactive": {"active"}, "active": {"locked"}, "locked": {"active"}}


class AchievementResource(Resource[Achievement]):
    """The achievements of a ruleset.

    Only an achievement with an ``api`` trigger shows its key; the key of any other is derived from its name. If
    the key of an achievement changes, so does its identifier. Each tier is an achievement of its own: an edit changes
    the name, the description, the badge and the number of the tier, and all else of all tiers.
    """

    label, key_scope, section = "Achievement", "achievement", "achievements"
    fields = (
        _NAME,
        Field("description", codec=TEXT),
        Field("status", type=Status, default="inactive"),
        Field("badge", "badge_url", codec=BADGE),
        Field("user_attributes", "when.user_attributes", codec=USER_FILTER),
    )
    item_fields = (_NAME, Field("trigger", type=ACHIEVEMENT_TRIGGERS.type, required=True))  # in the order of messages
    variant_fields = ACHIEVEMENT_TRIGGERS.all

    def rules(self, ruleset: Ruleset) -> tuple[Achievement, ...]:
        """Return the achievements and tiers, oldest first."""
        return ruleset.achievement_parts

    def with_rules(self, ruleset: Ruleset, rules: tuple[Achievement, ...]) -> Ruleset:
        """Return the ruleset with the rules that are new, besides those that it has."""
        known = {part.key for part in ruleset.achievement_parts}
        new = (rule for rule in rules if rule.key not in known)
        return attrs.evolve(ruleset, achievements=(*ruleset.achievements, *new))

    def rule_id(self, rule: Achievement) -> UUID:
        """Return the identifier of an achievement."""
        return achievement_id(rule.key)

    def create_rule(self, item: Any, context: EditContext) -> Achievement:
        """Create an achievement."""
        ACHIEVEMENT_TRIGGERS.check(item, item.trigger, whole=True)
        if isinstance(item.key, Unset):
            key = context.unused_key(_key_for_new_achievement(item.name), _taken_achievement_keys)
        else:
            key = self.check_unused(item.key, _taken_achievement_keys(context.ruleset))
        return Achievement(
            key, _trigger_from_item(item, item.trigger, context), **read_item_fields(self.fields, item, context)
        )

    def update_rule(self, rule: Achievement, item: Any, context: EditContext) -> Achievement:
        """Return an updated achievement; a new trigger type requires all fields of that type."""
        kind = rule.trigger.type if isinstance(item.trigger, Unset) else item.trigger
        is_new_kind = kind != rule.trigger.type
        ACHIEVEMENT_TRIGGERS.check(item, kind, whole=is_new_kind)
        if not isinstance(item.status, Unset) and item.status not in {rule.status, *_NEXT_STATUSES[rule.status]}:
            raise InvalidValue(f"cannot change from {rule.status} to {item.status}", "status")
        trigger = _trigger_from_item(item, kind, context, None if is_new_kind else rule.trigger)
        changes = read_item_fields(self.fields, item, context, rule.when)
        return attrs.evolve(rule, key=self._key_after_edit(rule, item, context), trigger=trigger, **changes)

    def _key_after_edit(self, rule: Achievement, item: Any, context: EditContext) -> str:
        if isinstance(item.key, Unset) or item.key == rule.key:
            return rule.key
        if rule.status != "inactive":  # users have completed it under its key
            raise InvalidValue("can only be changed while the achievement is inactive", "key")
        return self.check_unused(item.key, _taken_achievement_keys(context.ruleset))

    def replace(self, old: Achievement, new: Achievement, ruleset: Ruleset) -> Ruleset:
        """Replace an achievement; rules that refer to its old key then refer to the new one."""
        names = {old.key: new.key}
        parts: dict[str, Any] = {
            field.name: tuple(
                rename_references(_apply_edit_to_achievement(rule, old, new), "achievement", names) for rule in rules
            )
            for field in attrs.fields(Ruleset)
            if isinstance(rules := getattr(ruleset, field.name), tuple)
        }
        return attrs.evolve(ruleset, **parts)

    def delete(self, rule: Achievement, ruleset: Ruleset) -> Ruleset:
        """Delete an achievement, and the rules that depend on it or reward it."""
        return delete_cascade(ruleset, achievements={rule.key})

    def serialize(self, rule: Achievement, context: EditContext) -> dict[str, Any]:
        """Serialize an achievement with the fields of its trigger."""
        own = (
            {"key": rule.key}
            if isinstance(rule.trigger, ApiTrigger)
            else serialize_fields(achievement_fields_in_api(rule.trigger.type), rule.trigger)
        )
        return {**super().serialize(rule, context), "trigger": rule.trigger.type, **own}


def _trigger_from_item(
    item: Any, kind: str, context: EditContext, old: AchievementTrigger | None = None
) -> AchievementTrigger:
    values = read_item_fields(achievement_fields_in_api(kind), item, context)
    if isinstance(old, MetricTrigger) and values.get("value") is not None:
        values["at_most"] = None
    trigger: AchievementTrigger = _TRIGGERS[kind](**values) if old is None else attrs.evolve(old, **values)
    return trigger


def _apply_edit_to_achievement(achievement: Any, old: Achievement, new: Achievement) -> Any:
    """Return a rule after a change of an achievement, or of one of its tiers."""
    if achievement == old:
        return new
    if not isinstance(achievement, Achievement):
        return achievement
    tiers = list(achievement.tiers)
    for index, part in enumerate(achievement.parts if tiers else ()):
        if part == old:
            tiers[index] = _apply_edit_to_tier(tiers[index], old, new)
            no_number: dict[str, Any] = dict.fromkeys(number_fields_of_trigger(achievement.trigger))
            trigger = attrs.evolve(new.trigger, **no_number)
            return attrs.evolve(
                achievement,
                trigger=trigger,
                status=new.status,
                when=new.when,
                tiers=tuple(tiers),
            )
    return achievement


def _apply_edit_to_tier(tier: Tier, old: Achievement, new: Achievement) -> Tier:
    """Return a tier with the changes of it as an achievement of its own.

    Raises:
        InvalidValue: the trigger would be of another type than that of the other tiers.
    """
    if new.trigger.type != old.trigger.type:
        raise InvalidValue(f"is that of all tiers of the achievement, {old.trigger.type}, and cannot change", "trigger")
    names = ("name", "description", "badge_url")
    changes = {name: getattr(new, name) for name in names if getattr(new, name) != getattr(old, name)}
    value, *at_most = (getattr(new.trigger, name) for name in number_fields_of_trigger(new.trigger))
    return attrs.evolve(tier, value=value, at_most=next(iter(at_most), None), **changes)


def _taken_achievement_keys(ruleset: Ruleset) -> tuple[str, ...]:
    return tuple(rule.key for rule in (*ruleset.achievements, *ruleset.achievement_parts))


def _key_for_new_achievement(name: str) -> str:
    """Derive a key from a name.

    >>> _key_for_new_achievement("100 Words, at last!")
    '100-words-at-last'
    """
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-") or "achievement"

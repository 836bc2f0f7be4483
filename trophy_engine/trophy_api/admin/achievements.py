"""Achievements, as the admin API has them: one object, whose trigger decides which further fields it has."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, get_args
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import Achievement, AchievementTrigger, ApiTrigger, CompositeTrigger
from trophy_engine.rules.points import AchievementPointsTrigger, PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.edit_context import AttributeValue, EditContext
from trophy_engine.trophy_api.admin.fields import (
    ACHIEVEMENTS,
    BADGE,
    EVENT_FILTER,
    METRIC,
    NUMBER,
    TEXT,
    USER_FILTER,
    Badge,
    Field,
    Kinds,
    set_by,
    shown,
)
from trophy_engine.trophy_api.admin.removal import without
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.ids import achievement_id
from trophy_engine.trophy_api.structuring import item

__all__ = ["Achievements"]

Trigger = Literal["metric", "streak", "api", "achievement", "anniversary"]
Status = Literal["active", "inactive", "locked"]

_TRIGGERS: Final[dict[str, type[Any]]] = {str(kind.type): kind for kind in get_args(AchievementTrigger)}
_OWN: Final = Kinds(
    "an achievement",
    {
        "metric": (
            Field("metric_id", "metric", codec=METRIC, required=True),
            Field("metric_value", "value", codec=NUMBER, required=True),
            Field("event_attributes", codec=EVENT_FILTER),
        ),
        "streak": (Field("streak_length", "length", required=True),),
        "api": (Field("key", required=True),),
        "achievement": (Field("achievement_ids", "achievements", codec=ACHIEVEMENTS, required=True),),
        "anniversary": (Field("anniversary_years", "years", required=True),),
    },
)
#: What an achievement can become, by what it is.
_NEXT: Final = {"inactive": {"active"}, "active": {"locked"}, "locked": {"active"}}


@item
class AchievementItem:
    """What an item can say of an achievement, be it new or not."""

    description: str | None | Unset = UNSET
    badge: Badge | None | Unset = UNSET
    user_attributes: tuple[AttributeValue, ...] | None | Unset = UNSET
    key: str | Unset = UNSET
    metric_id: UUID | Unset = UNSET
    metric_value: Number | Unset = UNSET
    event_attributes: tuple[AttributeValue, ...] | None | Unset = UNSET
    streak_length: int | Unset = UNSET
    anniversary_years: int | Unset = UNSET
    achievement_ids: tuple[UUID, ...] | Unset = UNSET


@item
class NewAchievement(AchievementItem):
    """An achievement to make."""

    name: str
    trigger: Trigger
    status: Status = "inactive"


@item
class AchievementEdit(AchievementItem):
    """What to change of an achievement."""

    id: UUID
    name: str | Unset = UNSET
    trigger: Trigger | Unset = UNSET
    status: Status | Unset = UNSET


class Achievements(Resource[Achievement]):
    """The achievements of a ruleset.

    Those that the API itself completes have keys on the wire; the others get one of their name, which stays within.
    One that is given another key has another identifier from then on.
    """

    noun, rivals, new, edit = "Achievement", "achievement", NewAchievement, AchievementEdit
    fields = (
        Field("name"),
        Field("description", codec=TEXT),
        Field("status"),
        Field("badge", "badge_url", codec=BADGE),
        Field("user_attributes", codec=USER_FILTER),
    )
    further = _OWN.all

    def rules(self, ruleset: Ruleset) -> tuple[Achievement, ...]:
        """Give the achievements."""
        return ruleset.achievements

    def replace(self, ruleset: Ruleset, rules: tuple[Achievement, ...]) -> Ruleset:
        """Make the ruleset with other achievements."""
        return attrs.evolve(ruleset, achievements=rules)

    def identify(self, rule: Achievement) -> UUID:
        """Give the identifier of an achievement."""
        return achievement_id(rule.key)

    def make(self, item: NewAchievement, desk: EditContext) -> Achievement:
        """Make an achievement."""
        _OWN.check(item, item.trigger, whole=True)
        if isinstance(item.key, Unset):
            key = desk.unused(_slug(item.name), _keys)
        else:
            key = self.claim(item.key, _keys(desk.ruleset))
        return Achievement(key, _trigger(item, item.trigger, desk), **set_by(self.fields, item, desk))

    def alter(self, rule: Achievement, item: AchievementEdit, desk: EditContext) -> Achievement:
        """Change an achievement, of another trigger where it is given one with all that this needs."""
        kind = rule.trigger.type if isinstance(item.trigger, Unset) else item.trigger
        another = kind != rule.trigger.type
        _OWN.check(item, kind, whole=another)
        if not isinstance(item.status, Unset) and item.status not in {rule.status, *_NEXT[rule.status]}:
            raise InvalidValue(f"status cannot change from {rule.status} to {item.status}")
        trigger = _trigger(item, kind, desk, None if another else rule.trigger)
        changes = set_by(self.fields, item, desk)
        return attrs.evolve(rule, key=self._key(rule, item, desk), trigger=trigger, **changes)

    def _key(self, rule: Achievement, item: AchievementEdit, desk: EditContext) -> str:
        if isinstance(item.key, Unset) or item.key == rule.key:
            return rule.key
        if rule.status != "inactive":  # users hold it by its key
            raise InvalidValue("key can only be changed while the achievement is inactive")
        return self.claim(item.key, _keys(desk.ruleset))

    def put(self, old: Achievement, new: Achievement, ruleset: Ruleset) -> Ruleset:
        """Put an achievement in the place of another; what referred to it by its old key does so by the new one."""
        names = {old.key: new.key}
        return attrs.evolve(
            ruleset,
            achievements=tuple(_renamed(new if one == old else one, names) for one in ruleset.achievements),
            points=tuple(_paid(one, names) for one in ruleset.points),
        )

    def remove(self, rule: Achievement, ruleset: Ruleset) -> Ruleset:
        """Take an achievement out, and what waits for it or rewards it."""
        return without(ruleset, achievements={rule.key})

    def show(self, rule: Achievement, desk: EditContext) -> dict[str, Any]:
        """Show an achievement with the fields of its trigger."""
        own = (
            {"key": rule.key} if isinstance(rule.trigger, ApiTrigger) else shown(_own(rule.trigger.type), rule.trigger)
        )
        return {**super().show(rule, desk), "trigger": rule.trigger.type, **own}


def _own(kind: str) -> tuple[Field, ...]:
    """Give the fields that a kind of trigger has; the key is the achievement's."""
    return tuple(field for field in _OWN.fields[kind] if field.name != "key")


def _trigger(
    item: NewAchievement | AchievementEdit, kind: str, desk: EditContext, old: AchievementTrigger | None = None
) -> AchievementTrigger:
    values = set_by(_own(kind), item, desk)
    made: AchievementTrigger = _TRIGGERS[kind](**values) if old is None else attrs.evolve(old, **values)
    return made


def _keys(ruleset: Ruleset) -> tuple[str, ...]:
    return tuple(achievement.key for achievement in ruleset.achievements)


def _slug(name: str) -> str:
    """Make a key of a name.

    >>> _slug("100 Words, at last!")
    '100-words-at-last'
    """
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-") or "achievement"


def _renamed(achievement: Achievement, names: dict[str, str]) -> Achievement:
    if not isinstance(achievement.trigger, CompositeTrigger):
        return achievement
    needs = tuple(names.get(key, key) for key in achievement.trigger.achievements)
    return attrs.evolve(achievement, trigger=CompositeTrigger(needs))


def _paid(system: PointsSystem, names: dict[str, str]) -> PointsSystem:
    triggers = tuple(
        attrs.evolve(one, achievement=names.get(one.achievement, one.achievement))
        if isinstance(one, AchievementPointsTrigger)
        else one
        for one in system.triggers
    )
    return attrs.evolve(system, triggers=triggers)

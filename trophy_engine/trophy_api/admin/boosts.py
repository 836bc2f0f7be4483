"""Boosts of a points system, as the admin API has them: for everybody, for some, or for one user."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.errors import InvalidValue
from trophy_engine.numbers import Number
from trophy_engine.rules.points import Boost, PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.edit_context import AttributeValue, EditContext
from trophy_engine.trophy_api.admin.fields import DATE, NUMBER, USER_FILTER, Field, set_by
from trophy_engine.trophy_api.admin.nested_resource import NestedResource
from trophy_engine.trophy_api.ids import boost_id
from trophy_engine.trophy_api.statuses import boost_status
from trophy_engine.trophy_api.structuring import item

__all__ = ["Boosts", "NewBoost"]

Rounding = Literal["down", "up", "nearest"]


@item
class NewBoost:
    """A boost to make."""

    name: str
    start: date
    multiplier: Number
    end: date | None | Unset = UNSET
    rounding: Rounding | Unset = UNSET
    user_id: str | None | Unset = UNSET
    user_attributes: tuple[AttributeValue, ...] | None | Unset = UNSET


@item
class BoostEdit:
    """What to change of a boost."""

    id: UUID
    name: str | Unset = UNSET
    start: date | Unset = UNSET
    end: date | None | Unset = UNSET
    multiplier: Number | Unset = UNSET
    rounding: Rounding | Unset = UNSET
    user_attributes: tuple[AttributeValue, ...] | None | Unset = UNSET


class Boosts(NestedResource[Boost]):
    """The boosts of a points system."""

    noun, rivals, new, edit = "Points boost", "boost", NewBoost, BoostEdit
    fields = (
        Field("name"),
        Field("start", codec=DATE),
        Field("end", codec=DATE),
        Field("multiplier", codec=NUMBER),
        Field("rounding"),
        Field("user_id"),
        Field("user_attributes", codec=USER_FILTER),
    )

    def of(self, system: PointsSystem) -> tuple[Boost, ...]:
        """Give the boosts."""
        return system.boosts

    def within(self, system: PointsSystem, parts: tuple[Boost, ...]) -> PointsSystem:
        """Make the system with other boosts."""
        return attrs.evolve(system, boosts=parts)

    def identify(self, rule: Boost) -> UUID:
        """Give the identifier of a boost."""
        return boost_id(self.system, str(rule.key))

    def make(self, item: NewBoost, desk: EditContext) -> Boost:
        """Make a boost."""
        if isinstance(item.user_id, str):
            if not isinstance(item.user_attributes, Unset | None):
                raise InvalidValue("userAttributes cannot be provided when userId is set")
            if not desk.knows(item.user_id):
                raise InvalidValue("User does not exist")
        key = desk.unused_number("boost", self._keys, first=len(self.rules(desk.ruleset)) + 1)
        return Boost(key=key, **set_by(self.fields, item, desk))

    def alter(self, rule: Boost, item: BoostEdit, desk: EditContext) -> Boost:
        """Change a boost."""
        if rule.user_id is not None and not isinstance(item.user_attributes, Unset | None):
            raise InvalidValue("userAttributes cannot be set on a user-specific boost")
        return super().alter(rule, item, desk)

    def show(self, rule: Boost, desk: EditContext) -> dict[str, Any]:
        """Show a boost; one for a single user has no filter."""
        found = {**super().show(rule, desk), "status": boost_status(rule, desk.at)}
        return found if rule.user_id is None else {k: v for k, v in found.items() if k != "userAttributes"}

    def _keys(self, ruleset: Ruleset) -> Iterator[str]:
        return (key for system in ruleset.points if system.key == self.system for key in system.boost_keys)

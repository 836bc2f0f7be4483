"""Attributes of users and events, as the admin API has them."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.rules.metrics import Attribute
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.admin.fields import Field, set_by
from trophy_engine.trophy_api.admin.removal import without
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.ids import attribute_id
from trophy_engine.trophy_api.structuring import item

__all__ = ["Attributes"]

_FAULT = {"fault": "Name not a string"}


@item
class NewAttribute:
    """An attribute to declare."""

    name: str = attrs.field(metadata=_FAULT)
    key: str
    type: Literal["user", "event"]


@item
class AttributeEdit:
    """What to change of an attribute."""

    id: UUID
    name: str | Unset = attrs.field(default=UNSET, metadata=_FAULT)


class Attributes(Resource[Attribute]):
    """The attributes of a ruleset."""

    noun, rivals, new, edit = "Attribute", "attribute of this type", NewAttribute, AttributeEdit
    fields = (Field("name"), Field("key"), Field("type"))

    def rules(self, ruleset: Ruleset) -> tuple[Attribute, ...]:
        """Give the attributes."""
        return ruleset.attributes

    def replace(self, ruleset: Ruleset, rules: tuple[Attribute, ...]) -> Ruleset:
        """Make the ruleset with other attributes."""
        return attrs.evolve(ruleset, attributes=rules)

    def identify(self, rule: Attribute) -> UUID:
        """Give the identifier of an attribute."""
        return attribute_id(rule.type, rule.key)

    def make(self, item: NewAttribute, desk: EditContext) -> Attribute:
        """Make an attribute."""
        self.claim(item.key, (one.key for one in desk.ruleset.attributes if one.type == item.type))
        return Attribute(**set_by(self.fields, item, desk))

    def remove(self, rule: Attribute, ruleset: Ruleset) -> Ruleset:
        """Take an attribute out, and the rules that are for some of its values only."""
        return without(ruleset, attributes={(rule.type, rule.key)})

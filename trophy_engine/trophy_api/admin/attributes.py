"""Attributes of users and events, as the admin API has them."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.rules.metrics import Attribute
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.deletion import delete_cascade
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.admin.fields import Field, read_fields
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.ids import attribute_id
from trophy_engine.trophy_api.structuring import item

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

    label, key_scope, new, edit = "Attribute", "attribute of this type", NewAttribute, AttributeEdit
    fields = (Field("name"), Field("key"), Field("type"))

    def rules(self, ruleset: Ruleset) -> tuple[Attribute, ...]:
        """Return the attributes."""
        return ruleset.attributes

    def with_rules(self, ruleset: Ruleset, rules: tuple[Attribute, ...]) -> Ruleset:
        """Return the ruleset with other attributes."""
        return attrs.evolve(ruleset, attributes=rules)

    def rule_id(self, rule: Attribute) -> UUID:
        """Return the identifier of an attribute."""
        return attribute_id(rule.type, rule.key)

    def create_rule(self, item: NewAttribute, context: EditContext) -> Attribute:
        """Create an attribute."""
        self.check_unused(item.key, (one.key for one in context.ruleset.attributes if one.type == item.type))
        return Attribute(**read_fields(self.fields, item, context))

    def delete(self, rule: Attribute, ruleset: Ruleset) -> Ruleset:
        """Delete an attribute, and the rules that are for some of its values only."""
        return delete_cascade(ruleset, attributes={(rule.type, rule.key)})

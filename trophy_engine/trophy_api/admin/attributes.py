"""Attributes of users and events in the admin API."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from trophy_engine.rules.metrics import Attribute
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.deletion import delete_cascade
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.fields import Field, read_item_fields
from trophy_engine.trophy_api.ids import attribute_id


class AttributeResource(Resource[Attribute]):
    """The attributes of a ruleset."""

    label, key_scope, section = "Attribute", "attribute of this type", "attributes"
    fields = (
        Field("name", required=True, fault="Name not a string"),
        Field("key", required=True, fixed=True),
        Field("type", type=Literal["user", "event"], required=True, fixed=True),
    )

    def rule_id(self, rule: Attribute) -> UUID:
        """Return the identifier of an attribute."""
        return attribute_id(rule.type, rule.key)

    def create_rule(self, item: Any, context: EditContext) -> Attribute:
        """Return a new attribute made from an item."""
        self.check_unused(
            item.key, (attribute.key for attribute in context.ruleset.attributes if attribute.type == item.type)
        )
        return Attribute(**read_item_fields(self.fields, item, context))

    def delete(self, rule: Attribute, ruleset: Ruleset) -> Ruleset:
        """Return the ruleset without an attribute and without the rules that filter by it."""
        return delete_cascade(ruleset, attributes={(rule.type, rule.key)})

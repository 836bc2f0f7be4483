"""Boosts of a points system in the admin API: for all users, for some, or for one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal
from uuid import UUID

from trophy_engine.engine.arguments import Unset
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.points import Boost
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.nested_resource import NestedResource
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.fields import DATE, NUMBER, USER_FILTER, Field, read_item_fields
from trophy_engine.trophy_api.ids import boost_id
from trophy_engine.trophy_api.statuses import boost_status

Rounding = Literal["down", "up", "nearest"]


class BoostResource(NestedResource[Boost]):
    """The boosts of a points system."""

    label, key_scope, section = "Points boost", "boost", "boosts"
    fields = (
        Field("name", required=True),
        Field("start", "when.start", codec=DATE, required=True),
        Field("end", "when.end", type=date | None, codec=DATE),
        Field("multiplier", codec=NUMBER, required=True),
        Field("rounding", type=Rounding),
        Field("user_id", type=str | None, fixed=True),
        Field("user_attributes", "when.user_attributes", codec=USER_FILTER),
    )

    def rule_id(self, rule: Boost) -> UUID:
        """Return the identifier of a boost."""
        return boost_id(self.system, str(rule.key))

    def create_rule(self, item: Any, context: EditContext) -> Boost:
        """Create a boost."""
        if isinstance(item.user_id, str):
            if not isinstance(item.user_attributes, Unset | None):
                raise InvalidValue(("cannot be provided when", FieldName("user_id"), "is set"), "user_attributes")
            if not context.has_user(item.user_id):
                raise InvalidValue("User does not exist")
        key = context.numbered_key("boost", self._taken_boost_keys, first=len(self.rules(context.ruleset)) + 1)
        return Boost(key=key, **read_item_fields(self.fields, item, context))

    def update_rule(self, rule: Boost, item: Any, context: EditContext) -> Boost:
        """Update a boost."""
        if rule.user_id is not None and not isinstance(item.user_attributes, Unset | None):
            raise InvalidValue("cannot be set on a user-specific boost", "user_attributes")
        return super().update_rule(rule, item, context)

    def serialize(self, rule: Boost, context: EditContext) -> dict[str, Any]:
        """Serialize a boost; the boost of a single user has no filter.

        One without a start began when it was added to the rules.
        """
        start = rule.when.start or context.boost_added(self.system, str(rule.key))
        status = boost_status(rule, context.at, context.ruleset.day_start)
        fields = {**super().serialize(rule, context), "start": start.isoformat(), "status": status}
        return (
            fields
            if rule.user_id is None
            else {name: value for name, value in fields.items() if name != "userAttributes"}
        )

    def _taken_boost_keys(self, ruleset: Ruleset) -> Iterator[str]:
        return (key for system in ruleset.points if system.key == self.system for key in system.boost_keys)

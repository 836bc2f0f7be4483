"""Triggers of a points system in the admin API; the type of a trigger decides which other fields it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, get_args
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import Unset
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.gates import Gate
from trophy_engine.rules.points import MetricPointsTrigger, PointsTrigger
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.nested_resource import NestedResource
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.fields import USER_FILTER, Field, read_item_fields, serialize_fields
from trophy_engine.trophy_api.ids import trigger_id
from trophy_engine.trophy_api.kinds import POINTS_TRIGGERS

Status = Literal["active", "inactive"]

_TYPES: Final[dict[str, type[Any]]] = {str(kind.type): kind for kind in get_args(PointsTrigger)}


class TriggerResource(NestedResource[PointsTrigger]):
    """The triggers of a points system."""

    label, key_scope, section = "Points trigger", "trigger", "triggers"
    fields = (
        Field("points", type=int, required=True),
        Field("status", type=Status, default="inactive"),
        Field("user_attributes", "when.user_attributes", codec=USER_FILTER),
    )
    item_fields = (Field("type", type=POINTS_TRIGGERS.type, required=True), Field("block_if_out_of_points", type=bool))
    variant_fields = POINTS_TRIGGERS.all

    def rule_id(self, rule: PointsTrigger) -> UUID:
        """Return the identifier of a trigger."""
        return trigger_id(self.system, str(rule.key))

    def create_rule(self, item: Any, context: EditContext) -> PointsTrigger:
        """Create a trigger."""
        POINTS_TRIGGERS.check(item, item.type, whole=True)
        key = context.numbered_key("trigger", self._taken_trigger_keys, first=len(self.rules(context.ruleset)) + 1)
        trigger: PointsTrigger = _TYPES[item.type](key=key, **self._trigger_fields_from_item(item, item.type, context))
        return trigger

    def update_rule(self, rule: PointsTrigger, item: Any, context: EditContext) -> PointsTrigger:
        """Return an updated trigger; a new type requires an inactive trigger and all fields of that type."""
        kind = rule.type if isinstance(item.type, Unset) else item.type
        is_new_kind = kind != rule.type
        POINTS_TRIGGERS.check(item, kind, whole=is_new_kind)
        values = self._trigger_fields_from_item(item, kind, context, rule.when)
        if not is_new_kind:
            return attrs.evolve(rule, **values)
        if rule.status != "inactive":
            raise InvalidValue("can only be changed while the trigger is inactive", "type")
        kept = {"points": rule.points, "status": rule.status, "when": rule.when, "limit": rule.limit, "key": rule.key}
        trigger: PointsTrigger = _TYPES[kind](**{**kept, **values})
        return trigger

    def _trigger_fields_from_item(
        self, item: Any, kind: str, context: EditContext, gate: Gate | None = None
    ) -> dict[str, Any]:
        values = read_item_fields((*self.fields, *POINTS_TRIGGERS.fields[kind]), item, context, gate)
        if kind == MetricPointsTrigger.type and not isinstance(item.block_if_out_of_points, Unset):
            values["block_if_out_of_points"] = item.block_if_out_of_points
        elif item.block_if_out_of_points is True:
            raise InvalidValue(f"blocks metric events, so it cannot be true for type {kind}", "block_if_out_of_points")
        return values

    def serialize(self, rule: PointsTrigger, context: EditContext) -> dict[str, Any]:
        """Serialize a trigger with the fields of its type."""
        blocks = isinstance(rule, MetricPointsTrigger) and rule.block_if_out_of_points
        own = {"type": rule.type, **serialize_fields(POINTS_TRIGGERS.fields[rule.type], rule)}
        return {**super().serialize(rule, context), **own, "blockIfOutOfPoints": blocks}

    def _taken_trigger_keys(self, ruleset: Ruleset) -> Iterator[str]:
        return (key for system in ruleset.points if system.key == self.system for key in system.trigger_keys)

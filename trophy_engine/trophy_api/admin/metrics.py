"""Metrics of the admin API."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.deletion import delete_cascade
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.fields import Field, read_item_fields
from trophy_engine.trophy_api.ids import metric_id


class MetricResource(Resource[Metric]):
    """The metrics of a ruleset."""

    label, key_scope, section = "Metric", "metric", "metrics"
    fields = (
        Field("name", required=True, fault="Name not a string"),
        Field("key", required=True, fixed=True),
        Field("unit_type", type=Literal["number", "currency"]),
        Field("units", "unit"),
    )

    def rule_id(self, rule: Metric) -> UUID:
        """Return the identifier of a metric."""
        return metric_id(rule.key)

    def create_rule(self, item: Any, context: EditContext) -> Metric:
        """Create a metric."""
        self.check_unused(item.key, (metric.key for metric in context.ruleset.metrics))
        return Metric(**read_item_fields(self.fields, item, context))

    def delete(self, rule: Metric, ruleset: Ruleset) -> Ruleset:
        """Delete a metric, and the rules that count it."""
        return delete_cascade(ruleset, metrics={rule.key})

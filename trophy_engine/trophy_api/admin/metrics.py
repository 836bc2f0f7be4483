"""Metrics, as the admin API has them."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.deletion import delete_cascade
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.admin.fields import Field, read_fields
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.ids import metric_id
from trophy_engine.trophy_api.structuring import item

_FAULT = {"fault": "Name not a string"}


@item
class NewMetric:
    """A metric to make."""

    name: str = attrs.field(metadata=_FAULT)
    key: str
    unit_type: Literal["number", "currency"] | Unset = UNSET
    units: str | Unset = UNSET


@item
class MetricEdit:
    """What to change of a metric."""

    id: UUID
    name: str | Unset = attrs.field(default=UNSET, metadata=_FAULT)
    unit_type: Literal["number", "currency"] | Unset = UNSET
    units: str | Unset = UNSET


class Metrics(Resource[Metric]):
    """The metrics of a ruleset."""

    label, key_scope, new, edit = "Metric", "metric", NewMetric, MetricEdit
    fields = (Field("name"), Field("key"), Field("unit_type"), Field("units", "unit"))

    def rules(self, ruleset: Ruleset) -> tuple[Metric, ...]:
        """Return the metrics."""
        return ruleset.metrics

    def with_rules(self, ruleset: Ruleset, rules: tuple[Metric, ...]) -> Ruleset:
        """Return the ruleset with other metrics."""
        return attrs.evolve(ruleset, metrics=rules)

    def rule_id(self, rule: Metric) -> UUID:
        """Return the identifier of a metric."""
        return metric_id(rule.key)

    def create_rule(self, item: NewMetric, context: EditContext) -> Metric:
        """Create a metric."""
        self.check_unused(item.key, (metric.key for metric in context.ruleset.metrics))
        return Metric(**read_fields(self.fields, item, context))

    def delete(self, rule: Metric, ruleset: Ruleset) -> Ruleset:
        """Delete a metric, and the rules that count by it."""
        return delete_cascade(ruleset, metrics={rule.key})

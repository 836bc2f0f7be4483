"""Metrics, as the admin API has them."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.admin.fields import Field, set_by
from trophy_engine.trophy_api.admin.removal import without
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.ids import metric_id
from trophy_engine.trophy_api.structuring import item

__all__ = ["Metrics"]

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

    noun, rivals, new, edit = "Metric", "metric", NewMetric, MetricEdit
    fields = (Field("name"), Field("key"), Field("unit_type"), Field("units", "unit"))

    def rules(self, ruleset: Ruleset) -> tuple[Metric, ...]:
        """Give the metrics."""
        return ruleset.metrics

    def replace(self, ruleset: Ruleset, rules: tuple[Metric, ...]) -> Ruleset:
        """Make the ruleset with other metrics."""
        return attrs.evolve(ruleset, metrics=rules)

    def identify(self, rule: Metric) -> UUID:
        """Give the identifier of a metric."""
        return metric_id(rule.key)

    def make(self, item: NewMetric, desk: EditContext) -> Metric:
        """Make a metric."""
        self.claim(item.key, (metric.key for metric in desk.ruleset.metrics))
        return Metric(**set_by(self.fields, item, desk))

    def remove(self, rule: Metric, ruleset: Ruleset) -> Ruleset:
        """Take a metric out, and the rules that count by it."""
        return without(ruleset, metrics={rule.key})

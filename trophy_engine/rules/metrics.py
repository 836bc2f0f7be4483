"""Metrics, which count events, and attributes, which distinguish users and events."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, get_args

import attrs

from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.conditions import Condition, check_conditions
from trophy_engine.rules.constraints import ANY_OF_FILTER, KEY, TEXT, InstanceOf, OneOf, Optional, Text
from trophy_engine.rules.filters import Filter, as_filter
from trophy_engine.rules.gates import ALWAYS, GATE, Gate, as_gate
from trophy_engine.rules.metadata import Metadata, metadata_field
from trophy_engine.rules.metric_sources import SOURCE, MetricSource, as_metric_source
from trophy_engine.rules.references import TO_METRIC
from trophy_engine.rules.value_range import ValueRange, as_value_range
from trophy_engine.rules.windows import WINDOW, RollingWindow, Window, as_window
from trophy_engine.values import Value

__all__ = ["Aggregate", "Attribute", "AttributeType", "Metric", "UnitType"]

Aggregate = Literal["sum", "count", "min", "max", "last", "distinct", "days"]
AttributeType = Literal["user", "event"]
UnitType = Literal["number", "currency"]
_TYPES: Final = ("user", "event")
_UNIT_TYPES: Final = ("number", "currency")

_COUNT: Final = GivenValue("count")

#: The number of different values that ``"distinct"`` counts in a window; later ones do not count.
MAX_DISTINCT: Final = 10_000


def _check_metric_on_awards(source: MetricSource | None, aggregate: str, event_attributes: Filter) -> None:
    """Check a metric on points or completions, which have no attributes."""
    if source is None or isinstance(source, str):
        return
    if aggregate == "distinct":
        raise InvalidValue((f"{source} have no attributes; choose another aggregate, for example", _COUNT), "aggregate")
    if event_attributes:
        raise InvalidValue(f"{source} have no attributes; remove it", "event_attributes")


def _check_distinct_by(aggregate: str, distinct_by: str | None) -> None:
    if (distinct_by is not None) != (aggregate == "distinct"):
        wanted = FieldName("aggregate"), "is", GivenValue("distinct", after=","), "and only then"
        raise InvalidValue(("must be given if", *wanted), "distinct_by")


def _check_metric_filters(
    source: MetricSource | None, event_attributes: Filter, event_value: ValueRange | None, when: Gate
) -> None:
    for name, filter_ in (("event_attributes", event_attributes), ("event_value", event_value), ("when", when)):
        if filter_ and source is None:
            remedy = "is for derived metrics; give", FieldName("source"), "the key of the metric that is recorded"
            raise InvalidValue(remedy, name)


def _check_rolling_window(aggregate: str, window: Window | None) -> None:
    if aggregate == "last" and isinstance(window, RollingWindow) and window.unit == "day":
        remedy = "write the window in hours, for example", GivenValue({"last": 24, "unit": "hour"})
        raise InvalidValue(("a window of days has no latest value, because dates come back;", *remedy), "window")


@attrs.frozen
class Metric(Value):
    """A number for each user: recorded, or derived from recorded events, awards of points or completions.

    Attributes:
        key: the key by which events and rules refer to it.
        name: the name for display; the key by default.
        unit: the unit of its values, for example ``"pages"``, or a currency code, for example ``"USD"``; may be empty.
        unit_type: ``"number"`` or ``"currency"``.
        source: what changes a derived metric: the key of a recorded metric, for its events, ``{"points": key}`` for
            the positive awards of a points system, or ``{"completions": keys}`` for completions of achievements, of
            all with ``"*"``; None for a recorded metric.
        aggregate: how the events become a total: ``"sum"`` of their values, ``"count"`` of events, ``"min"``, ``"max"``
            or ``"last"`` value, ``"distinct"`` values of an attribute, or ``"days"`` with an event.
        distinct_by: the key of the event attribute whose different values ``"distinct"`` counts, at most 10,000.
        event_attributes: the filter on the events of a derived metric: only those with all of these attribute values
            count; a list of values requires any of them.
        event_value: the range of the values of the events that count for a derived metric; None for all values.
        window: over which stretch of the user's time the total is: ``"day"``, ``"week"``, ``"month"``, ``"year"`` or a
            table; None for all time.
        when: the conditions under which events count for a derived metric, with the user's achievements, levels and
            streak before the event.
        metadata: what the application wants to find with it: strings, numbers, true and false.
    """

    conditions: ClassVar[tuple[Condition, ...]] = (
        Condition(("aggregate", "distinct_by"), _check_distinct_by, given=("distinct_by",)),
        Condition(("source", "event_attributes", "event_value", "when"), _check_metric_filters, given=("source",)),
        Condition(("aggregate", "window"), _check_rolling_window),
        Condition(("source", "aggregate", "event_attributes"), _check_metric_on_awards, given=("source",)),
    )
    key: str = attrs.field(validator=KEY)
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)
    unit: str = attrs.field(default="", validator=Text(allow_empty=True))
    unit_type: UnitType = attrs.field(default="number", validator=OneOf(_UNIT_TYPES))
    source: MetricSource | None = attrs.field(
        default=None, converter=as_metric_source, validator=SOURCE, metadata=TO_METRIC
    )
    aggregate: Aggregate = attrs.field(default="sum", validator=OneOf(get_args(Aggregate)))
    distinct_by: str | None = attrs.field(default=None, validator=Optional(KEY))
    event_attributes: Filter = attrs.field(factory=Filter, converter=as_filter, validator=ANY_OF_FILTER)
    event_value: ValueRange | None = attrs.field(
        default=None, converter=as_value_range, validator=Optional(InstanceOf((ValueRange,)))
    )
    window: Window | None = attrs.field(default=None, converter=as_window, validator=WINDOW)
    when: Gate = attrs.field(default=ALWAYS, converter=as_gate, validator=GATE)
    metadata: Metadata = metadata_field()

    def __attrs_post_init__(self) -> None:
        """Check the fields against one another."""
        check_conditions(self)


@attrs.frozen
class Attribute(Value):
    """A declared key with string values, on users or on events.

    Attributes:
        key: unique among the attributes of its type.
        type: ``"user"`` or ``"event"``.
        name: the name for display; the key by default.
    """

    key: str = attrs.field(validator=KEY)
    type: AttributeType = attrs.field(default="user", validator=OneOf(_TYPES))
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)

"""The plan of a metric: the counters of its totals, and what else its events move."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, assert_never

import attrs

from trophy_engine.core.aggregation import Aggregate, Window
from trophy_engine.core.plan.counters import Counter
from trophy_engine.core.plan.streak import StreakPlan
from trophy_engine.numbers import Number, multiple_of
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.metrics import Metric

if TYPE_CHECKING:
    from trophy_engine.core.gates import GatePlan

_INDEX: Final = attrgetter("index")


@attrs.define(eq=False, repr=False)
class MetricPlan:
    """A metric: the counter of its total, those of its filtered totals, and the streaks that it can credit.

    Attributes:
        total: the counter of its total.
        is_plain: True if the total is the sum of all recorded values.
        derived: the metrics that its events move, too.
        resets: the metrics whose windows its events empty.
        matching: by filter, the counters of the totals over events with attributes.
        gate: the compiled gate; None if it has no conditions.
        gated: the metrics that its events can move and that have a gate.
        streaks: for a recorded metric, the index of each streak that its events can credit, with the plan of that
            streak, None if only custom streaks have a condition on it.
        can_block: True if an event is refused when the points for it are missing.
        is_compound: True if its events move or empty other metrics, or its total is not plain.
        is_independent: True if its events move nothing but a plain total, so that between two thresholds there is
            nothing to look at.
        observers: called with every event of a recorded metric: the agenda, the user's state, the value, the instant,
            and the attributes of the event; with an event that stands for several also how many.
    """

    key: str
    rule: Metric
    aggregate: Aggregate
    window: Window[Any] | None
    total: Counter = attrs.field(init=False)
    is_plain: bool = False
    derived: list[MetricPlan] = attrs.field(factory=list)
    resets: list[MetricPlan] = attrs.field(factory=list)
    matching: dict[Filter, Counter] = attrs.field(factory=dict)
    gate: GatePlan | None = None
    gated: list[MetricPlan] = attrs.field(factory=list)
    streaks: tuple[tuple[int, StreakPlan | None], ...] = ()
    can_block: bool = False
    is_independent: bool = False
    is_compound: bool = False
    observers: list[Callable[..., None]] = attrs.field(factory=list)
    _by_pair: dict[tuple[str, str], list[Counter]] = attrs.field(factory=dict, init=False)

    @property
    def is_recorded(self) -> bool:
        """Whether its events are recorded."""
        return self.rule.source is None

    @property
    def source(self) -> str:
        """The key of the metric whose events count: its own, unless it is derived from another metric."""
        return self.rule.source if isinstance(self.rule.source, str) else self.key

    @property
    def counted(self) -> tuple[object, ...]:
        """Everything that decides what is counted; the total of a metric is kept where it is equal."""
        rule = self.rule
        filters = rule.event_attributes, rule.event_value, rule.when
        return rule.source or self.key, rule.aggregate, rule.distinct_by, *filters, self.window

    def accepts(self, value: Number, attributes: Mapping[str, str]) -> bool:
        """Return True if an event of the source passes the filter of the metric."""
        rule = self.rule
        if rule.event_value is not None and value not in rule.event_value:
            return False
        return not rule.event_attributes or rule.event_attributes.mismatch(attributes) is None

    def item_of(self, value: Number, attributes: Mapping[str, str], day: int, times: int = 1) -> Any:
        """Return what the aggregate takes of an event on a local day, which stands for so many equal ones."""
        match self.rule.aggregate:
            case "distinct":
                return attributes.get(str(self.rule.distinct_by))
            case "days":
                return day
            case "sum":
                return value if times == 1 else multiple_of(value, times)
            case "count":
                return times
            case "min" | "max" | "last":
                return value
            case _:
                assert_never(self.rule.aggregate)

    def find(self, event_attributes: Filter) -> Counter | None:
        """Return the counter of the events with the attributes, or None where the plan has none."""
        return self.matching.get(event_attributes) if event_attributes else self.total

    @property
    def counters(self) -> Iterator[Counter]:
        """The counter of the total, then those of the filtered totals."""
        yield self.total
        yield from self.matching.values()

    def matching_counters(self, attributes: Mapping[str, str]) -> list[Counter]:
        """List the counters of filtered totals that match the attributes of an event, in order."""
        candidates = [
            counter for pair in attributes.items() if pair in self._by_pair for counter in self._by_pair[pair]
        ]
        matching = [counter for counter in candidates if counter.event_attributes.mismatch(attributes) is None]
        matching.sort(key=_INDEX)
        return matching

    def add_matching(self, counter: Counter) -> None:
        """Add the counter of a filtered total, indexed by the first attribute of its filter."""
        self.matching[counter.event_attributes] = counter
        self._by_pair.setdefault(next(iter(counter.event_attributes.items())), []).append(counter)

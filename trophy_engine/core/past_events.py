"""Past events: what metrics and leaderboards count of a user's transitions, each in the zone that the user had then.

New totals are computed from them when rules change; so are the daily totals of reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, assert_never

from trophy_engine.calendar.zones import Zone
from trophy_engine.core.achievements import NO_ATTRIBUTES
from trophy_engine.core.commands import Record
from trophy_engine.core.effects import (
    AchievementBackdated,
    AchievementCompleted,
    MetricChanged,
    PointsAwarded,
    UserChanged,
    UserCreated,
)
from trophy_engine.core.gate_inputs import GateInputs
from trophy_engine.core.gates import GatePlan, gate_for_plan
from trophy_engine.core.plan import MetricPlan, Plan
from trophy_engine.core.raw_effects import name_raw_completion
from trophy_engine.core.transition import Transition
from trophy_engine.numbers import Number
from trophy_engine.rules.metric_sources import CompletionsSource, MetricSource, PointsSource


class PastEvent(NamedTuple):
    """An event of a recorded metric, an award of points, or the completions of an achievement by one command.

    Attributes:
        kind, key: the kind of what it is an event of, and its key; for a tier, that by which rules name it.
        value: the recorded value, the change of the balance, or 1 for a completion.
        attributes: those of the event, empty for an award or a completion.
        at: the instant in microseconds.
        zone: the zone of the user at that instant.
        number: the number of its effect in the transition that it is part of, from 0.
        transition, gate_inputs: that transition, and the user each time that gates were asked in it.
        tier_of: for a tier, the key of the achievement.
        times: how many completions it stands for; otherwise 1.
    """

    kind: Literal["metric", "points", "achievement"]
    key: str
    value: Number
    attributes: Mapping[str, str]
    at: int
    zone: Zone
    number: int
    transition: Transition
    gate_inputs: GateInputs
    tier_of: str | None = None
    times: int = 1

    @property
    def day(self) -> int:
        """The local day of the user."""
        return self.zone.window(self.at)[0]


def past_events_of(transition: Transition) -> Iterator[PastEvent]:
    """Yield the events of a transition, in order."""
    plan, command = transition.plan, transition.command
    zone = plan.zone((transition.before or transition.state).clock.zone.name)
    gate_inputs = GateInputs(transition)
    for number, effect in enumerate(transition.effects):
        part = effect.at, zone, number, transition, gate_inputs
        kind = effect.kind
        if kind is UserCreated:
            zone = plan.zone(effect.time_zone)
        elif kind is UserChanged and effect.field == "time_zone":
            zone = plan.zone(effect.after)
        elif kind is PointsAwarded:
            yield PastEvent("points", effect.system, effect.awarded, NO_ATTRIBUTES, *part)
        elif kind is AchievementCompleted or kind is AchievementBackdated:
            key, tier_of = name_raw_completion(effect), effect.achievement if effect.tier else None
            yield PastEvent("achievement", key, 1, NO_ATTRIBUTES, *part, tier_of, effect.times)
        elif kind is MetricChanged and isinstance(command, Record) and effect.metric == command.metric:
            yield PastEvent("metric", effect.metric, effect.value, dict(command.attributes), *part)


def is_past_event_counted(event: PastEvent, metric: MetricPlan) -> bool:
    """Return True if a metric counts an event."""
    if not (
        _is_past_event_of_source(event, metric.rule.source or metric.key)
        and metric.accepts(event.value, event.attributes)
    ):
        return False
    return metric.gate is None or was_gate_open(metric.gate, event)


def was_gate_open(gate: GatePlan, event: PastEvent) -> bool:
    """Return True if the gate of a metric was open for an event, in the zone of the user then."""
    transition = event.transition
    state = event.gate_inputs.before(event.number) if gate.needs_progress else transition.before or transition.state
    if state.clock.zone is not event.zone:
        state = state.copy()
        state.clock.zone = event.zone
    return gate_for_plan(gate, transition.plan).find_unmet(state, event.at) is None


def _is_past_event_of_source(event: PastEvent, source: MetricSource) -> bool:
    match source:
        case str():
            return event.kind == "metric" and event.key == source
        case PointsSource(points):
            return event.kind == "points" and event.key == points and event.value > 0
        case CompletionsSource():
            return event.kind == "achievement" and (event.key in source or event.tier_of in source)
        case _:
            assert_never(source)


def is_metric_source_in_plan(plan: Plan, metric: MetricPlan) -> bool:
    """Return True if rules declare what a metric, which can be one of other rules, counts the events of."""
    source = metric.rule.source or metric.key
    match source:
        case str():
            return source in plan.metrics
        case PointsSource(points):
            return any(system.key == points for system in plan.systems)
        case CompletionsSource():
            return True
        case _:
            assert_never(source)

"""Compiling points: the systems with their levels and boosts, and the triggers on counters."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import attrs

from trophy_engine.core.aggregation import AGGREGATES, AllTimeWindow
from trophy_engine.core.aggregation.compile_window import compile_window_calendar
from trophy_engine.core.aggregation.windows import CalendarWindow
from trophy_engine.core.boosts import FILTERED, BoostSchedule
from trophy_engine.core.compile.kinds import link_trigger_to_counter
from trophy_engine.core.compile.metrics import has_metrics_on_awards
from trophy_engine.core.gates import GatePlan, compile_gate
from trophy_engine.core.plan import LimitPlan, Plan, SystemPlan, TriggerPlan
from trophy_engine.core.points import count_award_in_metrics, queue_balance_thresholds
from trophy_engine.numbers import MOST_POINTS
from trophy_engine.rules.points import PointsSystem, PointsTrigger
from trophy_engine.rules.points_limit import PointsLimit
from trophy_engine.rules.references import is_reference_field

#: The points that a user has earned in a system.
_EARNED: Final = AllTimeWindow(AGGREGATES["sum"])
#: The fields of a trigger that, beside its references, decide what it awards points for, and not how many.
_PURPOSE: Final = {"key", "when", "event_attributes"}


def compile_points_systems(plan: Plan) -> None:
    """Add the points systems with their levels, and count the points earned in those where they decide on levels."""
    for index, rule in enumerate(plan.ruleset.points):
        levels = sorted(rule.levels, key=lambda level: level.points)
        system = SystemPlan(
            index=index,
            key=rule.key,
            rule=rule,
            maximum=MOST_POINTS if rule.maximum is None else rule.maximum,
            levels=levels,
            thresholds=[level.points for level in levels],
        )
        if rule.levels_by == "earned":
            system.earned = plan.add_windowed_counter(_EARNED.new, _EARNED.load, "earned", rule.key)
        plan.systems.append(system)


def compile_balance_observers(plan: Plan) -> None:
    """Let the metrics on points, and the achievements on balances, follow the balances."""
    for system in plan.systems:
        if system.metrics:
            system.observers.append(partial(count_award_in_metrics, system.metrics))
        if system.counters:
            system.observers.append(partial(queue_balance_thresholds, system))


def compile_boosts(plan: Plan) -> None:
    """Add to each points system its boosts, with their gates."""
    for system in plan.systems:
        if system.rule.boosts:
            system.boosts = BoostSchedule(system.rule.boosts, _compile_boost_gates(plan, system.rule))


def _compile_boost_gates(plan: Plan, rule: PointsSystem) -> dict[int, GatePlan]:
    gates = {
        index: compile_gate(plan, boost.when, "boost", rule.key, key, filtered=FILTERED)
        for index, (key, boost) in enumerate(zip(rule.boost_keys, rule.boosts, strict=True))
    }
    return {index: gate for index, gate in gates.items() if gate is not None}


def compile_points_triggers(plan: Plan) -> None:
    """Add the triggers to what pays them; the achievements, the streaks and the boosts are in the plan by then."""
    order = 0
    for system in plan.systems:
        for key, rule in zip(system.rule.trigger_keys, system.rule.triggers, strict=True):
            system.triggers[key] = _compile_points_trigger(plan, system, order, key, rule)
            order += 1
    for metric in plan.metrics.values():
        triggers = [trigger for counter in metric.counters for trigger in counter.triggers]
        if any(trigger.can_block and trigger.points < 0 for trigger in triggers):
            plan.metrics[metric.source].can_block = True  # its events are those that are refused


def _compile_points_trigger(plan: Plan, system: SystemPlan, order: int, key: str, rule: PointsTrigger) -> TriggerPlan:
    trigger = TriggerPlan(order, key, system, rule, rule.points, rule.when.user_attributes or None)
    trigger.gate = compile_gate(plan, rule.when, "trigger", system.key, key, filtered=("user_attributes",))
    trigger.is_conditional = bool(rule.when)
    for payers in link_trigger_to_counter(plan, trigger, rule):
        if rule.status == "active":
            payers.append(trigger)
    if rule.limit is not None:  # the counter is known by now
        trigger.limit = _compile_trigger_limit(plan, trigger, rule.limit)
    trigger.is_plain = not trigger.is_conditional and trigger.limit is None and system.boosts is None
    return trigger


def _compile_trigger_limit(plan: Plan, trigger: TriggerPlan, rule: PointsLimit) -> LimitPlan:
    """Return the limit of a trigger, with a counter of the points that it has awarded in each window."""
    window = CalendarWindow(AGGREGATES["sum"], compile_window_calendar(rule.window, plan.ruleset.first_weekday))
    awarded = plan.add_windowed_counter(window.new, window.load, "limit", trigger.system.key, trigger.key)
    metric = None if trigger.counter is None else trigger.counter.metric
    purpose = [(field.name, getattr(trigger.rule, field.name)) for field in purpose_fields(type(trigger.rule))]
    counted = (window, trigger.rule.type, metric and metric.counted, *purpose)
    return LimitPlan(rule.points, rule.window is None, window, awarded, counted)


def purpose_fields(kind: type[Any]) -> list[Any]:
    """Return the fields of a kind of trigger that decide what it awards points for: a limit is kept while they stay."""
    return [field for field in attrs.fields(kind) if field.name in _PURPOSE or is_reference_field(field)]


def can_queue_award_twice(plan: Plan) -> bool:
    """Return True if one pass can queue a trigger or a reward twice.

    That is if a pass counts several awards or completions in metrics, or if several achievements, or several
    completions of one, pay for the same trigger.
    """
    paid: set[int] = set()
    for achievement in plan.achievements.values():
        orders = {award.order for award in achievement.awards}
        if orders and (achievement.rule.repeatable or not paid.isdisjoint(orders)):
            return True
        paid |= orders
    return has_metrics_on_awards(plan)

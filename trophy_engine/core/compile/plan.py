"""Compiling a ruleset: the steps in their order, from counters to the thresholds and steps on them."""

from __future__ import annotations

from collections.abc import Iterable

from trophy_engine.core.compile.achievements import add_achievements, compile_achievement_gates
from trophy_engine.core.compile.leaderboards import add_leaderboards
from trophy_engine.core.compile.metrics import (
    add_metrics,
    compile_metric_gates,
    counts_awards,
    link_sources,
    mark_independent_metrics,
)
from trophy_engine.core.compile.points import add_boosts, add_systems, add_triggers, can_queue_twice, observe_balances
from trophy_engine.core.compile.streak import add_rewards, add_streaks
from trophy_engine.core.plan import Plan
from trophy_engine.core.plugs import CompilePlug
from trophy_engine.rules.ruleset import Ruleset


def compile_plan(ruleset: Ruleset, plugs: Iterable[CompilePlug] = ()) -> Plan:
    """Return the plan of a ruleset and its plugs; the constructor of the ruleset has checked all references."""
    plan = Plan(ruleset, tuple(plug for compile_plug in plugs if (plug := compile_plug(ruleset)) is not None))
    add_metrics(plan)
    plan.add_counter(plan.anniversaries)
    add_systems(plan)
    add_streaks(plan)
    add_achievements(plan)
    link_sources(plan)
    observe_balances(plan)
    compile_achievement_gates(plan)
    compile_metric_gates(plan)
    add_boosts(plan)
    add_triggers(plan)
    add_rewards(plan)
    for counter in plan.counters:
        counter.sort_thresholds()
    add_leaderboards(plan)
    mark_independent_metrics(plan)
    _mark_gates(plan)
    plan.has_further_passes = counts_awards(plan) or any(system.counters for system in plan.systems)
    plan.joins_awards = can_queue_twice(plan)
    return plan


def _mark_gates(plan: Plan) -> None:
    """Note whether any rule has conditions, and whether any of points depends on levels."""
    paid = [rule.when for system in plan.systems for rule in (*system.rule.triggers, *system.rule.boosts)]
    achievements = (achievement.rule.when for achievement in plan.achievements.values())
    plan.has_gates_on_levels = any(gate.levels for gate in paid)
    plan.has_gates = any((*achievements, *paid, *(metric.rule.when for metric in plan.metrics.values())))

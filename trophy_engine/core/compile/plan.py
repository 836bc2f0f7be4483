"""Compiling a ruleset: the steps in their order, from counters to the thresholds and steps on them."""

from __future__ import annotations

from collections.abc import Iterable

from trophy_engine.core.compile.achievements import compile_achievement_gates, compile_achievements
from trophy_engine.core.compile.leaderboards import compile_leaderboards
from trophy_engine.core.compile.metrics import (
    compile_metric_gates,
    compile_metrics,
    has_metrics_on_awards,
    link_metric_sources,
    mark_independent_metrics,
)
from trophy_engine.core.compile.points import (
    can_queue_award_twice,
    compile_balance_observers,
    compile_boosts,
    compile_points_systems,
    compile_points_triggers,
)
from trophy_engine.core.compile.streak import compile_freeze_rewards, compile_streaks
from trophy_engine.core.plan import Plan
from trophy_engine.core.plugs import CompilePlug
from trophy_engine.rules.ruleset import Ruleset


def compile_plan(ruleset: Ruleset, plugs: Iterable[CompilePlug] = ()) -> Plan:
    """Return the plan of a ruleset and its plugs; the constructor of the ruleset has checked all references."""
    plan = Plan(ruleset, tuple(plug for compile_plug in plugs if (plug := compile_plug(ruleset)) is not None))
    compile_metrics(plan)
    plan.add_counter(plan.anniversaries)
    compile_points_systems(plan)
    compile_streaks(plan)
    compile_achievements(plan)
    link_metric_sources(plan)
    compile_balance_observers(plan)
    compile_achievement_gates(plan)
    compile_metric_gates(plan)
    compile_boosts(plan)
    compile_points_triggers(plan)
    compile_freeze_rewards(plan)
    for counter in plan.counters:
        counter.sort_thresholds()
    compile_leaderboards(plan)
    mark_independent_metrics(plan)
    _mark_plan_gates(plan)
    plan.has_further_passes = has_metrics_on_awards(plan) or any(system.counters for system in plan.systems)
    plan.joins_awards = can_queue_award_twice(plan)
    return plan


def _mark_plan_gates(plan: Plan) -> None:
    """Note whether any rule has conditions, and whether any of points depends on levels."""
    paid = [rule.when for system in plan.systems for rule in (*system.rule.triggers, *system.rule.boosts)]
    achievements = (achievement.rule.when for achievement in plan.achievements.values())
    plan.has_gates_on_levels = any(gate.levels for gate in paid)
    plan.has_gates = any((*achievements, *paid, *(metric.rule.when for metric in plan.metrics.values())))

"""Compiling achievements: their counters and thresholds, composites, and gates."""

from __future__ import annotations

from collections.abc import Iterable

from trophy_engine.core.compile.kinds import compile_achievement_condition
from trophy_engine.core.gates import compile_gate
from trophy_engine.core.plan import AchievementPlan, Plan
from trophy_engine.rules.achievements import Achievement


def compile_achievements(plan: Plan) -> None:
    """Add the achievements and tiers to their counters, and each composite to what it depends on."""
    for declared in plan.ruleset.achievements:
        tiers: list[str | None] = [tier.key for tier in declared.tiers]
        parts = [
            _compile_achievement_or_tier(plan, declared, *part)
            for part in zip(declared.parts, tiers or [None], strict=True)
        ]
        plan.tiers[declared.key] = tuple(parts)
    for achievement in plan.achievements.values():
        achievement.alternatives = _expand_prerequisites(plan, achievement.prerequisites)
    for composite in plan.composites:
        for keys in composite.alternatives:
            for key in keys:
                plan.achievements[key].composites.append(composite)


def _compile_achievement_or_tier(
    plan: Plan, declared: Achievement, rule: Achievement, tier: str | None
) -> AchievementPlan:
    """Add an achievement without tiers, or a tier."""
    counter, threshold, prerequisites = compile_achievement_condition(plan, rule.trigger)
    achievement = AchievementPlan(
        declared, rule, rule.key, tier, rule.when.user_attributes or None, counter, threshold, prerequisites
    )
    plan.achievements[rule.key] = achievement
    if counter is None or rule.status != "active":
        return achievement
    if rule.repeatable:
        counter.repeatable.append((threshold, achievement))
    else:
        counter.achievements.append(achievement)
    if prerequisites:
        plan.composites.append(achievement)
    return achievement


def _expand_prerequisites(plan: Plan, keys: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return, for each key of a prerequisite, the keys of the completions of which any one counts."""
    return tuple(tuple(part.key for part in plan.find_achievements(key)) for key in keys)


def compile_achievement_gates(plan: Plan) -> None:
    """Compile the gates of achievements, and mark the achievements on which others depend."""
    achievements = plan.achievements.values()
    for achievement in achievements:
        achievement.gate = compile_gate(
            plan, achievement.rule.when, "achievement", achievement.key, filtered=("user_attributes",)
        )
    plan.has_gated_composites = any(composite.gate is not None for composite in plan.composites)
    required = {key for achievement in achievements for key in achievement.rule.when.achievements}
    needed = {part.key for key in required for part in plan.find_achievements(key)}
    for achievement in achievements:
        follows = achievement.composites or achievement.key in needed or plan.has_gated_composites
        achievement.is_followed = bool(follows)

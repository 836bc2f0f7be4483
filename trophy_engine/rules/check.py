"""Checks of rules against one another: contradictions are errors, probable mistakes are warnings.

Partial rules are checked as far as they could be read: a field that is None could not be read, or is not given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trophy_engine.rules.achievement_checks import (
    INACTIVE,
    UNREACHABLE,
    Unreachable,
    achievement_and_tier_keys,
    check_achievements,
    check_prerequisites,
    check_tier_names,
    find_inactive_achievements,
    find_out_of_reach_achievements,
    is_unreachable_reference,
    points_systems_by_key,
)
from trophy_engine.rules.completion_counts import greatest_completion_counts
from trophy_engine.rules.declared import DeclaredKeys, DeclaredRules, Suggestions
from trophy_engine.rules.diagnostics import Problem, rule_item_path
from trophy_engine.rules.endless_cycles import check_endless_cycles
from trophy_engine.rules.gate_checks import check_gate
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metric_checks import check_days_off, check_metric_use, check_metrics, check_streak_conditions
from trophy_engine.rules.metrics import Attribute, Metric
from trophy_engine.rules.points import Level, MetricPointsTrigger, PointsSystem
from trophy_engine.rules.points_limit import PointsLimit
from trophy_engine.rules.reachability import find_dependency_cycles, find_prerequisites, find_unreachable_achievements
from trophy_engine.rules.references import references_of
from trophy_engine.rules.streak import AchievementFreezeReward, Freezes, Streak


def check_ruleset_parts(
    metrics: Sequence[Any],
    attributes: Sequence[Any],
    streaks: Sequence[Any],
    achievements: Sequence[Any],
    points: Sequence[Any],
    leaderboards: Sequence[Any] = (),
) -> list[Problem]:
    """List the problems of the parts of a ruleset, each an instance of its class, partial or not, or ``Unreadable``."""
    suggestions = Suggestions()
    of_users, of_events = _list_declared_keys(attributes, "user"), _list_declared_keys(attributes, "event")
    of_points, of_achievements = _list_declared_keys(points), achievement_and_tier_keys(achievements)
    declared = DeclaredRules(
        metrics=DeclaredKeys(
            _list_declared_keys(metrics),
            suggestions,
            {
                "a points system, whose awards a metric with source = {{ points = {key!r} }} counts": of_points,
                "an achievement, which a metric with source = {{ completions = [{key!r}] }} counts": of_achievements,
            },
        ),
        metric_rules={metric.key: metric for metric in reversed(metrics) if isinstance(metric, Metric) and metric.key},
        system_rules=(systems := points_systems_by_key(points)),
        levels={
            key: DeclaredKeys(_list_declared_keys(system.levels or ()), suggestions) for key, system in systems.items()
        },
        achievements=DeclaredKeys(of_achievements, suggestions),
        user_attributes=DeclaredKeys(
            of_users, suggestions, {"an event attribute": of_events}, "; declare it in 'attributes'"
        ),
        event_attributes=DeclaredKeys(
            of_events, suggestions, {"a user attribute": of_users}, "; declare it in 'attributes' with the type 'event'"
        ),
        systems=DeclaredKeys(of_points, suggestions),
        streaks=DeclaredKeys(_list_declared_keys(streaks), suggestions),
        idle_streaks=_find_idle_streaks(streaks),
        completions=greatest_completion_counts(metrics, achievements),
    )
    needs = find_prerequisites(achievements)
    cycles = find_dependency_cycles(needs)
    out_of_reach = find_out_of_reach_achievements(achievements, declared)
    inactive = find_inactive_achievements(achievements)
    never = find_unreachable_achievements(
        achievements, (*cycles, *out_of_reach, *inactive), idle_streaks=declared.idle_streaks
    )
    unreachable = {key: INACTIVE if key in inactive else UNREACHABLE for key in never}
    return [
        *_check_duplicate_keys("metrics", metrics),
        *check_metrics(metrics, declared),
        *_check_duplicate_attributes(attributes),
        *_check_duplicate_keys("streaks", streaks),
        *_check_streaks(streaks, unreachable, declared),
        *_check_duplicate_keys("achievements", achievements),
        *check_tier_names(achievements),
        *check_achievements(achievements, declared),
        *check_prerequisites(achievements, needs, cycles, unreachable),
        *_check_unreachable_sources(metrics, unreachable),
        *_check_duplicate_keys("points", points),
        *_check_points_systems(points, unreachable, declared),
        *check_endless_cycles(metrics, achievements, points),
        *_check_duplicate_keys("leaderboards", leaderboards),
        *_check_leaderboards(leaderboards, declared),
    ]


def _list_declared_keys(parts: Sequence[Any], type_: str | None = None) -> list[str]:
    return [
        part.key
        for part in parts
        if part.key and (type_ is None or not isinstance(part, Attribute) or part.type in {type_, None})
    ]


def _check_duplicate_keys(path: str, parts: Sequence[Any]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    by_lower_case: dict[str, str] = {}
    for index, part in enumerate(parts):
        key = part.key
        if not key:
            continue
        former = by_lower_case.setdefault(key.lower(), key)
        if key in first:
            message = f"duplicate key {key!r}, already used by {rule_item_path(path, first[key])}; choose another key"
            yield Problem("error", f"{rule_item_path(path, index)}.key", message)
        elif former != key:
            message = f"{key!r} and {former!r} differ in case alone, and some databases take them for one column"
            yield Problem("warning", f"{rule_item_path(path, index)}.key", f"{message}; rename one")
        first.setdefault(key, index)


def _check_duplicate_attributes(attributes: Sequence[Any]) -> Iterator[Problem]:
    first: dict[tuple[str, str], int] = {}
    for index, attribute in enumerate(attributes):
        if isinstance(attribute, Attribute) and attribute.key and attribute.type:
            name = (attribute.type, attribute.key)
            if name in first:
                former = rule_item_path("attributes", first[name])
                message = (
                    f"duplicate {attribute.type} attribute {attribute.key!r}, already used by {former}; remove one"
                )
                yield Problem("error", f"{rule_item_path('attributes', index)}.key", message)
            first.setdefault(name, index)


def _find_idle_streaks(streaks: Sequence[Any]) -> frozenset[str | None]:
    """Return the keys of the streaks that never start, and None if there is no primary streak that can start."""
    idle = [isinstance(streak, Streak) and streak.metrics == () for streak in streaks]
    keys: set[str | None] = {streak.key for streak, is_idle in zip(streaks, idle, strict=True) if is_idle}
    return frozenset({*keys, None} if not streaks or idle[0] else keys - {None})


def _check_streaks(streaks: Sequence[Any], unreachable: Unreachable, declared: DeclaredRules) -> Iterator[Problem]:
    for index, streak in enumerate(streaks):
        if not isinstance(streak, Streak):
            continue
        path = rule_item_path("streaks", index)
        if streak.metrics == ():
            message = "a streak without metrics never starts; add at least one metric"
            yield Problem("warning", f"{path}.metrics", message)
        yield from check_streak_conditions(streak, path, declared)
        yield from check_days_off(streak, path, declared)
        if isinstance(streak.freezes, Freezes):
            yield from _check_freeze_rewards(streak.freezes, f"{path}.freezes", unreachable, declared)


def _check_freeze_rewards(
    freezes: Freezes, path: str, unreachable: Unreachable, declared: DeclaredRules
) -> Iterator[Problem]:
    if freezes.max_count is None:  # it could not be read
        return
    for field in ("rewards", "auto_earn_amount") if freezes.max_count == 0 else ():
        if getattr(freezes, field):
            yield Problem("warning", f"{path}.{field}", "never has an effect, because max_count is 0; raise it")
    amount = freezes.auto_earn_amount
    if amount and amount > freezes.max_count > 0:
        message = f"{amount} are never granted, because max_count is {freezes.max_count}; raise it"
        yield Problem("warning", f"{path}.auto_earn_amount", message)
    for index, reward in enumerate(freezes.rewards or ()):
        reward_path = rule_item_path(f"{path}.rewards", index)
        yield from declared.check_keys(reward, reward_path)
        number = getattr(reward, "freezes", None)
        if number and number > freezes.max_count > 0:
            message = f"{number} are never granted, because max_count is {freezes.max_count}; raise it"
            yield Problem("warning", f"{reward_path}.freezes", message)
        if isinstance(reward, AchievementFreezeReward):
            yield from _check_unreachable_references(reward, reward_path, unreachable)


def _check_unreachable_sources(metrics: Sequence[Any], unreachable: Unreachable) -> Iterator[Problem]:
    for index, metric in enumerate(metrics):
        if isinstance(metric, Metric):
            yield from _check_unreachable_references(metric, rule_item_path("metrics", index), unreachable)


def _check_unreachable_references(rule: Any, path: str, unreachable: Unreachable) -> Iterator[Problem]:
    """Yield a problem for each achievement that a rule refers to and that can never be completed."""
    for reference in references_of(rule, path):
        for field, key in reference.keys.items():
            if reference.kind == "achievement" and is_unreachable_reference(rule, key, unreachable):
                fact, remedy = unreachable[key]
                yield Problem("warning", field, f"never has an effect, because {key!r} {fact}; {remedy}")


def _check_points_systems(
    points: Sequence[Any], unreachable: Unreachable, declared: DeclaredRules
) -> Iterator[Problem]:
    for index, system in enumerate(points):
        if isinstance(system, PointsSystem):
            path = rule_item_path("points", index)
            yield from _check_points_triggers(system, path, unreachable, declared)
            yield from _check_trigger_or_boost_keys(f"{path}.triggers", system.triggers or (), "trigger")
            yield from _check_trigger_or_boost_keys(f"{path}.boosts", system.boosts or (), "boost")
            yield from _check_points_levels(system, path)
            yield from _check_boosts(system, path, unreachable, declared)


def _check_points_triggers(
    system: PointsSystem, path: str, unreachable: Unreachable, declared: DeclaredRules
) -> Iterator[Problem]:
    triggers = system.triggers or ()
    points: list[Any] = [getattr(trigger, "points", None) for trigger in triggers]
    if points and all(number is not None and number < 0 for number in points):
        message = (
            "every trigger deducts points, so only manual awards raise the balance; add a trigger that awards points"
        )
        yield Problem("warning", f"{path}.triggers", message)
    for index, trigger in enumerate(triggers):
        trigger_path = rule_item_path(f"{path}.triggers", index)
        yield from declared.check_filters(trigger, trigger_path)
        yield from declared.check_references(trigger, trigger_path)
        yield from check_metric_use(trigger, trigger_path, declared)
        awards = points[index] is not None and points[index] > 0
        if isinstance(trigger, MetricPointsTrigger) and trigger.block_if_out_of_points and awards:
            message = "has no effect on a trigger that awards points; remove it"
            yield Problem("warning", f"{trigger_path}.block_if_out_of_points", message)
        limit = getattr(trigger, "limit", None)
        if awards and isinstance(limit, PointsLimit):
            from trophy_engine.rules.points_limit_checks import check_points_limit  # noqa: PLC0415  # few rules have limits

            yield from check_points_limit(limit, points[index], system.boosts, f"{trigger_path}.limit")
        yield from check_gate(trigger, trigger_path, declared)
        yield from _check_unreachable_references(trigger, trigger_path, unreachable)


def _check_points_levels(system: PointsSystem, path: str) -> Iterator[Problem]:
    levels = system.levels or ()
    if system.levels == () and system.levels_by == "earned":
        message = "only counts what is earned, because the points system has no levels; add levels, or remove it"
        yield Problem("warning", f"{path}.levels_by", message)
    yield from _check_duplicate_keys(f"{path}.levels", levels)
    first: dict[int, str] = {}
    for index, level in enumerate(levels):
        if not isinstance(level, Level) or level.points is None:
            continue
        item = rule_item_path(f"{path}.levels", index)
        name = _name_level_in_problem(level, item)
        if level.points in first:
            message = f"levels {first[level.points]} and {name} have the same threshold, {level.points}"
            yield Problem("error", f"{item}.points", f"{message}; change one")
        first.setdefault(level.points, name)
        if system.levels_by == "balance" and system.maximum is not None and level.points > system.maximum:
            message = f"{level.points} is above the maximum {system.maximum}, so it can never be reached; lower it"
            yield Problem("warning", f"{item}.points", message)


def _name_level_in_problem(level: Level, path: str) -> str:
    return repr(level.key) if level.key else path


def _check_boosts(
    system: PointsSystem, path: str, unreachable: Unreachable, declared: DeclaredRules
) -> Iterator[Problem]:
    awards = [getattr(trigger, "points", None) for trigger in system.triggers or ()]
    awards_points = system.triggers is None or any(points is None or points > 0 for points in awards)
    for index, boost in enumerate(system.boosts or ()):
        item = rule_item_path(f"{path}.boosts", index)
        yield from declared.check_filters(boost, item)
        yield from check_gate(boost, item, declared)
        yield from _check_unreachable_references(boost, item, unreachable)
        if not awards_points:
            yield Problem(
                "warning", item, "never has an effect, because no trigger of the points system awards points; remove it"
            )


def _check_trigger_or_boost_keys(path: str, items: Sequence[Any], kind: str) -> Iterator[Problem]:
    """Yield a problem for each item that repeats a key, declared or derived from its type or kind and its position."""
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        key = item.key or f"{getattr(item, 'type', kind)}-{index + 1}"
        if key in first:
            message = f"duplicate key {key!r}, already used by {rule_item_path(path, first[key])}; choose another key"
            yield Problem("error", f"{rule_item_path(path, index)}.key", message)
        first.setdefault(key, index)


def _check_leaderboards(leaderboards: Sequence[Any], declared: DeclaredRules) -> Iterator[Problem]:
    for index, board in enumerate(leaderboards):
        if not isinstance(board, Leaderboard):
            continue
        path = rule_item_path("leaderboards", index)
        yield from declared.check_filters(board, path)
        for position, key in enumerate(board.breakdown_attributes or ()):
            item = rule_item_path(f"{path}.breakdown_attributes", position)
            yield from declared.user_attributes.check_known("user attribute", key, item)
        yield from declared.check_references(board, path)
        yield from check_metric_use(board, path, declared)
        if board.rank_by == "streak" and board.order == "ascending":
            message = (
                "ranks the shortest running streak first, and users without one nowhere; "
                "remove it to rank the longest first"
            )
            yield Problem("warning", f"{path}.order", message)

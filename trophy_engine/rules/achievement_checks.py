"""Checks of achievements: their keys, what they refer to, and the numbers that complete them.

Partial rules are checked as far as they could be read: a field that is None could not be read, or is not given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import (
    Achievement,
    BalanceTrigger,
    CompositeTrigger,
    LevelTrigger,
    MetricTrigger,
)
from trophy_engine.rules.declared import DeclaredRules
from trophy_engine.rules.diagnostics import Problem, rule_item_path
from trophy_engine.rules.gate_checks import check_gate, gate_of_rule
from trophy_engine.rules.gates import ALWAYS
from trophy_engine.rules.metric_checks import (
    check_event_filter,
    check_threshold_in_reach,
    check_whole_threshold,
    exclusive_filter_attributes,
)
from trophy_engine.rules.metric_uses import (
    date_excluded_by_gate,
    greatest_possible_total,
    least_possible_total,
    refuse_metric_for_at_most,
    refuse_metric_for_repeats,
)
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.points import Level, PointsSystem
from trophy_engine.rules.reachability import shortest_dependency_cycle
from trophy_engine.rules.tiers import tier_names

#: By the key of an achievement or a tier that can never be completed, why, and the remedy.
Unreachable = Mapping[str, tuple[str, str]]
UNREACHABLE: Final = ("can never be completed", "remove it")
INACTIVE: Final = ("is inactive", "activate it")


def achievement_and_tier_keys(achievements: Sequence[Any]) -> list[str]:
    """Return the keys by which rules can name achievements and tiers."""
    tiers = [name for achievement in achievements for _, name in tier_names(achievement)]
    return [*(achievement.key for achievement in achievements if achievement.key), *tiers]


def check_tier_names(achievements: Sequence[Any]) -> Iterator[Problem]:
    """Yield a problem for each tier by whose key rules would also name something else."""
    tiered = [pair for pair in enumerate(achievements) if getattr(pair[1], "tiers", None)]
    paths: dict[str, str] = {}
    for index, achievement in enumerate(achievements if tiered else ()):
        if achievement.key:
            paths.setdefault(achievement.key, rule_item_path("achievements", index))
    for index, achievement in tiered:
        own_path = rule_item_path("achievements", index)
        if paths.get(achievement.key) != own_path:  # a repeated key, which is a problem itself, repeats all names
            continue
        own_names: set[str] = set()
        is_repeat_known = False
        for number, name in tier_names(achievement):
            path = rule_item_path(f"{own_path}.tiers", number)
            if name in own_names and not is_repeat_known:  # the tiers are checked for the first one when they are read
                is_repeat_known = True
            elif paths.setdefault(name, path) != path:
                message = f"rules name it {name!r}, which already names {paths[name]}; choose another key"
                yield Problem("error", f"{path}.key", message)
            own_names.add(name)


def check_achievements(achievements: Sequence[Any], declared: DeclaredRules) -> Iterator[Problem]:
    """Yield the problems of achievements: unknown references, uses that metrics forbid, thresholds out of reach."""
    for index, achievement in enumerate(achievements):
        if not isinstance(achievement, Achievement):
            continue
        path = rule_item_path("achievements", index)
        yield from declared.check_filters(achievement, path)
        if achievement.when is not ALWAYS:
            yield from check_gate(achievement, path, declared)
        trigger = achievement.trigger
        if trigger is None:
            continue
        yield from declared.check_references(trigger, f"{path}.trigger")
        yield from declared.check_filters(trigger, f"{path}.trigger")
        if isinstance(trigger, MetricTrigger):
            yield from _check_metric_trigger(achievement, trigger, path, declared)
        elif isinstance(trigger, BalanceTrigger):
            yield from _check_balance_trigger(achievement, trigger, path, declared)
        elif isinstance(trigger, LevelTrigger):
            yield from _check_level_trigger(trigger, f"{path}.trigger", declared)


def _trigger_and_tier_tables(achievement: Achievement, path: str) -> Iterator[tuple[str, Any, str | None]]:
    """Yield the path of each table with a number that completes an achievement, the table, and the name of its tier."""
    yield f"{path}.trigger", achievement.trigger, None
    for index, name in tier_names(achievement):
        yield rule_item_path(f"{path}.tiers", index), achievement.tiers[index], name


def _check_metric_trigger(
    achievement: Achievement, trigger: MetricTrigger, path: str, declared: DeclaredRules
) -> Iterator[Problem]:
    metric = declared.metric_rules.get(trigger.metric or "")
    if metric is None:
        return
    numbers = list(_trigger_and_tier_tables(achievement, path))
    has_at_most = any(table.at_most is not None for _, table, _ in numbers)
    for number_path, table, _ in numbers:
        is_contradictory = table.at_most is not None and (table.value is not None or achievement.repeatable)
        refusal = None if table.at_most is None or is_contradictory else refuse_metric_for_at_most(metric)
        if refusal is not None:
            yield Problem("error", f"{number_path}.at_most", refusal)
            continue
        yield from check_whole_threshold(metric, table.value, f"{number_path}.value")
        if not has_at_most:  # a value besides it is a contradiction
            yield from _check_achievement_value(achievement, metric, table.value, f"{number_path}.value", declared)
        least = least_possible_total(metric)
        if table.at_most is not None and least is not None and table.at_most < least:
            message = f"is never reached, because {metric.key!r} is at least {least:,}; raise it"
            yield Problem("warning", f"{number_path}.at_most", message)
    can_repeat = not achievement.tiers and trigger.at_most is None  # else the achievement itself is contradictory
    refusal = refuse_metric_for_repeats(metric) if achievement.repeatable and can_repeat else None
    if refusal is not None:
        yield Problem("error", f"{path}.repeatable", refusal)
    yield from check_event_filter(metric, trigger, f"{path}.trigger")


def _check_achievement_value(
    achievement: Achievement, metric: Metric, value: Any, path: str, declared: DeclaredRules
) -> Iterator[Problem]:
    """Yield a problem if a total never reaches a value, or only by its first event because it is a least value."""
    greatest = greatest_possible_total(metric, declared.completions.get(metric.key))
    unreachable = tuple(check_threshold_in_reach(metric, value, greatest, path))
    yield from unreachable
    if metric.aggregate == "min" and value is not None and not (unreachable or achievement.repeatable):
        message = f"is reached by a first event alone, because {metric.key!r} is the least value, which only falls"
        yield Problem("warning", path, f"{message}; write at_most to complete it when the total falls")


def _check_balance_trigger(
    achievement: Achievement, trigger: BalanceTrigger, path: str, declared: DeclaredRules
) -> Iterator[Problem]:
    system = declared.system_rules.get(trigger.system or "")
    for number_path, table, _ in _trigger_and_tier_tables(achievement, path):
        if system is not None and _is_balance_out_of_reach(system, table.value):
            message = f"is never reached, because the maximum of {trigger.system!r} is {system.maximum:,}; lower it"
            yield Problem("warning", f"{number_path}.value", message)


def _check_level_trigger(trigger: LevelTrigger, path: str, declared: DeclaredRules) -> Iterator[Problem]:
    levels = declared.levels.get(trigger.system or "")
    if levels is not None:
        yield from levels.check_known("level", trigger.level, f"{path}.level")
    if _is_level_out_of_reach(trigger, declared):
        message = f"is never reached, because {trigger.level!r} is above the maximum; lower it"
        yield Problem("warning", f"{path}.level", message)


def _is_balance_out_of_reach(system: Any, value: Any) -> bool:
    maximum = getattr(system, "maximum", None)
    return maximum is not None and value is not None and value > maximum


def _is_level_out_of_reach(trigger: LevelTrigger, declared: DeclaredRules) -> bool:
    system = declared.system_rules.get(trigger.system or "")
    if system is None or system.levels_by != "balance":  # more than the maximum can be earned, with payments between
        return False
    levels = [level for level in system.levels or () if isinstance(level, Level)]
    return any(level.key == trigger.level and _is_balance_out_of_reach(system, level.points) for level in levels)


def find_out_of_reach_achievements(achievements: Sequence[Any], declared: DeclaredRules) -> Iterator[str]:
    """Yield the keys by which rules name achievements and tiers that no total or balance completes."""
    for achievement in achievements:
        if not isinstance(achievement, Achievement):
            continue
        numbers = list(_trigger_and_tier_tables(achievement, ""))
        tiers, trigger = numbers[1:], achievement.trigger
        out = [name for _, table, name in tiers if _is_trigger_out_of_reach(trigger, table, declared)]
        yield from (name for name in out if name is not None)
        if len(out) == len(tiers) if tiers else _is_trigger_out_of_reach(trigger, trigger, declared):
            yield achievement.key


def find_inactive_achievements(achievements: Sequence[Any]) -> frozenset[str]:
    """Return the keys by which rules name inactive achievements and their tiers."""
    inactive = [one for one in achievements if isinstance(one, Achievement) and one.status == "inactive"]
    return frozenset(achievement_and_tier_keys(inactive))


def is_unreachable_reference(rule: Any, key: str, unreachable: Unreachable) -> bool:
    """Return True if a rule refers in vain to an achievement; an inactive one can wait for another."""
    is_waiting = unreachable.get(key) is INACTIVE and getattr(rule, "status", None) == "inactive"
    return key in unreachable and not is_waiting


def _is_trigger_out_of_reach(trigger: Any, table: Any, declared: DeclaredRules) -> bool:
    if isinstance(trigger, MetricTrigger):
        metric = declared.metric_rules.get(trigger.metric or "")
        if metric is None:
            return False
        greatest = greatest_possible_total(metric, declared.completions.get(metric.key))
        return _is_total_out_of_reach(metric, trigger, table, greatest)
    if isinstance(trigger, BalanceTrigger):
        return _is_balance_out_of_reach(declared.system_rules.get(trigger.system or ""), table.value)
    return isinstance(trigger, LevelTrigger) and _is_level_out_of_reach(trigger, declared)


def _is_total_out_of_reach(metric: Metric, trigger: MetricTrigger, table: Any, greatest: Number | None) -> bool:
    least = least_possible_total(metric)
    is_above = greatest is not None and table.value is not None and table.value > greatest
    is_below = least is not None and table.at_most is not None and table.at_most < least
    return (
        is_above
        or is_below
        or date_excluded_by_gate(metric) is not None
        or any(exclusive_filter_attributes(metric, trigger))
    )


def _has_no_prerequisites(achievement: Achievement) -> bool:
    """Return True if an achievement neither is a composite nor has a gate, as most have none."""
    return achievement.when is ALWAYS and not isinstance(achievement.trigger, CompositeTrigger)


def check_prerequisites(
    achievements: Sequence[Any],
    needs: Mapping[str, tuple[str, ...]],
    cycles: Mapping[str, int],
    unreachable: Unreachable,
) -> Iterator[Problem]:
    """Yield the problems of what achievements need: themselves, and prerequisites that are never completed.

    A cycle is reported once, for its first achievement.
    """
    reported = set[frozenset[str] | int]()
    for index, achievement in enumerate(achievements):
        if not isinstance(achievement, Achievement) or _has_no_prerequisites(achievement):
            continue
        trigger, path = achievement.trigger, rule_item_path("achievements", index)
        prerequisites = (trigger.achievements or ()) if isinstance(trigger, CompositeTrigger) else ()
        names = (achievement.key, *(name for _, name in tier_names(achievement)))
        cyclic = next((name for name in names if name in cycles), None)
        if cyclic is not None:
            _, following, *_ = cycle = shortest_dependency_cycle(cyclic, needs, cycles)
            field = "trigger" if following in prerequisites else "when"
            whole = cycles[cyclic] if "…" in cycle else frozenset(cycle)
            if whole not in reported:
                message = f"depends on itself: {' -> '.join(cycle)}; break the cycle"
                yield Problem("error", f"{path}.{field}.achievements", message)
            reported.add(whole)
            continue
        for field, keys in (("trigger", prerequisites), ("when", gate_of_rule(achievement).achievements or ())):
            for position, key in enumerate(keys):
                if is_unreachable_reference(achievement, key, unreachable):
                    fact, remedy = unreachable[key]
                    consequence = (
                        f"so {achievement.key!r} cannot be completed either"
                        if achievement.key in unreachable
                        else f"so it never counts for {achievement.key!r}"
                    )
                    message = f"{key!r} {fact}, {consequence}; {remedy}"
                    yield Problem("warning", rule_item_path(f"{path}.{field}.achievements", position), message)


def points_systems_by_key(points: Sequence[Any]) -> dict[str, PointsSystem]:
    """Return the points systems by key, the first one of each key."""
    return {system.key: system for system in reversed(points) if isinstance(system, PointsSystem) and system.key}

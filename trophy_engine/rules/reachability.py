"""Reachability: which achievements can never be completed, and which depend on themselves.

An achievement needs its prerequisites, if it is a composite, and the achievements of its gate. Both take time linear in
the number of these, and no recursion.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from trophy_engine.rules.achievements import Achievement, CompositeTrigger
from trophy_engine.rules.gate_checks import achievements_required_by_gate, gate_of_rule, is_gate_never_open
from trophy_engine.rules.gates import ALWAYS
from trophy_engine.rules.tiers import tier_names

#: The number of prerequisites that are followed to find the shortest cycle of a composite.
_MAX_FOLLOWED: Final = 100


def find_prerequisites(achievements: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    """Return, by key, what achievements and tiers need: the prerequisites of composites, and those of gates."""
    needs: dict[str, tuple[str, ...]] = {}
    for achievement in achievements:
        if isinstance(achievement, Achievement) and achievement.key and _can_be_unreachable(achievement):
            keys = (
                *_prerequisites_of_composite(achievement),
                *achievements_required_by_gate(gate_of_rule(achievement)),
            )
            needs |= dict.fromkeys(_keys_of_achievement_and_tiers(achievement) if keys else (), keys)
    return needs


def _can_be_unreachable(achievement: Achievement) -> bool:
    """Return True if an achievement is a composite, has a gate or needs a streak."""
    trigger = achievement.trigger
    needs_streak = trigger is not None and trigger.needs_streak
    return achievement.when is not ALWAYS or needs_streak or isinstance(trigger, CompositeTrigger)


def _keys_of_achievement_and_tiers(achievement: Achievement) -> tuple[str, ...]:
    """Return the key of an achievement and those of its tiers."""
    return achievement.key, *(name for _, name in tier_names(achievement))


def _prerequisites_of_composite(achievement: Achievement) -> tuple[str, ...]:
    """Return the readable prerequisites of a composite; none for other achievements."""
    trigger = achievement.trigger
    keys = (trigger.achievements or ()) if isinstance(trigger, CompositeTrigger) else ()
    return tuple(key for key in keys if key is not None)


def find_unreachable_achievements(
    achievements: Sequence[Any], never: Collection[str], *, idle_streaks: Collection[str | None]
) -> frozenset[str]:
    """Return the keys of achievements and tiers that can never be completed.

    Achievements that are unreadable or not declared count as reachable; other checks report them.

    Args:
        achievements: all achievements.
        never: achievements that are known to be among them, such as those that depend on themselves.
        idle_streaks: the keys of streaks that never start, and None if the primary one never does.
    """
    composites: dict[str, list[str]] = {}
    gated: dict[str, list[str]] = {}
    pending = list(never)
    for achievement in achievements:
        if not isinstance(achievement, Achievement) or not _can_be_unreachable(achievement):
            continue
        for prerequisite in _prerequisites_of_composite(achievement):
            composites.setdefault(prerequisite, []).append(achievement.key)
        gate, names = gate_of_rule(achievement), _keys_of_achievement_and_tiers(achievement)
        for needed in achievements_required_by_gate(gate):
            gated.setdefault(needed, []).extend(names)
        trigger = achievement.trigger
        is_idle = trigger is not None and trigger.needs_streak and getattr(trigger, "streak", None) in idle_streaks
        if is_idle or is_gate_never_open(gate, idle_streaks):
            pending += names
    spare = _count_spare_prerequisites(achievements)
    unreachable: set[str] = set()
    while pending:
        key = pending.pop()
        if key not in unreachable:
            unreachable.add(key)
            pending += gated.get(key, ())
            for dependent in composites.get(key, ()):
                spare[dependent] -= 1
                if spare[dependent] < 0:
                    pending.append(dependent)
    return frozenset(unreachable)


def _count_spare_prerequisites(achievements: Sequence[Any]) -> dict[str, int]:
    """Return how many prerequisites each composite can do without."""
    spare: dict[str, int] = {}
    for achievement in achievements:
        if isinstance(achievement, Achievement) and isinstance(achievement.trigger, CompositeTrigger):
            at_least = achievement.trigger.at_least
            spare[achievement.key] = 0 if at_least is None else len(_prerequisites_of_composite(achievement)) - at_least
    return spare


def find_dependency_cycles(needs: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return the achievements that depend on themselves, each with the number of its strongly connected component.

    This is Tarjan's algorithm, with an explicit stack in place of recursion.
    """
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    component: dict[str, int] = {}
    open_keys: list[str] = []
    for root in needs:
        calls = [] if root in order else [(root, iter(needs[root]))]
        while calls:
            key, prerequisites = calls[-1]
            if key not in order:
                order[key] = lowest[key] = len(order)
                open_keys.append(key)
            for prerequisite in prerequisites:
                if prerequisite in needs and prerequisite not in order:
                    calls.append((prerequisite, iter(needs[prerequisite])))
                    break
                if prerequisite in order and prerequisite not in component:
                    lowest[key] = min(lowest[key], order[prerequisite])
            else:
                calls.pop()
                if calls:
                    lowest[calls[-1][0]] = min(lowest[calls[-1][0]], lowest[key])
                if lowest[key] == order[key]:
                    _close_connected_component(key, open_keys, component)
    sizes: dict[int, int] = {}
    for number in component.values():
        sizes[number] = sizes.get(number, 0) + 1
    return {
        key: component[key] for key, prerequisites in needs.items() if sizes[component[key]] > 1 or key in prerequisites
    }


def _close_connected_component(root: str, open_keys: list[str], component: dict[str, int]) -> None:
    number = len(component)
    while True:
        key = open_keys.pop()
        component[key] = number
        if key == root:
            return


def shortest_dependency_cycle(
    key: str, needs: Mapping[str, tuple[str, ...]], cycles: Mapping[str, int]
) -> tuple[str, ...]:
    """Return the shortest cycle of prerequisites from an achievement to itself; its key is the first and the last.

    If it is not found within a hundred prerequisites, all but the first step are replaced by an ellipsis.

    Args:
        key: an achievement that depends on itself.
        needs: the result of ``find_prerequisites``.
        cycles: the result of ``find_dependency_cycles`` for them.
    """
    came_from: dict[str, str] = {}
    queue = [key]
    followed = 0
    for reached in queue:  # grows during the iteration
        for prerequisite in needs[reached]:
            followed += 1
            if prerequisite == key:
                return (*_path_between_prerequisites(key, reached, came_from), key)
            if followed > _MAX_FOLLOWED:
                first = next(prerequisite for prerequisite in needs[key] if cycles.get(prerequisite) == cycles[key])
                return key, first, "…", key
            if prerequisite in cycles and cycles[prerequisite] == cycles[key] and prerequisite not in came_from:
                came_from[prerequisite] = reached
                queue.append(prerequisite)
    raise AssertionError(f"{key!r} is not a prerequisite of itself")


def _path_between_prerequisites(start: str, end: str, came_from: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys on the path from one achievement to another."""
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))

"""Reachability: which achievements can never be completed, and which composites depend on themselves.

Both take time linear in the number of prerequisites, and no recursion.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from trophy_engine.rules.achievements import Achievement, CompositeTrigger, StreakTrigger
from trophy_engine.rules.tiers import tier_names

#: The number of prerequisites that are followed to find the shortest cycle of a composite.
_MAX_FOLLOWED: Final = 100


def find_composites(achievements: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    """Return the prerequisites of every composite, by its key."""
    return {
        achievement.key: tuple(key for key in achievement.trigger.achievements or () if key is not None)
        for achievement in achievements
        if isinstance(achievement, Achievement)
        and achievement.key
        and isinstance(achievement.trigger, CompositeTrigger)
    }


def find_unreachable(
    achievements: Sequence[Any],
    composites: Mapping[str, tuple[str, ...]],
    never: Collection[str],
    *,
    idle_streaks: Collection[str | None],
) -> frozenset[str]:
    """Return the keys of achievements and tiers that can never be completed.

    Achievements that are unreadable or not declared count as reachable; other checks report them.

    Args:
        achievements: all achievements.
        composites: the prerequisites of the composites among them.
        never: achievements that are known to be among them, such as composites that depend on themselves.
        idle_streaks: the keys of streaks that never start, and None if the primary one never does.
    """
    dependents: dict[str, list[str]] = {}
    for key, prerequisites in composites.items():
        for prerequisite in prerequisites:
            dependents.setdefault(prerequisite, []).append(key)
    pending = list(never)
    pending += [
        name
        for achievement in achievements
        if isinstance(achievement, Achievement)
        and isinstance(achievement.trigger, StreakTrigger)
        and achievement.trigger.streak in idle_streaks
        for name in (achievement.key, *(name for _, name in tier_names(achievement)))
    ]
    spare = _count_spare(achievements)
    unreachable: set[str] = set()
    while pending:
        key = pending.pop()
        if key not in unreachable:
            unreachable.add(key)
            for dependent in dependents.get(key, ()):
                spare[dependent] -= 1
                if spare[dependent] < 0:
                    pending.append(dependent)
    return frozenset(unreachable)


def _count_spare(achievements: Sequence[Any]) -> dict[str, int]:
    """Return how many prerequisites each composite can do without."""
    spare: dict[str, int] = {}
    for achievement in achievements:
        if isinstance(achievement, Achievement) and isinstance(achievement.trigger, CompositeTrigger):
            known = sum(key is not None for key in achievement.trigger.achievements or ())
            at_least = achievement.trigger.at_least
            spare[achievement.key] = 0 if at_least is None else known - at_least
    return spare


def find_cyclic(composites: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return the composites that depend on themselves, each with the number of its strongly connected component.

    This is Tarjan's algorithm, with an explicit stack in place of recursion.
    """
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    component: dict[str, int] = {}
    open_keys: list[str] = []
    for root in composites:
        calls = [] if root in order else [(root, iter(composites[root]))]
        while calls:
            key, prerequisites = calls[-1]
            if key not in order:
                order[key] = lowest[key] = len(order)
                open_keys.append(key)
            for prerequisite in prerequisites:
                if prerequisite in composites and prerequisite not in order:
                    calls.append((prerequisite, iter(composites[prerequisite])))
                    break
                if prerequisite in order and prerequisite not in component:
                    lowest[key] = min(lowest[key], order[prerequisite])
            else:
                calls.pop()
                if calls:
                    lowest[calls[-1][0]] = min(lowest[calls[-1][0]], lowest[key])
                if lowest[key] == order[key]:
                    _close_component(key, open_keys, component)
    sizes: dict[int, int] = {}
    for number in component.values():
        sizes[number] = sizes.get(number, 0) + 1
    return {
        key: component[key]
        for key, prerequisites in composites.items()
        if sizes[component[key]] > 1 or key in prerequisites
    }


def _close_component(root: str, open_keys: list[str], component: dict[str, int]) -> None:
    number = len(component)
    while True:
        key = open_keys.pop()
        component[key] = number
        if key == root:
            return


def shortest_cycle(key: str, composites: Mapping[str, tuple[str, ...]], cycles: Mapping[str, int]) -> tuple[str, ...]:
    """Return the shortest cycle of prerequisites from a composite to itself; its key is the first and the last.

    If it is not found within a hundred prerequisites, all but the first step are replaced by an ellipsis.

    Args:
        key: a composite that depends on itself.
        composites: the prerequisites of all composites.
        cycles: the result of ``find_cyclic`` for them.
    """
    came_from: dict[str, str] = {}
    queue = [key]
    followed = 0
    for reached in queue:  # grows during the iteration
        for prerequisite in composites[reached]:
            followed += 1
            if prerequisite == key:
                return (*_path_to(key, reached, came_from), key)
            if followed > _MAX_FOLLOWED:
                first = next(
                    prerequisite for prerequisite in composites[key] if cycles.get(prerequisite) == cycles[key]
                )
                return key, first, "…", key
            if prerequisite in cycles and cycles[prerequisite] == cycles[key] and prerequisite not in came_from:
                came_from[prerequisite] = reached
                queue.append(prerequisite)
    raise AssertionError(f"{key!r} is not a prerequisite of itself")


def _path_to(start: str, end: str, came_from: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys on the path from one composite to another."""
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))

"""Reachability: which achievements can never be completed, and which composites depend on themselves.

Both take time linear in the number of prerequisites, and no recursion.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from trophy_engine.rules.achievements import Achievement, CompositeTrigger

#: The number of prerequisites that are followed to find the shortest cycle of a composite.
_MAX_FOLLOWED: Final = 100


def find_composites(achievements: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    """Return the prerequisites of every composite, by its key."""
    return {
        achievement.key: achievement.trigger.achievements
        for achievement in achievements
        if isinstance(achievement, Achievement) and isinstance(achievement.trigger, CompositeTrigger)
    }


def find_unreachable(
    achievements: Sequence[Any], composites: Mapping[str, tuple[str, ...]], cycles: Collection[str], *, streak: bool
) -> frozenset[str]:
    """Return the keys of achievements that can never be completed.

    Achievements that are unreadable or not declared count as reachable; other checks report them.

    Args:
        achievements: all achievements.
        composites: the prerequisites of the composites among them.
        cycles: the composites that depend on themselves.
        streak: True if a streak can start.
    """
    waiting: dict[str, list[str]] = {}
    for key, needs in composites.items():
        for need in needs:
            waiting.setdefault(need, []).append(key)
    pending = list(cycles)
    if not streak:
        pending += [one.key for one in achievements if isinstance(one, Achievement) and one.trigger.needs_streak]
    never: set[str] = set()
    while pending:
        key = pending.pop()
        if key not in never:
            never.add(key)
            pending += waiting.get(key, ())
    return frozenset(never)


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
            key, needs = calls[-1]
            if key not in order:
                order[key] = lowest[key] = len(order)
                open_keys.append(key)
            for need in needs:
                if need in composites and need not in order:
                    calls.append((need, iter(composites[need])))
                    break
                if need in order and need not in component:
                    lowest[key] = min(lowest[key], order[need])
            else:
                calls.pop()
                if calls:
                    lowest[calls[-1][0]] = min(lowest[calls[-1][0]], lowest[key])
                if lowest[key] == order[key]:
                    _close_component(key, open_keys, component)
    sizes: dict[int, int] = {}
    for number in component.values():
        sizes[number] = sizes.get(number, 0) + 1
    return {key: component[key] for key, needs in composites.items() if sizes[component[key]] > 1 or key in needs}


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
        for need in composites[reached]:
            followed += 1
            if need == key:
                return (*_way(key, reached, came_from), key)
            if followed > _MAX_FOLLOWED:
                first = next(need for need in composites[key] if cycles.get(need) == cycles[key])
                return key, first, "…", key
            if need in cycles and cycles[need] == cycles[key] and need not in came_from:
                came_from[need] = reached
                queue.append(need)
    raise AssertionError(f"{key!r} does not wait for itself")


def _way(start: str, end: str, came_from: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys on the path from one composite to another."""
    way = [end]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))

"""Reachability: which achievements can never be completed, and which depend on themselves.

An achievement needs its prerequisites, if it is a composite, and the achievements of its gate. Both take time linear in
the number of these, and no recursion.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from trophy_engine.rules.achievements import Achievement, CompositeTrigger
from trophy_engine.rules.gate_checks import gate_of, needed_achievements

#: The number of prerequisites that are followed to find the shortest cycle of a composite.
_MAX_FOLLOWED: Final = 100


def find_needs(achievements: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    """Return, by key, the achievements that others need: the prerequisites of composites, and those of gates."""
    needs: dict[str, tuple[str, ...]] = {}
    for achievement in achievements:
        if isinstance(achievement, Achievement) and achievement.key:
            trigger = achievement.trigger
            prerequisites = (trigger.achievements or ()) if isinstance(trigger, CompositeTrigger) else ()
            keys = [key for key in prerequisites if key is not None]
            needs[achievement.key] = (*keys, *needed_achievements(gate_of(achievement)))
    return {key: needed for key, needed in needs.items() if needed}


def find_unreachable(
    achievements: Sequence[Any], needs: Mapping[str, tuple[str, ...]], never: Collection[str], *, streak: bool
) -> frozenset[str]:
    """Return the keys of achievements that can never be completed.

    Achievements that are unreadable or not declared count as reachable; other checks report them.

    Args:
        achievements: all achievements.
        needs: the result of ``find_needs`` for them.
        never: achievements that are known to be among them, such as those that depend on themselves.
        streak: True if a streak can start.
    """
    dependents: dict[str, list[str]] = {}
    for key, prerequisites in needs.items():
        for prerequisite in prerequisites:
            dependents.setdefault(prerequisite, []).append(key)
    pending = list(never)
    if not streak:
        pending += [
            achievement.key
            for achievement in achievements
            if isinstance(achievement, Achievement) and achievement.trigger and achievement.trigger.needs_streak
        ]
    unreachable: set[str] = set()
    while pending:
        key = pending.pop()
        if key not in unreachable:
            unreachable.add(key)
            pending += dependents.get(key, ())
    return frozenset(unreachable)


def find_cyclic(needs: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
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
                    _close_component(key, open_keys, component)
    sizes: dict[int, int] = {}
    for number in component.values():
        sizes[number] = sizes.get(number, 0) + 1
    return {
        key: component[key] for key, prerequisites in needs.items() if sizes[component[key]] > 1 or key in prerequisites
    }


def _close_component(root: str, open_keys: list[str], component: dict[str, int]) -> None:
    number = len(component)
    while True:
        key = open_keys.pop()
        component[key] = number
        if key == root:
            return


def shortest_cycle(key: str, needs: Mapping[str, tuple[str, ...]], cycles: Mapping[str, int]) -> tuple[str, ...]:
    """Return the shortest cycle of prerequisites from an achievement to itself; its key is the first and the last.

    If it is not found within a hundred prerequisites, all but the first step are replaced by an ellipsis.

    Args:
        key: an achievement that depends on itself.
        needs: the result of ``find_needs``.
        cycles: the result of ``find_cyclic`` for them.
    """
    came_from: dict[str, str] = {}
    queue = [key]
    followed = 0
    for reached in queue:  # grows during the iteration
        for prerequisite in needs[reached]:
            followed += 1
            if prerequisite == key:
                return (*_path_to(key, reached, came_from), key)
            if followed > _MAX_FOLLOWED:
                first = next(prerequisite for prerequisite in needs[key] if cycles.get(prerequisite) == cycles[key])
                return key, first, "…", key
            if prerequisite in cycles and cycles[prerequisite] == cycles[key] and prerequisite not in came_from:
                came_from[prerequisite] = reached
                queue.append(prerequisite)
    raise AssertionError(f"{key!r} is not a prerequisite of itself")


def _path_to(start: str, end: str, came_from: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys on the path from one achievement to another."""
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))

"""Reach: which achievements can complete at all, and which composites wait for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trophy_engine.rules.achievements import Achievement, CompositeTrigger, StreakTrigger

__all__ = ["cycle_of", "unreachable"]


def unreachable(achievements: Sequence[Any], *, streak: bool) -> frozenset[str]:
    """Give the keys of achievements that no history completes; ``streak`` tells whether a streak can start.

    What could not be read, or is not declared, is taken to be reachable: that fault is told elsewhere.
    """
    never: set[str] = set()
    composites = _composites(achievements)
    if not streak:
        never |= {
            one.key for one in achievements if isinstance(one, Achievement) and isinstance(one.trigger, StreakTrigger)
        }
    never |= {key for key in composites if cycle_of(key, achievements)}
    while more := {key for key, needs in composites.items() if key not in never and not never.isdisjoint(needs)}:
        never |= more
    return frozenset(never)


def cycle_of(key: str, achievements: Sequence[Any]) -> tuple[str, ...]:
    """Give the shortest way on which a composite waits for itself, first and last the same; empty where it does not."""
    composites = _composites(achievements)
    ways: list[tuple[str, ...]] = [(key,)]
    seen: set[str] = set()
    for way in ways:  # grows while it is walked
        for need in composites.get(way[-1], ()):
            if need == key:
                return (*way, key)
            if need not in seen:
                seen.add(need)
                ways.append((*way, need))
    return ()


def _composites(achievements: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    return {
        one.key: one.trigger.achievements
        for one in achievements
        if isinstance(one, Achievement) and isinstance(one.trigger, CompositeTrigger)
    }

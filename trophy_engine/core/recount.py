"""Recounting: what a user's past comes to by another calendar.

Only what was done counts: freezes, pauses and days off belong to the streak that the rules had then, and carry nothing
over to another. An event belongs to the local day that it had when it was made, under the conditions in force then.
"""

from __future__ import annotations

from collections.abc import Iterable

from trophy_engine.core.commands import Record
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.scene import Scene
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import REACH, cover
from trophy_engine.numbers import Number, add

__all__ = ["recount_streak"]


def recount_streak(state: UserState, streak: StreakPlan, scenes: Iterable[Scene]) -> None:
    """Give a state the streak of its past by the calendar of ``streak``."""
    credited, sums = _credits(streak, scenes)
    running = _running(credited, streak.index(state.day))
    state.begin_streak_anew()
    state.length = len(running)
    state.longest = max(state.longest, _longest(credited))
    if running:
        state.started = credited[running[0]][0]
        state.extended_at = credited[running[-1]][1]
        cover(state, streak, running[-1])
    state.sums = {period: kept for period, kept in sums.items() if period > state.covered}


def _credits(streak: StreakPlan, scenes: Iterable[Scene]) -> tuple[dict[int, tuple[int, int]], dict[int, list[Number]]]:
    """Find the periods that the past credits, with the day and instant of each; and what open periods have come to."""
    credited: dict[int, tuple[int, int]] = {}
    sums: dict[int, dict[str, Number]] = {}
    last = -REACH
    for scene in scenes:
        command, then = scene.command, scene.state.own or scene.plan.streak
        if not isinstance(command, Record) or then is None or command.metric not in then.conditions:
            continue
        day = scene.state.zone.window(command.at)[0]
        last = streak.index(day)
        if last in credited:
            continue
        found = sums.setdefault(last, {})
        found[command.metric] = add(found.get(command.metric, 0), command.value)
        reached = [found.get(metric, 0) >= then.thresholds[place] for metric, place in then.conditions.items()]
        if all(reached) if then.mode == "AND" else any(reached):
            credited[last] = day, command.at
            del sums[last]
    kept = {
        period: [found.get(metric, 0) for metric in streak.conditions]
        for period, found in sums.items()
        if period > last - REACH and streak.conditions
    }
    return credited, kept


def _running(credited: dict[int, tuple[int, int]], today: int) -> list[int]:
    """List the consecutive periods up to the present one, or to the one before as long as that can still be saved."""
    period = today if today in credited else today - 1
    found = []
    while period in credited:
        found.append(period)
        period -= 1
    return found[::-1]


def _longest(credited: dict[int, tuple[int, int]]) -> int:
    longest = length = 0
    before = None
    for period in sorted(credited):
        length = length + 1 if before is not None and period == before + 1 else 1
        longest = max(longest, length)
        before = period
    return longest

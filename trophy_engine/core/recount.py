"""Recounting: what a user's past comes to by another calendar.

Only what was done counts: freezes, pauses and days off belong to the streak that the rules had then, and carry nothing
over to another. An event belongs to the local day that it had when it was made, under the conditions in force then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from trophy_engine.core.commands import Record
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.scene import Scene
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import REACH, cover
from trophy_engine.numbers import Number, add

__all__ = ["credited_periods", "recount_streak"]

#: More streaks than can be lost within the longest window from which one is restored.
_MOST_LOSSES: Final = 370


def recount_streak(state: UserState, streak: StreakPlan, scenes: Iterable[Scene]) -> None:
    """Give a state the streak of its past by the calendar of ``streak``, and those that it has lost."""
    credited, sums = credited_periods(streak, scenes)
    runs = _runs(credited)
    running = runs.pop() if runs and runs[-1][-1] >= streak.index(state.day) - 1 else []
    state.begin_streak_anew()
    state.length = len(running)
    state.longest = max(state.longest, *map(len, [running, *runs]))
    state.losses = tuple(
        (streak.first_day(run[-1] + 1) - 1, len(run), credited[run[0]][0], run[-1]) for run in runs[-_MOST_LOSSES:]
    )
    if running:
        state.started = credited[running[0]][0]
        state.extended_at = credited[running[-1]][1]
        cover(state, streak, running[-1])
    state.sums = {period: kept for period, kept in sums.items() if period > state.covered}


def credited_periods(
    streak: StreakPlan, scenes: Iterable[Scene]
) -> tuple[dict[int, tuple[int, int]], dict[int, list[Number]]]:
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


def _runs(credited: Iterable[int]) -> list[list[int]]:
    """Cut periods into runs of consecutive ones, in order."""
    runs: list[list[int]] = []
    for period in sorted(credited):
        if runs and period == runs[-1][-1] + 1:
            runs[-1].append(period)
        else:
            runs.append([period])
    return runs

"""Recounting: what a user's past comes to by another calendar.

Only what was done counts: freezes, pauses and days off belong to the streak that the rules had then, and carry nothing
over to another. An event belongs to the local day that it had when it was made, under the conditions in force then.
Where the streak began anew, because it was reset, switched off or not in the rules, nothing runs on from before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from trophy_engine.core.commands import Record, ResetStreak
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.scene import Scene
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import REACH, cover
from trophy_engine.numbers import Number, add

__all__ = ["credited_periods", "recount_streak"]


def recount_streak(state: UserState, streak: StreakPlan, scenes: Iterable[Scene]) -> None:
    """Give a state the streak of its past by the calendar of ``streak``, and those that were lost before it."""
    past = _Past(streak, scenes)
    lost = past.runs()
    alive = past.credited and max(past.credited) >= streak.index(state.day) - 1
    running = lost.pop() if alive else None
    state.losses = ()
    for run in lost:
        state.started, state.covered = run.started, run.last
        state.longest = max(state.longest, run.length)
        state.remember_loss(streak.first_day(run.last + 1) - 1, run.length)
    state.begin_streak_anew()
    if running is not None:
        state.length = running.length
        state.longest = max(state.longest, running.length)
        state.started, state.extended_at = running.started, running.extended_at
        cover(state, streak, running.last)
    state.sums = {period: kept for period, kept in past.open_sums().items() if period > state.covered}


def credited_periods(streak: StreakPlan, scenes: Iterable[Scene]) -> list[int]:
    """List the periods of the calendar of ``streak`` that belong to streaks of the past, in order."""
    return [period for run in _Past(streak, scenes).runs() for period in range(run.first, run.last + 1)]


class _Run(NamedTuple):
    """Consecutive periods, all of them credited."""

    first: int
    last: int
    started: int
    extended_at: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def _runs(credited: Mapping[int, tuple[int, int]]) -> list[_Run]:
    """Find the runs among credited periods, which go with the day and the instant of their credits."""
    found: list[_Run] = []
    for period, (day, at) in sorted(credited.items()):
        if found and found[-1].last == period - 1:
            found[-1] = found[-1]._replace(last=period, extended_at=at)
        else:
            found.append(_Run(period, period, day, at))
    return found


class _Past:
    """What scenes come to, one after the other.

    Attributes:
        credited: the periods that are credited, with the day and the instant, since the streak last began anew.
        lost: the streaks before that, where they were lost and not dropped.
        sums: by period that is not credited, what each metric has come to.
    """

    def __init__(self, streak: StreakPlan, scenes: Iterable[Scene]) -> None:
        self.credited: dict[int, tuple[int, int]] = {}
        self.lost: list[_Run] = []
        self.sums: dict[int, dict[str, Number]] = {}
        self._streak = streak
        self._last = -REACH
        for scene in scenes:
            self._go_on(scene)

    def runs(self) -> list[_Run]:
        """Give every streak that there was, in order; the last may be running."""
        return [*self.lost, *_runs(self.credited)]

    def _go_on(self, scene: Scene) -> None:
        then, command = scene.state.own or scene.plan.streak, scene.command
        if then is None:
            self._begin_anew()
            self.lost.clear()
        elif scene.state.own is not None and not then.conditions:
            self._begin_anew()
        elif isinstance(command, ResetStreak):
            self.lost += _runs(self.credited)
            self._begin_anew()
        elif isinstance(command, Record) and command.metric in then.conditions:
            self._count(command, then, scene.state.zone.window(command.at)[0])

    def _begin_anew(self) -> None:
        self.credited.clear()
        self.sums.clear()

    def _count(self, command: Record, then: StreakPlan, day: int) -> None:
        period = self._last = self._streak.index(day)
        if period in self.credited:
            return
        found = self.sums.setdefault(period, {})
        found[command.metric] = add(found.get(command.metric, 0), command.value)
        reached = [found.get(metric, 0) >= then.thresholds[place] for metric, place in then.conditions.items()]
        if all(reached) if then.mode == "AND" else any(reached):
            self.credited[period] = day, command.at
            del self.sums[period]

    def open_sums(self) -> dict[int, list[Number]]:
        """Give what the conditions of the streak have come to in periods that can still be credited."""
        return {
            period: [found.get(metric, 0) for metric in self._streak.conditions]
            for period, found in self.sums.items()
            if period > self._last - REACH and self._streak.conditions
        }

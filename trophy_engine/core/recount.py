"""Recounting: what a user's past comes to by another calendar.

A streak runs by every calendar at all times, and the rules say which one is shown. By one that they do not show, only
what is done counts: freezes, pauses, days off and restoring are for the streak that is shown, and carry nothing over. A
calendar that they had shown before goes on from where they left it, with all that had carried the streak until then.

An event belongs to the local day that it had when it was made, under the conditions in force then. Where the streak
began anew, because it was reset, switched off or not in the rules, nothing runs on from before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from trophy_engine.calendar.frequencies import Frequency
from trophy_engine.core.commands import Record, ResetStreak
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import cover, open_period
from trophy_engine.core.transition import Transition
from trophy_engine.core.travel import REACH
from trophy_engine.numbers import Number, add

__all__ = ["Past", "recount_streak"]

#: The period before every period.
_BEFORE: Final = -1


def recount_streak(
    state: UserState, streak: StreakPlan, calendar: Frequency, transitions: Iterable[Transition]
) -> None:
    """Give a state the streak of its past by a calendar, and those that were lost before it."""
    past = Past(streak, calendar, transitions)
    runs = past.runs()
    alive = runs and runs[-1].last >= streak.index(state.day) - 1
    running = runs.pop() if alive else None
    state.losses = past.losses
    for run in (*past.ended, *runs):
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


class _Run(NamedTuple):
    """A streak: the last period that was credited or carried, its length, its first day, and its last credit."""

    last: int
    length: int
    started: int | None
    extended_at: int | None


class Past:
    """What transitions come to by a calendar, one after the other.

    Attributes:
        through: the last period that was decided when the rules last left the calendar.
        losses: the streaks that had been lost by then, as a state has them.
        met: the periods that met the conditions since, in order.
        ended: the streaks that were reset since.
    """

    def __init__(self, streak: StreakPlan, calendar: Frequency, transitions: Iterable[Transition]) -> None:
        self.through = _BEFORE
        self.losses: tuple[tuple[int, int, int, int], ...] = ()
        self.ended: list[_Run] = []
        self._streak = streak
        self._calendar = calendar
        self._left: _Run | None = None
        self._passed: list[int] = []
        self._credited: dict[int, tuple[int, int]] = {}
        self._sums: dict[int, dict[str, Number]] = {}
        self._last = -REACH
        for transition in transitions:
            self._go_on(transition)

    @property
    def met(self) -> list[int]:
        """The periods that met the conditions since the rules left the calendar."""
        return [*self._passed, *sorted(self._credited)]

    def runs(self) -> list[_Run]:
        """Give the streaks since the last that was reset, in order; the last may be running."""
        found = [] if self._left is None else [self._left]
        for period, (day, at) in sorted(self._credited.items()):
            if found and found[-1].last == period - 1:
                found[-1] = found[-1]._replace(last=period, length=found[-1].length + 1, extended_at=at)
            else:
                found.append(_Run(period, 1, day, at))
        return found

    def open_sums(self) -> dict[int, list[Number]]:
        """Give what the conditions of the streak have come to in periods that can still be credited."""
        return {
            period: [found.get(metric, 0) for metric in self._streak.conditions]
            for period, found in self._sums.items()
            if period > self._last - REACH and self._streak.conditions
        }

    def _go_on(self, transition: Transition) -> None:
        then, command, rule = (
            transition.state.own or transition.plan.streak,
            transition.command,
            transition.plan.ruleset.streak,
        )
        if then is None or rule is None:
            self._begin_anew()
            self.losses, self.ended = (), []
        elif rule.calendar == self._calendar:
            self._take(transition.state, then)
        elif transition.state.own is not None and not then.conditions:
            self._begin_anew()
        elif isinstance(command, ResetStreak):
            self.ended += self.runs()
            self._passed = self.met
            self.through = min(self.through, self._streak.index(transition.state.day) - 1)
            self._end()
        elif isinstance(command, Record) and command.metric in then.conditions:
            self._count(command, then, transition.state.zone.window(command.at)[0])

    def _take(self, state: UserState, then: StreakPlan) -> None:
        """Go on from a state that the rules showed by the calendar."""
        self._begin_anew()
        self.losses, self.ended = state.losses, []
        self.through = max(state.covered, *state.early) if state.early else state.covered
        if state.length:  # what is over and was not missed is decided
            self.through = max(self.through, min(open_period(state, then), self._streak.index(state.day)) - 1)
            self._left = _Run(self.through, state.length, state.started, state.extended_at)
        self._sums = {period: dict(zip(then.conditions, sums, strict=True)) for period, sums in state.sums.items()}
        self._last = max((self._last, *self._sums))

    def _begin_anew(self) -> None:
        self.through = _BEFORE
        self._passed = []
        self._end()

    def _end(self) -> None:
        self._left = None
        self._credited = {}
        self._sums = {}

    def _count(self, command: Record, then: StreakPlan, day: int) -> None:
        period = self._last = self._streak.index(day)
        if period <= self.through or period in self._credited:
            return
        found = self._sums.setdefault(period, {})
        found[command.metric] = add(found.get(command.metric, 0), command.value)
        reached = [found.get(metric, 0) >= then.thresholds[place] for metric, place in then.conditions.items()]
        if all(reached) if then.mode == "AND" else any(reached):
            self._credited[period] = day, command.at
            del self._sums[period]

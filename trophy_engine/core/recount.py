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
from trophy_engine.core.state.streak import LostStreak
from trophy_engine.core.streaks import open_period
from trophy_engine.core.transition import Transition
from trophy_engine.core.travel import REACH
from trophy_engine.numbers import Number, add

#: The period before every period.
_BEFORE: Final = -1


def recount_streak(
    state: UserState, streak: StreakPlan, calendar: Frequency, transitions: Iterable[Transition]
) -> None:
    """Give a state the streak of its past by a calendar, and those that were lost before it."""
    past = Past(streak, calendar, transitions)
    runs = past.runs()
    alive = runs and runs[-1].last >= streak.index(state.clock.day) - 1
    running = runs.pop() if alive else None
    state.restart_streak()
    after = state.streak
    after.lost_streaks = past.losses
    for run in (*past.ended, *runs):
        after.started, after.decided_through = run.started, run.last
        after.longest = max(after.longest, run.length)
        after.remember_loss(streak.first_day(run.last + 1) - 1, run.length)
    after.restart()
    if running is not None:
        after.length, after.started, after.extended_at = running.length, running.started, running.extended_at
        after.longest = max(after.longest, running.length)
        after.decided_through = running.last
    through = after.decided_through
    state.period_totals = {period: totals for period, totals in past.open_totals().items() if period > through}


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
        self.losses: tuple[LostStreak, ...] = ()
        self.ended: list[_Run] = []
        self._streak = streak
        self._calendar = calendar
        self._left: _Run | None = None
        self._passed: list[int] = []
        self._credited: dict[int, tuple[int, int]] = {}
        self._totals: dict[int, dict[str, Number]] = {}
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

    def open_totals(self) -> dict[int, list[Number]]:
        """Give what the conditions of the streak have come to in periods that can still be credited."""
        return {
            period: [found.get(metric, 0) for metric in self._streak.conditions]
            for period, found in self._totals.items()
            if period > self._last - REACH and self._streak.conditions
        }

    def _go_on(self, transition: Transition) -> None:
        then, command, rule = (
            transition.state.streak.custom_streak or transition.plan.streak,
            transition.command,
            transition.plan.ruleset.streak,
        )
        if then is None or rule is None:
            self._begin_anew()
            self.losses, self.ended = (), []
        elif rule.calendar == self._calendar:
            self._take(transition.state, then)
        elif transition.state.streak.custom_streak is not None and not then.conditions:
            self._begin_anew()
        elif isinstance(command, ResetStreak):
            self.ended += self.runs()
            self._passed = self.met
            self.through = min(self.through, self._streak.index(transition.state.clock.day) - 1)
            self._end()
        elif isinstance(command, Record) and command.metric in then.conditions:
            self._count(command, then, transition.state.clock.zone.window(command.at)[0])

    def _take(self, state: UserState, then: StreakPlan) -> None:
        """Go on from a state that the rules showed by the calendar."""
        self._begin_anew()
        self.losses, self.ended = state.streak.lost_streaks, []
        streak = state.streak
        self.through = max((streak.decided_through, *streak.credited_ahead))
        if streak.length:  # what is over and was not missed is decided
            self.through = max(self.through, min(open_period(streak, then), self._streak.index(state.clock.day)) - 1)
            self._left = _Run(self.through, streak.length, streak.started, streak.extended_at)
        self._totals = {
            period: dict(zip(then.conditions, totals, strict=True)) for period, totals in state.period_totals.items()
        }
        self._last = max((self._last, *self._totals))

    def _begin_anew(self) -> None:
        self.through = _BEFORE
        self._passed = []
        self._end()

    def _end(self) -> None:
        self._left = None
        self._credited = {}
        self._totals = {}

    def _count(self, command: Record, then: StreakPlan, day: int) -> None:
        period = self._last = self._streak.index(day)
        if period <= self.through or period in self._credited:
            return
        found = self._totals.setdefault(period, {})
        found[command.metric] = add(found.get(command.metric, 0), command.value)
        reached = [found.get(metric, 0) >= then.thresholds[place] for metric, place in then.conditions.items()]
        if all(reached) if then.mode == "AND" else any(reached):
            self._credited[period] = day, command.at
            del self._totals[period]

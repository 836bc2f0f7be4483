"""Recounting: after a change of its calendar, a streak is computed from the user's past transitions.

A calendar is a frequency and, for weeks, a first weekday (``Frequency``). Under every calendar the events of a user
credit periods; the rules choose the calendar of the visible streak. Freezes, pauses, days off and restorations apply
only to the visible streak: for another calendar, a period without a credit ends the streak. A calendar that was visible
before continues from the state at the last change to another calendar, with the freezes and pauses until then.

An event belongs to its local day at the time of the event, and counts under the conditions that were in force then.
After a reset, and after a time in which the streak was disabled or not in the rules, a new streak starts.

What the recount decides of the periods since the calendar was visible is noted like any other decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from trophy_engine.core.agenda import Agenda
from trophy_engine.core.aggregation import WindowTotals
from trophy_engine.core.commands import ResetStreak
from trophy_engine.core.past_events import PastEvent, is_past_event_counted, past_events_of
from trophy_engine.core.period_decisions import PeriodDecision
from trophy_engine.core.plan import Plan, StreakPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.state.streak import LostStreak
from trophy_engine.core.streaks import find_open_period, open_period_totals
from trophy_engine.core.transition import Transition
from trophy_engine.core.travel import REACH

#: The period before every period.
_BEFORE: Final = -1


def recount_streak(
    agenda: Agenda, state: UserState, streak: StreakPlan, transitions: Iterable[Transition], at: int
) -> None:
    """Replace a streak of a state, and its lost streaks, by those that past transitions result in."""
    past = _StreakRecount(streak, transitions)
    runs = past.runs()
    is_running = bool(runs) and runs[-1].last >= streak.index(state.clock.day) - 1
    if agenda.decisions is not None:
        agenda.decisions += past.decisions(at, is_running=is_running)
    running = runs.pop() if is_running else None
    state.restart_streak(streak)
    after = state.streaks[streak.place]
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
    state.drop_totals(streak)
    for name, totals in past.open_totals().items():
        state.counters.windows[streak.counters[name].totals.index] = totals
    state.drop_totals(streak, through=after.decided_through)


class _Run(NamedTuple):
    """A streak: its last credited or decided period, its length, its first day, and the instant of its last credit."""

    last: int
    length: int
    started: int | None
    extended_at: int | None


class _StreakRecount:
    """The streaks that past transitions result in under the calendar of a streak.

    "The change" below is the last change of the rules from this calendar to another one, if there was one.

    Attributes:
        through: the last period that was decided at the change, or the last one before a reset if that is earlier;
            events can credit later periods only.
        losses: the streaks that had been lost by the change, as in ``StreakState``.
        ended: the streaks that were reset after the change.
    """

    def __init__(self, streak: StreakPlan, transitions: Iterable[Transition]) -> None:
        self.through = _BEFORE
        self.losses: tuple[LostStreak, ...] = ()
        self.ended: list[_Run] = []
        self._streak = streak
        self._visible_run: _Run | None = None
        self._credited: dict[int, tuple[int, int]] = {}
        self._totals: dict[str, WindowTotals] = {}
        self._decided: list[tuple[_Run, int]] = []
        self._last = -REACH
        for transition in transitions:
            self._add_transition(transition)

    def runs(self) -> list[_Run]:
        """Return the streaks since the last reset, in order; the last one may be running."""
        runs = [] if self._visible_run is None else [self._visible_run]
        for period, (day, at) in sorted(self._credited.items()):
            if runs and runs[-1].last == period - 1:
                runs[-1] = runs[-1]._replace(last=period, length=runs[-1].length + 1, extended_at=at)
            else:
                runs.append(_Run(period, 1, day, at))
        return runs

    def decisions(self, at: int, *, is_running: bool) -> Iterator[PeriodDecision]:
        """Yield the decisions on the periods after the change; ``is_running`` is whether the last run still runs."""
        runs = [*self._decided, *self._with_first_periods(self.runs())]
        for number, (run, first) in enumerate(runs, start=1):
            if first <= run.last:
                yield PeriodDecision(self._streak, "recounted", first, run.last, run.length, run.started, 0, at)
            if number < len(runs) or not is_running:
                yield PeriodDecision(self._streak, "lost", run.last + 1, run.last + 1, 0, None, run.length, at)

    def _with_first_periods(self, runs: Iterable[_Run]) -> Iterator[tuple[_Run, int]]:
        """Yield runs with the first period of each that was credited after the change."""
        return ((run, max(run.last - run.length, self.through) + 1) for run in runs)

    def open_totals(self) -> dict[str, WindowTotals]:
        """Return, by condition of the streak, the totals in the periods that can still be credited."""
        open_totals = {name: self._totals[name] for name in self._streak.conditions if name in self._totals}
        for totals in open_totals.values():
            totals.drop(self._last - REACH)
        return open_totals

    def _add_transition(self, transition: Transition) -> None:
        command, declared = transition.command, transition.plan.find_streak(self._streak.key)
        if declared is None:
            self._restart()
            self.losses, self.ended, self._decided = (), [], []
            return
        custom = transition.state.streaks[declared.place].custom_streak
        visible = custom or declared
        if visible.calendar == self._streak.calendar:
            self._continue_from_state(transition.state, visible)
        elif custom is not None and not visible.conditions:
            if self._visible_run is not None:  # credits after the change are forgotten, but not that it ended
                self._decided.append((self._visible_run, self.through + 1))
            self._restart()
        elif isinstance(command, ResetStreak) and transition.plan.streak_of(command.streak) is declared:
            runs = self.runs()
            self.ended += runs
            self._decided += self._with_first_periods(runs)
            self.through = min(self.through, self._streak.index(transition.state.clock.day) - 1)
            self._clear()
        else:
            for event in past_events_of(transition):
                self._count_event(event, visible, transition.plan)

    def _continue_from_state(self, state: UserState, visible: StreakPlan) -> None:
        """Continue from a state in which the calendar was visible."""
        self._restart()
        streak = state.streaks[visible.place]
        self.losses, self.ended, self._decided = streak.lost_streaks, [], []
        self.through = max((streak.decided_through, *streak.credited_ahead))
        if streak.length:  # periods that ended without a miss are decided
            self.through = max(
                self.through, min(find_open_period(streak, visible), self._streak.index(state.clock.day)) - 1
            )
            self._visible_run = _Run(self.through, streak.length, streak.started, streak.extended_at)
        self._totals = {name: totals.copy() for name, totals in open_period_totals(visible, state).items()}
        self._last = max((self._last, *(period for totals in self._totals.values() for period in totals.held)))

    def _restart(self) -> None:
        self.through = _BEFORE
        self._clear()

    def _clear(self) -> None:
        self._visible_run = None
        self._credited = {}
        self._totals = {}

    def _count_event(self, event: PastEvent, visible: StreakPlan, plan: Plan) -> None:
        counted = {
            name: metric
            for name, condition in visible.conditions.items()
            if is_past_event_counted(event, metric := plan.metrics[condition.metric])
            and condition.counter.accepts(event.attributes)
        }
        if not counted:
            return
        day = event.day
        period = self._last = self._streak.index(day)
        if period <= self.through or period in self._credited:
            return
        for name, metric in counted.items():
            item = metric.item_of(event.value, event.attributes, day, event.times)
            self._totals.setdefault(name, WindowTotals(metric.aggregate)).add(period, item)
        if visible.is_met({name: totals.total(period) for name, totals in self._totals.items()}):
            self._credited[period] = day, event.at
            for totals in self._totals.values():
                totals.held.pop(period, None)

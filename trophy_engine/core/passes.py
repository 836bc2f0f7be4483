"""Passes: what follows from an event, a completion or an award, until nothing more moves.

A pass has five parts: the totals of metrics, streaks, achievements until no more are completed, rewards of freezes, and
points with the levels that they lead to. The first pass counts what the command or the due work moved. Each award and
each completion of a pass is an event of the metrics that count it, and moves the balance; the next pass counts those.
The check of the rules has refused cycles that would never end.
"""

from __future__ import annotations

from collections.abc import Iterable

from trophy_engine.core.achievements import (
    complete_composites,
    cross_credited_streak_thresholds,
    cross_moved_thresholds,
    cross_thresholds,
)
from trophy_engine.core.agenda import Agenda, MetricEvent
from trophy_engine.core.gates import is_metric_gate_closed
from trophy_engine.core.metric_totals import move_metric_totals
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.points import pay_awards
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import count_event_in_streaks


def run_passes(agenda: Agenda, state: UserState, at: int, *, announce: bool = True) -> None:
    """Finish the present pass with what is queued, and run further ones while awards and completions move anything.

    With ``announce=False`` achievements are completed without announcement, and nothing is paid.

    Raises:
        OutOfPoints: a deduction of a blocking trigger would go below zero; the state is no longer usable.
    """
    _finish_pass(agenda, state, at, announce=announce)
    run_further_passes(agenda, state, at, announce=announce)


def run_further_passes(agenda: Agenda, state: UserState, at: int, *, announce: bool = True) -> None:
    """Run passes while awards and completions of the one before move anything."""
    while agenda.events or agenda.systems:
        events, agenda.events = agenda.events, []
        systems, agenda.systems = agenda.systems, []
        state.clock.day = state.clock.zone.window(at)[0]  # while time is settled, it is that of the last command
        counted = [
            event
            for event in events
            if event.metric.accepts(event.value, event.attributes)
            and not is_metric_gate_closed(agenda, event.metric, at)
        ]
        count_events_in_pass(agenda, state, counted, at, announce=announce)
        for system in systems:
            for counter in system.counters:
                total = int(counter.read(state) or 0)
                cross_thresholds(agenda, state, counter, total, total, at, announce)
        _finish_pass(agenda, state, at, announce=announce)


def _finish_pass(agenda: Agenda, state: UserState, at: int, *, announce: bool) -> None:
    """Complete what follows from achievements, and pay what is queued."""
    if agenda.completed or state.counters.recheck:
        complete_composites(agenda, state, at, announce=announce)
    if agenda.awards:
        pay_awards(agenda, state, at)


def count_events_in_pass(
    agenda: Agenda, state: UserState, events: Iterable[MetricEvent], at: int, *, announce: bool = True
) -> None:
    """Count events of metrics: all totals first, then streaks, then the thresholds that they reach."""
    moved = [total for event in events for total in move_metric_totals(agenda, state, event, at)]
    credited: list[StreakPlan] = []
    for metric, value, attributes, times in events:
        if metric.streaks:
            credited += count_event_in_streaks(agenda, state, metric, value, at, attributes, times)
    for counter, before, after in moved:
        cross_moved_thresholds(agenda, state, counter, before, after, at, announce=announce)
    for metric, value, attributes, times in events:
        for observe in metric.observers:
            observe(agenda, state, value, at, attributes, times)
    for streak in credited:
        cross_credited_streak_thresholds(agenda, state, streak, at, announce=announce)

"""Migration of streaks: they are kept by key, recounted under another calendar, or begun."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from trophy_engine.core.agenda import Agenda
from trophy_engine.core.commands import ResetStreak
from trophy_engine.core.effects import StreakRecounted
from trophy_engine.core.past_events import is_past_event_counted, past_events_of
from trophy_engine.core.period_decisions import undecided_protected_periods
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.preferences import compile_custom_streak
from trophy_engine.core.recount import recount_streak
from trophy_engine.core.rules_diff import RulesDiff
from trophy_engine.core.state import UserState
from trophy_engine.core.state.streak import StreakState
from trophy_engine.core.streaks import decide_unmissed_periods
from trophy_engine.core.transition import Transition
from trophy_engine.core.travel import REACH
from trophy_engine.core.users import grant_first_freezes
from trophy_engine.rules.streak import Freezes


def migrate_streaks(
    agenda: Agenda,
    after: UserState,
    state: UserState,
    diff: RulesDiff,
    transitions: Iterable[Transition],
    at: int,
) -> None:
    """Keep the streaks that both rulesets have; a new one begins at nothing, and one that is removed is forgotten."""
    streaks, today = after.streaks, after.clock.zone.window(at)[0]
    after.streaks = tuple(
        StreakState.new(today) if before is None else streaks[before.place].copy() for before, _ in diff.streaks
    )
    for before, streak in diff.streaks:
        own = after.streaks[streak.place]
        own.custom_streak = compile_custom_streak(agenda.plan, streak, after.profile.preferences)
        if before is None:
            grant_first_freezes(agenda, after, streak, at)
        else:
            former = state.streaks[before.place].custom_streak or before
            _migrate_streak(agenda, after, former, own.custom_streak or streak, diff, transitions, at)
            _migrate_freezes(after.streaks[streak.place], before.freezes, streak.freezes, today)
    rules = {rule.key: rule for rule in agenda.plan.ruleset.streaks}
    unchanged = {rule.key for rule in diff.before.ruleset.streaks if rules.get(rule.key) == rule}
    after.misses = tuple(miss for miss in after.misses if miss.key in unchanged)  # they keep streaks under former rules


def _migrate_streak(
    agenda: Agenda,
    after: UserState,
    former: StreakPlan,
    visible: StreakPlan,
    diff: RulesDiff,
    transitions: Iterable[Transition],
    at: int,
) -> None:
    """Keep a streak, or recount it under another calendar; the plans are those of the user's custom streaks."""
    if visible.key not in diff.other_calendars:
        decide_unmissed_periods(agenda, after, former, visible)
        after.keep_totals(visible)
        _recount_streak_conditions(after, visible, diff, transitions)
        return
    length = after.streaks[visible.place].length
    if agenda.decisions is not None:
        agenda.decisions += undecided_protected_periods(after, attrs.evolve(former, place=visible.place))
    recount_streak(agenda, after, visible, transitions, at)
    recounted = after.streaks[visible.place].length
    if recounted != length:
        agenda.effects.append((StreakRecounted, after.id, at, visible.key, length, recounted))


def _recount_streak_conditions(
    after: UserState, streak: StreakPlan, diff: RulesDiff, transitions: Iterable[Transition]
) -> None:
    """Compute the totals of changed metrics in the open periods from the past events since the last reset."""
    windows, own, metrics = after.counters.windows, after.streaks[streak.place], diff.after.metrics
    names = diff.changed_conditions.get(streak.key, ())
    for name in names:
        windows.pop(streak.counters[name].totals.index, None)
    conditions = [streak.counters[name] for name in names if name in streak.conditions]
    first = streak.index(after.clock.day) - REACH
    for transition in transitions if conditions else ():
        command = transition.command
        if isinstance(command, ResetStreak) and transition.plan.streak_of(command.streak).key == streak.key:
            for counter in conditions:
                windows.pop(counter.totals.index, None)
        for event in past_events_of(transition):
            day = event.day
            period = streak.index(day)
            if period < first or period <= own.decided_through or period in own.credited_ahead:
                continue
            for counter in conditions:
                metric = metrics[counter.metric]
                if is_past_event_counted(event, metric) and counter.accepts(event.attributes):
                    item = metric.item_of(event.value, event.attributes, day, event.times)
                    counter.totals.open(windows).add(period, item)


def _migrate_freezes(streak: StreakState, before: Freezes | None, freezes: Freezes | None, today: int) -> None:
    """Earn freezes by other rules from today on, so that no past freeze is earned again."""
    if before == freezes:
        return
    streak.freeze_day = max(streak.freeze_day, today)
    if before is None or before.auto_earn_interval is None:
        streak.freeze_anchor = today

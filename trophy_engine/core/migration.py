"""Migration: a user's state converted from one ruleset to another, and the effects of the change on the user.

Values are kept by key where the rule still exists: totals by metric, balances by system, completions by achievement.
New values are computed from the user's past: filtered totals, the values of leaderboards, and streaks by another
calendar. Achievements that are new, changed or active again are completed without announcement where the user
qualifies. Values of removed rules are dropped from the state; the log still has the commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from trophy_engine.calendar.months import whole_years
from trophy_engine.core.achievements import reopen_repeatable_achievement, try_to_complete_achievement
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.backfill import backfill_boards
from trophy_engine.core.effects import LevelChanged, PointsAwarded
from trophy_engine.core.gates import note_closed_metric_gates
from trophy_engine.core.metric_totals import clear_metric_total, count_in_metric_total, reset_metric_total
from trophy_engine.core.passes import run_passes
from trophy_engine.core.past_events import PastEvent, is_metric_source_in_plan, is_past_event_counted, past_events_of
from trophy_engine.core.plan import AchievementPlan, Plan, SystemPlan
from trophy_engine.core.plan.points import level_points_in_state
from trophy_engine.core.points import find_reached_level
from trophy_engine.core.rules_diff import RulesDiff, find_former_counter
from trophy_engine.core.state import UserState
from trophy_engine.core.state.counters import new_counter_states
from trophy_engine.core.state.points import TimedTriggerState
from trophy_engine.core.streak_migration import migrate_streaks
from trophy_engine.core.transition import Transition
from trophy_engine.core.travel import travel_to_zone
from trophy_engine.numbers import Number, count_multiples
from trophy_engine.rules.windows import ResetWindow

#: Returns the transitions of a user's past; called only where the new rules need them.
ReadPast = Callable[[], Iterable[Transition]]


def migrate_state(agenda: Agenda, state: UserState, diff: RulesDiff, at: int, past: ReadPast) -> UserState:
    """Return a state, settled to the instant, converted to the plan of ``agenda``; the given state is unchanged.

    The effects of the change on the user are appended to ``agenda.effects``.
    """
    after = state.copy()
    if diff.before.day_start != agenda.plan.day_start:
        _migrate_day_start(agenda, after, diff, at)
    _migrate_profile(after, agenda.plan)
    _migrate_counters(after, state, diff, at)
    _migrate_points(after, state, diff, at)
    transitions = list(past()) if diff.needs_past else []
    _recount_metric_totals(after, diff, transitions)
    for system in diff.systems_without_earned_points:
        _recount_earned_points(after, system, transitions)
    backfill_boards(after, agenda.plan, transitions, diff.boards_to_backfill)
    migrate_streaks(agenda, after, state, diff, transitions, at)
    _migrate_plugs(after, diff, transitions, at)
    after.forget()
    _migrate_levels(agenda, after, state, diff, at)
    _backdate_achievements(agenda, after, diff, at)
    return after


def _migrate_day_start(agenda: Agenda, after: UserState, diff: RulesDiff, at: int) -> None:
    """Let local dates change at another time of day, which is a change of zone of so many hours."""
    travel_to_zone(agenda, after, after.visible_streaks(diff.before), agenda.plan.zone(after.clock.zone.name), at)
    after.clock.day = after.clock.zone.window(at)[0]


def _migrate_profile(after: UserState, plan: Plan) -> None:
    attributes = after.profile.attributes
    after.profile.attributes = {key: value for key, value in attributes.items() if key in plan.user_attributes}


def _migrate_counters(after: UserState, state: UserState, diff: RulesDiff, at: int) -> None:
    plan, before, counters = diff.after, diff.before, after.counters
    counters.completed = {key: completed for key, completed in counters.completed.items() if key in plan.achievements}
    counters.repeats = {
        key: repeats
        for key, repeats in counters.repeats.items()
        if key in plan.achievements and plan.achievements[key].rule.repeatable
    }
    counters.windows = {
        plan.windowed_counters[name].index: counters.windows[counter.index]
        for name, counter in before.windowed_counters.items()
        if counter.index in counters.windows and name in plan.windowed_counters
    }
    signed_up = after.profile.sign_up_day
    moved = before.anniversaries.thresholds != plan.anniversaries.thresholds
    if signed_up is not None and (moved or plan.anniversaries.gated):
        counters.years = whole_years(date.fromordinal(signed_up), after.clock.zone.window(at)[0])
    counters.states = new_counter_states(plan)
    for metric in plan.metrics.values():
        for counter in metric.counters:
            counterpart = find_former_counter(before, metric, counter)
            if counterpart is not None:
                counters.states[counter.index].total = state.counters.states[counterpart.index].total
            elif counter.totals is not None:
                counters.windows.pop(counter.totals.index, None)


def _migrate_points(after: UserState, state: UserState, diff: RulesDiff, at: int) -> None:
    plan, before = diff.after, diff.before
    after.points.ticks = tuple(
        TimedTriggerState.begin(at, after.clock.zone) if kept is None else state.points.ticks[kept].copy()
        for kept in diff.kept_timed_triggers
    )
    if before.day_start != plan.day_start:
        for kept, tick in zip(diff.kept_timed_triggers, after.points.ticks, strict=True):
            if kept is not None:
                tick.change_day_start(before.day_start, plan.day_start)
    _migrate_points_limits(after, diff)
    indexes = {system.key: system.index for system in before.systems}
    after.points.balances = [
        state.points.balances[indexes[system.key]] if system.key in indexes else 0 for system in plan.systems
    ]
    after.points.awards = [
        state.points.awards[indexes[system.key]] if system.key in indexes else 0 for system in plan.systems
    ]


def _migrate_points_limits(after: UserState, diff: RulesDiff) -> None:
    """Let the limits of triggers begin again that count something else than under the rules before."""
    former = {(system.key, key): trigger for system in diff.before.systems for key, trigger in system.triggers.items()}
    for system in diff.after.systems:
        for key, trigger in system.triggers.items():
            limit, known = trigger.limit, former.get((system.key, key))
            if limit is not None and (known is None or known.limit is None or known.limit.counted != limit.counted):
                after.counters.windows.pop(limit.awarded.index, None)


def _recount_earned_points(after: UserState, system: SystemPlan, transitions: Iterable[Transition]) -> None:
    """Count the positive awards in the past, since the points system was last added to the rules."""
    earned = system.earned
    if earned is None:
        return
    for transition in transitions:
        if system.key not in {other.key for other in transition.plan.systems}:
            after.counters.windows.pop(earned.index, None)
        for effect in transition.effects:
            if effect.kind is PointsAwarded and effect.system == system.key and effect.awarded > 0:
                earned.open(after.counters.windows).add(effect.awarded, effect.at)


def _recount_metric_totals(after: UserState, diff: RulesDiff, transitions: Iterable[Transition]) -> None:
    """Compute new totals from past events; a metric that was removed in between starts again."""
    plan_then = None
    for transition in transitions if diff.uncounted_totals else ():
        if transition.plan is not plan_then:
            plan_then = transition.plan
            for metric, counter in diff.uncounted_totals:
                if not is_metric_source_in_plan(plan_then, metric):
                    clear_metric_total(after, counter)
        for event in past_events_of(transition):
            _count_past_event(after, diff, event)


def _count_past_event(after: UserState, diff: RulesDiff, event: PastEvent) -> None:
    """Count a past event in the new totals, on its local day then."""
    for metric, counter in diff.uncounted_totals:
        window = metric.rule.window
        if isinstance(window, ResetWindow) and event.kind == "metric" and event.key == window.reset_by:
            reset_metric_total(after, counter, event.at)
        if is_past_event_counted(event, metric) and counter.event_attributes.mismatch(event.attributes) is None:
            count_in_metric_total(
                after, counter, metric, event.value, event.at, event.attributes, event.day, event.times
            )


def _migrate_plugs(after: UserState, diff: RulesDiff, transitions: Sequence[Transition], at: int) -> None:
    former = after.plugs
    after.plugs = {
        plug.key: plug.migrate(after, former.get(plug.key), diff, transitions, at) for plug in diff.after.plugs
    }


def _migrate_levels(agenda: Agenda, after: UserState, state: UserState, diff: RulesDiff, at: int) -> None:
    former = {system.key: system for system in diff.before.systems}
    for system in agenda.plan.systems:
        if system.key not in former:
            continue
        total = after.points.balances[system.index]
        before = find_reached_level(former[system.key], level_points_in_state(former[system.key], state))
        level = find_reached_level(system, level_points_in_state(system, after))
        previous, key = before and before.key, level and level.key
        if previous != key:
            agenda.effects.append((LevelChanged, after.id, at, system.key, previous, key, total))


def _backdate_achievements(agenda: Agenda, after: UserState, diff: RulesDiff, at: int) -> None:
    """Complete, without announcement, new or changed achievements that are reached already, composites last."""
    note_closed_metric_gates(agenda, after, agenda.plan.gated_awards, at)
    for achievement in sorted(diff.achievements_to_backdate, key=lambda achievement: bool(achievement.prerequisites)):
        if not _is_achievement_reached(achievement, after):
            continue
        if achievement.key in after.counters.completed:
            reopen_repeatable_achievement(after, achievement)
        else:
            try_to_complete_achievement(
                agenda, after, achievement, at, _count_reached_completions(achievement, after), announce=False
            )
    after.counters.recheck = False
    run_passes(agenda, after, at, announce=False)
    agenda.waiting.clear()
    after.counters.recheck = True


def _is_achievement_reached(achievement: AchievementPlan, state: UserState) -> bool:
    return achievement.counter is not None and _is_threshold_reached(
        achievement.counter.read(state), achievement.threshold
    )


def _count_reached_completions(achievement: AchievementPlan, state: UserState) -> int:
    """Return how many times a total that reaches an achievement completes it: a repeatable one at each multiple."""
    counter = achievement.counter
    if counter is None or not achievement.is_completed_at_multiples:
        return 1
    return count_multiples(counter.read(state) or 0, achievement.threshold)


def _is_threshold_reached(total: Number | None, threshold: Number) -> bool:
    return total is not None and total >= threshold

"""Evaluation: one command applied to one user.

The order within an event follows the dependences: metric totals, streaks, achievements (metric, streaks, then
composites until nothing follows), rewards of freezes, points in the order of the triggers, with each award the level
and the observers of the balance. What awards and completions move is evaluated in further passes (``passes``). Every
command first settles what time has made due.

``apply_command`` leaves the state unchanged if it raises. ``apply_event_to_state`` does not where ``OutOfPoints`` is
raised: for a metric that can be blocked, pass a copy of the state and keep it only on success.
"""

from __future__ import annotations

from collections.abc import Mapping

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.achievements import (
    NO_ATTRIBUTES,
    apply_completion,
    complete_composites,
    cross_credited_streak_thresholds,
    cross_metric_thresholds,
)
from trophy_engine.core.agenda import Agenda, MetricEvent
from trophy_engine.core.commands import Award, Changes, Complete, Identify, Record, UserCommand
from trophy_engine.core.effects import MetricChanged
from trophy_engine.core.gates import evaluate_gate_of_rule, note_closed_metric_gates
from trophy_engine.core.passes import count_events_in_pass, run_further_passes, run_passes
from trophy_engine.core.plan import AchievementPlan, MetricPlan, Plan
from trophy_engine.core.plugs import show_step_to_plugs
from trophy_engine.core.points import award_manually, pay_awards
from trophy_engine.core.settle import settle_user
from trophy_engine.core.state import UserState
from trophy_engine.core.streak_commands import StreakCommand, apply_streak_command
from trophy_engine.core.streaks import count_event_in_streaks
from trophy_engine.core.users import check_profile_changes, create_user_state, update_profile
from trophy_engine.errors import (
    AchievementLocked,
    AlreadyCompleted,
    EarlierThanSettled,
    GateClosed,
    UnknownUser,
)
from trophy_engine.numbers import Number, add
from trophy_engine.rules.achievements import has_active_api_trigger, missing_api_trigger_error


def apply_command(agenda: Agenda, state: UserState | None, command: UserCommand) -> UserState:  # noqa: C901  # one branch per command
    """Apply a command to a user and return the state afterwards; a user without a state is created.

    Effects are appended to ``agenda.effects``. The result is the given state or a changed copy of it.

    Raises:
        Refused: the rules or the history do not allow it; the given state is unchanged.
        UnknownKey: the rules do not declare the metric, the achievement, the points system, or a streak.
        InvalidValue: a field of the user cannot have the value, or a pause is invalid.
        UnknownUser: the command needs an existing user.
    """
    at = command.at
    if isinstance(command, Record):
        metric = agenda.plan.recorded.get(command.metric) or agenda.plan.recorded_metric(command.metric)
        if state is None:
            state = create_user_state(agenda, command.user_id, at)
        elif metric.can_block:
            state = state.copy()
        apply_event_to_state(
            agenda, state, metric, command.value, at, dict(command.attributes) if command.attributes else NO_ATTRIBUTES
        )
    elif isinstance(command, Award):
        state = _apply_award_command(agenda, state, command)
    elif isinstance(command, Complete):
        achievement = find_achievement_for_command(agenda.plan, command.achievement)
        if state is None:
            state = create_user_state(agenda, command.user_id, at)
        _apply_complete_command(agenda, state, achievement, at)
    elif isinstance(command, Identify):
        if state is None:
            state = create_user_state(agenda, command.user_id, at, command.changes)
        else:
            _apply_identify_command(agenda, state, command.changes, at)
    elif state is None:
        raise UnknownUser(command.user_id)
    else:
        state = _settle_for_streak_command(agenda, state, command)
    if agenda.plan.has_plugs:
        show_step_to_plugs(agenda, state, command, at)
    state.commands += 1
    return state


def _settle_for_streak_command(agenda: Agenda, state: UserState, command: StreakCommand) -> UserState:
    """Settle a copy of a state, and apply a streak command to it."""
    after = state.copy()
    _settle_before_command(agenda, after, command.at)
    apply_streak_command(agenda, after, command)
    return after


def _settle_before_command(agenda: Agenda, state: UserState, at: int) -> None:
    if at < state.clock.settled:
        raise EarlierThanSettled(state.id, from_micros(at), from_micros(state.clock.settled))
    settle_user(agenda, state, at)


def apply_event_to_state(  # noqa: C901, PLR0912  # in line, because every event comes here
    agenda: Agenda,
    state: UserState,
    metric: MetricPlan,
    value: Number,
    at: int,
    attributes: Mapping[str, str] = NO_ATTRIBUTES,
) -> None:
    """Apply an event to a state in place.

    Raises:
        EarlierThanSettled: the user's history has already passed the instant.
        OutOfPoints: a blocking trigger lacks points; the state is no longer usable.
    """
    clock = state.clock
    if clock.settled <= at < clock.due:
        clock.settled = at
    else:
        _settle_before_command(agenda, state, at)
    if metric.is_compound:
        _apply_compound_event(agenda, state, MetricEvent(metric, value, attributes), at)
        return
    counter_state = state.counters.states[metric.total.index]
    before = counter_state.total
    after = before + value if type(before) is int and type(value) is int else add(before, value)
    counter_state.total = after
    agenda.effects.append((MetricChanged, state.id, at, metric.key, value, before, after))
    is_quiet = False
    if counter_state.low <= after < counter_state.high:
        if metric.is_independent:
            return
        is_quiet = True
    credited = count_event_in_streaks(agenda, state, metric, value, at, attributes) if metric.streaks else None
    if not is_quiet:
        cross_metric_thresholds(agenda, state, metric.total, counter_state, before, after, at)
    if metric.observers:
        for observe in metric.observers:
            observe(agenda, state, value, at, attributes)
    if credited:
        for streak in credited:
            cross_credited_streak_thresholds(agenda, state, streak, at)
    if agenda.completed or state.counters.recheck:
        complete_composites(agenda, state, at)
    if agenda.awards:
        pay_awards(agenda, state, at)
    if agenda.plan.has_further_passes:
        run_further_passes(agenda, state, at)


def _apply_compound_event(agenda: Agenda, state: UserState, event: MetricEvent, at: int) -> None:
    """Apply an event of a compound metric to a settled state in place."""
    if event.metric.gated:
        note_closed_metric_gates(agenda, state, event.metric.gated, at)
    count_events_in_pass(agenda, state, (event,), at)
    run_passes(agenda, state, at)


def find_achievement_for_command(plan: Plan, key: str) -> AchievementPlan:
    """Return an ``api`` achievement that is not inactive.

    Raises:
        UnknownKey: there is none with this key.
    """
    achievement = plan.achievements.get(key)
    if achievement is None or not has_active_api_trigger(achievement.rule):
        raise missing_api_trigger_error(plan.ruleset.achievements, key)
    return achievement


def _apply_complete_command(agenda: Agenda, state: UserState, achievement: AchievementPlan, at: int) -> None:
    """Complete an ``api`` achievement.

    Raises:
        EarlierThanSettled: the user's history has already passed the instant.
        AlreadyCompleted: the user has completed it.
        AchievementLocked: it can no longer be completed.
        GateClosed: a condition of its gate does not hold.
    """
    if achievement.key in state.counters.completed and not achievement.rule.repeatable:
        raise AlreadyCompleted(state.id, achievement.key, from_micros(state.counters.completed[achievement.key]))
    if achievement.rule.status == "locked":
        raise AchievementLocked(state.id, achievement.key)
    ahead = state
    if achievement.gate is not None and achievement.gate.needs_progress:
        ahead = state.copy()
        settle_user(Agenda(agenda.plan), ahead, at)
    unmet = evaluate_gate_of_rule(ahead, achievement, at)
    if unmet is not None:
        reason = f"{unmet.text}; {unmet.remedy}"
        raise GateClosed(state.id, achievement.key, unmet.field, unmet.wanted, unmet.found, reason)
    _settle_before_command(agenda, state, at)
    note_closed_metric_gates(agenda, state, agenda.plan.gated_awards, at)
    apply_completion(agenda, state, achievement, at)
    run_passes(agenda, state, at)


def _apply_award_command(agenda: Agenda, state: UserState | None, command: Award) -> UserState:
    """Return a copy of a state after a manual award; a user without a state is created.

    Raises:
        UnknownKey: the rules do not declare the points system.
        EarlierThanSettled: the user's history has already passed the instant.
        OutOfPoints: the balance does not cover the payment.
    """
    system = agenda.plan.system(command.system)
    after = create_user_state(agenda, command.user_id, command.at) if state is None else state.copy()
    _settle_before_command(agenda, after, command.at)
    note_closed_metric_gates(agenda, after, agenda.plan.gated_awards, command.at)
    award_manually(agenda, after, system, command.points, command.reason, command.at)
    run_passes(agenda, after, command.at)
    return after


def _apply_identify_command(agenda: Agenda, state: UserState, changes: Changes, at: int) -> None:
    """Apply changes to a user's fields.

    Raises:
        EarlierThanSettled: the user's history has already passed the instant.
        InvalidValue: a field cannot have the value.
        CustomizationDisabled: a change sets a custom streak, and the rules do not allow it.
    """
    fields = dict(changes)
    check_profile_changes(agenda, state, fields, at)
    _settle_before_command(agenda, state, at)
    update_profile(agenda, state, fields, at)
    state.profile.updated = at

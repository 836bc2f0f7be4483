"""Users: their creation, and changes of their fields with all consequences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from trophy_engine.calendar.instants import NEVER
from trophy_engine.calendar.months import whole_years
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core.achievements import cross_thresholds
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.commands import Changes
from trophy_engine.core.effects import FreezeGranted, UserChanged, UserCreated
from trophy_engine.core.gates import note_closed_metric_gates
from trophy_engine.core.passes import run_passes
from trophy_engine.core.period_decisions import note_period_decision, undecided_protected_periods
from trophy_engine.core.plan import StreakPlan
from trophy_engine.core.plugs import show_step_to_plugs
from trophy_engine.core.preferences import STREAKS, compile_custom_streak
from trophy_engine.core.settle import (
    mark_daily_awards_done,
    pay_skipped_daily_awards,
    settle_user,
)
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import decide_unmissed_periods, find_streak_due_days
from trophy_engine.core.travel import travel_to_zone
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import CustomizationDisabled, InvalidValue

_UTC: Final = "UTC"
_PREFERENCE: Final = "preferences.streaks."
_ENABLED: Final = ".enabled"


def create_user_state(agenda: Agenda, user_id: str, at: int, changes: Changes = ()) -> UserState:
    """Return a new user with initial fields, after all consequences of the creation.

    Raises:
        InvalidValue: a field cannot have the value.
        CustomizationDisabled: a field sets a custom streak, and the rules do not allow it.
    """
    fields = dict(changes)
    state = UserState(agenda.plan, user_id, at, agenda.plan.zone(fields.get("time_zone") or _UTC))
    check_profile_changes(agenda, state, fields, at)
    experiment = agenda.plan.ruleset.experimentation
    state.profile.control = experiment is not None and _experiment_bucket_of_user(user_id) < experiment.control_ratio
    agenda.effects.append((UserCreated, user_id, at, state.clock.zone.name))
    update_profile(agenda, state, fields, at)
    for streak in agenda.plan.streaks:
        grant_first_freezes(agenda, state, streak, at)
    note_closed_metric_gates(agenda, state, agenda.plan.gated_awards, at)
    agenda.awards += [(trigger.order, trigger, 1) for trigger in agenda.plan.creation]
    run_passes(agenda, state, at)
    if agenda.plan.has_plugs:
        show_step_to_plugs(agenda, state, None, at)
    settle_user(agenda, state, at)
    return state


def grant_first_freezes(agenda: Agenda, state: UserState, streak: StreakPlan, at: int) -> None:
    """Grant the freezes that every user has at the beginning of a streak."""
    count = 0 if streak.freezes is None else streak.freezes.start_count
    if count:
        state.streaks[streak.place].freezes = count
        agenda.effects.append((FreezeGranted, state.id, at, streak.key, count, count))


def _experiment_bucket_of_user(user_id: str) -> int:
    """Return a number from 0 to 99 that depends on the user's id only."""
    import hashlib  # noqa: PLC0415  # few games have an experiment

    return int.from_bytes(hashlib.sha256(user_id.encode()).digest()) % 100


def check_profile_changes(agenda: Agenda, state: UserState, fields: Mapping[str, str | None], at: int) -> None:
    """Check new fields of a user against one another, the rules and the present day.

    Raises:
        InvalidValue: the sign-up date lies in the future of the user's zone, or emails are wanted without an address.
        CustomizationDisabled: a field sets a custom streak, and the rules do not allow it.
    """
    for field, value in fields.items():
        if field.startswith(_PREFERENCE) and not field.endswith(_ENABLED) and value is not None:
            key = field.removeprefix(_PREFERENCE).partition(".")[0]
            if not any(rule.customization_enabled for rule in agenda.plan.ruleset.streaks if rule.key == key):
                raise CustomizationDisabled(state.id)
    if fields.get("subscribe_to_emails") == "true" and not fields.get("email", state.profile.email):
        raise InvalidValue(("requires an address; set", FieldName("email"), "too"), "subscribe_to_emails")
    signed_up = fields.get("sign_up_date")
    if signed_up is None:
        return
    time_zone = agenda.plan.zone(fields["time_zone"] or _UTC) if "time_zone" in fields else state.clock.zone
    today = date.fromordinal(time_zone.window(at)[0])
    if date.fromisoformat(signed_up) > today:
        raise InvalidValue(f"{signed_up} must not be later than today, {today} in {time_zone.name}", "sign_up_date")


def update_profile(agenda: Agenda, state: UserState, changes: Mapping[str, str | None], at: int) -> None:
    """Set fields of a user, with all consequences; fields that already have the value have none."""
    fields = dict(changes)
    if fields.get("subscribe_to_emails", state.profile.subscribe_to_emails) == "false":
        fields["email"] = None  # the address of a user without emails is not kept
    if "time_zone" in fields:
        state.profile.has_zone = fields["time_zone"] is not None
    for field, requested in fields.items():
        before = _read_profile_field(state, field)
        after = zone(requested or _UTC).name if field == "time_zone" else requested
        if before == after:
            continue
        agenda.effects.append((UserChanged, state.id, at, field, before, after))
        kind, _, key = field.partition(".")
        if kind == "attributes":
            _apply_attribute_change(state, key, str(after))
        elif kind == "preferences":
            _apply_preference_change(agenda, state, key, after)
        elif field == "time_zone":
            _apply_time_zone_change(agenda, state, agenda.plan.zone(str(after)), at)
        elif field != "sign_up_date":
            setattr(state.profile, field, after)
    if "sign_up_date" in fields and _read_profile_field(state, "sign_up_date") != fields["sign_up_date"]:
        _apply_sign_up_date_change(agenda, state, fields["sign_up_date"], at)


def _read_profile_field(state: UserState, field: str) -> str | None:
    kind, _, key = field.partition(".")
    if kind == "attributes":
        return state.profile.attributes.get(key)
    if kind == "preferences":
        return state.profile.preferences.get(key)
    if field == "time_zone":
        return state.clock.zone.name
    if field == "sign_up_date":
        return None if state.profile.sign_up_day is None else date.fromordinal(state.profile.sign_up_day).isoformat()
    current: Any = getattr(state.profile, field)
    return None if current is None else str(current)


def _apply_attribute_change(state: UserState, key: str, value: str) -> None:
    """Set an attribute; passed thresholds are evaluated again at the next event of their counter."""
    state.profile.attributes = {**state.profile.attributes, key: value}
    if state.clock.due != -NEVER:  # forgetting again, for each of many attributes, would change nothing
        state.forget()


def _apply_preference_change(agenda: Agenda, state: UserState, key: str, value: str | None) -> None:
    """Set a preference; the totals of open periods count under the new conditions, too."""
    if value is None:
        state.profile.preferences = {name: old for name, old in state.profile.preferences.items() if name != key}
    else:
        state.profile.preferences = {**state.profile.preferences, key: value}
    kind, _, choice = key.partition(".")
    streak = agenda.plan.find_streak(choice.partition(".")[0]) if kind == STREAKS else None
    if streak is None:
        return
    own = state.change_streak(streak.place)
    before = own.custom_streak or streak
    own.custom_streak = compile_custom_streak(agenda.plan, streak, state.profile.preferences)
    after = own.custom_streak or streak
    decide_unmissed_periods(agenda, state, before, after)
    state.keep_totals(after)
    if not after.conditions and before.conditions:
        _drop_disabled_streak(agenda, state, before)
    if before.freezes is None:  # no freezes are earned without them in the rules or with the streak disabled
        own = state.change_streak(streak.place)
        own.freeze_day = max(own.freeze_day, state.clock.day)
    find_streak_due_days(state, after)
    state.clock.due = min(state.clock.due, state.clock.settled)


def _drop_disabled_streak(agenda: Agenda, state: UserState, plan: StreakPlan) -> None:
    """Drop the streak of a user who has disabled it, which is not a loss."""
    length = state.streaks[plan.place].length
    if agenda.decisions is not None and length:
        agenda.decisions += undecided_protected_periods(state, plan)
    state.restart_streak(plan)
    if agenda.decisions is not None and length:
        period, at, streak = plan.index(state.clock.day), state.clock.settled, state.streaks[plan.place]
        note_period_decision(agenda.decisions, plan, streak, "disabled", period, at, ended=length)


def _apply_time_zone_change(agenda: Agenda, state: UserState, time_zone: Zone, at: int) -> None:
    """Move a user to another zone: no streak is lost by it, and no midnight or daily award happens twice."""
    mark_daily_awards_done(agenda.plan, state, at)
    streaks = state.visible_streaks(agenda.plan)
    jump_east = travel_to_zone(agenda, state, streaks, time_zone, at)
    state.clock.due = state.clock.next_tick = at
    for streak in streaks:
        find_streak_due_days(state, streak)
    if jump_east:
        pay_skipped_daily_awards(agenda, state, at)
    settle_user(agenda, state, at)


def _apply_sign_up_date_change(agenda: Agenda, state: UserState, signed_up: str | None, at: int) -> None:
    """Set the sign-up date; achievements of past anniversaries are completed without announcement."""
    state.counters.years = 0
    state.profile.sign_up_day = None if signed_up is None else date.fromisoformat(signed_up).toordinal()
    state.forget()
    if state.profile.sign_up_day is not None:
        note_closed_metric_gates(agenda, state, agenda.plan.gated_awards, at)
        state.counters.years = whole_years(date.fromordinal(state.profile.sign_up_day), state.clock.zone.window(at)[0])
        cross_thresholds(agenda, state, agenda.plan.anniversaries, 0, state.counters.years, at, announce=False)
        run_passes(agenda, state, at, announce=False)

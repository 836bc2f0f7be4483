"""Scheduled messages: messages to one user at an instant that follows from the user's state.

They are due work (see ``core.settle``), done last at any instant. Each kind has a function that returns when it is due
next and a function that sends it; sent and pending messages are in ``NotificationState``.

Emails use the time zone of the user if it was set explicitly, else US Eastern; messages about a day of a daily streak,
or of a boost, use the user's zone. Users in the control group, and users who chose no channel for a message, do not
receive it; it counts as sent all the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final, assert_never

from trophy_engine.calendar.instants import HOUR, NEVER
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import (
    KIND,
    LAST_DAY,
    AchievementCompleted,
    Agenda,
    Plan,
    PointsAwarded,
    RawEffect,
    StreakPlan,
    UserState,
    find_open_period,
    raw_effect_position,
)
from trophy_engine.notifications.effects import (
    AchievementDue,
    BoostFinished,
    BoostStarted,
    PointsChanged,
    ReactivationDue,
    RecapDue,
    StreakReminderDue,
)
from trophy_engine.notifications.plan import NotificationPlan
from trophy_engine.notifications.state import CompletionEmail, NotificationState

_MORNING: Final = 9 * HOUR
_AFTERNOON: Final = 17 * HOUR
_EVENING: Final = 21 * HOUR
_BEFORE_THE_DAY_ENDS: Final = 4 * HOUR
#: The numbers of idle days after which a reactivation message is sent.
_IDLE_DAYS: Final = (3, 5, 7, 14, 30)
_FRIDAY: Final = 5
_WEEK: Final = 7
_THE_25TH: Final = 24
_EASTERN: Final = "America/New_York"
_COMPLETION: Final = raw_effect_position(AchievementCompleted, "achievement")
_SYSTEM: Final = raw_effect_position(PointsAwarded, "system")
_AWARDED: Final = raw_effect_position(PointsAwarded, "awarded")


def initial_notification_state(
    plan: NotificationPlan, state: UserState, activity: Sequence[int], at: int
) -> NotificationState:
    """Return the notification state of a user with activity at these instants; no message is due up to ``at``."""
    time_zone = _email_zone(state)
    last_active = max(activity, default=state.profile.created)
    day = time_zone.window(last_active)[0]
    notifications = NotificationState(last_active, state.clock.zone.window(at)[0])
    notifications.reactivations = sum(_message_instant(time_zone, day + days, _MORNING) <= at for days in _IDLE_DAYS)
    first_day = plan.recap.first_day(plan.recap.index(day))
    if activity and _message_instant(time_zone, _day_after_recap_period(plan, first_day), _MORNING) > at:
        notifications.recaps = (first_day,)
    return notifications


def next_scheduled_message(
    rules: NotificationPlan, plan: Plan, state: UserState, notifications: NotificationState
) -> int:
    """Return the instant of the next scheduled message, whether or not the user wants it."""
    return min(find(rules, plan, state, notifications) for find, _ in _KINDS)


def send_due_messages(
    rules: NotificationPlan, agenda: Agenda, state: UserState, notifications: NotificationState, at: int
) -> None:
    """Send every message that is due at an instant."""
    for find, send_kind in _KINDS:
        while find(rules, agenda.plan, state, notifications) <= at:
            send_kind(rules, agenda, state, notifications, at)


def _email_zone(state: UserState) -> Zone:
    return state.clock.zone if state.profile.has_zone else zone(_EASTERN, state.clock.zone.day_start)


def _message_instant(time_zone: Zone, day: int, time_of_day: int) -> int:
    return time_zone.instant(day, time_of_day) if day <= LAST_DAY else NEVER


def _wants_message(state: UserState, message: str) -> bool:
    encoded = state.profile.preferences.get(f"notifications.{message}")
    return not state.profile.control and (encoded is None or bool(json.loads(encoded)))


# --- points: the first change at once, later ones of a window at its end ----------------------------------------------


def announce_awards(
    rules: NotificationPlan,
    agenda: Agenda,
    state: UserState,
    notifications: NotificationState,
    effects: Sequence[RawEffect],
    at: int,
) -> None:
    """Announce the balances that awards among the effects have changed, or add the changes to an open window."""
    changes: dict[str, int] = {}
    for raw in effects:
        if raw[KIND] is PointsAwarded:
            changes[raw[_SYSTEM]] = changes.get(raw[_SYSTEM], 0) + raw[_AWARDED]
    for system, added in changes.items():
        closes, gathered = notifications.points_changes.get(system, (at, 0))
        if gathered or at < closes:
            notifications.points_changes = {**notifications.points_changes, system: (closes, gathered + added)}
            state.clock.due = min(state.clock.due, closes)
        else:
            _send_points_change(rules, agenda, state, notifications, system, added, at)


def _send_points_change(
    rules: NotificationPlan,
    agenda: Agenda,
    state: UserState,
    notifications: NotificationState,
    system: str,
    added: int,
    at: int,
) -> None:
    if not added:
        return
    changes = {key: change for key, change in notifications.points_changes.items() if key != system}
    if rules.throttle:
        changes[system] = at + rules.throttle, 0
    notifications.points_changes = changes  # rules that no longer combine changes keep no window that is over
    total = next(
        state.points.balances[system_plan.index] for system_plan in agenda.plan.systems if system_plan.key == system
    )
    agenda.effects.append((PointsChanged, state.id, at, system, total, added))


def _next_points_message(_: NotificationPlan, __: Plan, ___: UserState, notifications: NotificationState) -> int:
    return min((closes for closes, gathered in notifications.points_changes.values() if gathered), default=NEVER)


def _send_points_messages(
    rules: NotificationPlan, agenda: Agenda, state: UserState, notifications: NotificationState, at: int
) -> None:
    for system, (closes, gathered) in sorted(notifications.points_changes.items()):
        if gathered and closes <= at:
            _send_points_change(rules, agenda, state, notifications, system, gathered, at)


# --- a user's own boosts: at the midnights of start and end -----------------------------------------------------------


def _next_boost_message_day(rules: NotificationPlan, state: UserState, notifications: NotificationState) -> int | None:
    days = (
        day for boost in rules.own_boosts.get(state.id, ()) for day in (boost.start, boost.after) if day is not None
    )
    return min((day for day in days if day > notifications.boosts_through), default=None)


def _next_boost_message(rules: NotificationPlan, _: Plan, state: UserState, notifications: NotificationState) -> int:
    day = _next_boost_message_day(rules, state, notifications)
    return NEVER if day is None or day > LAST_DAY else state.clock.zone.midnight(day)


def _send_boost_messages(
    rules: NotificationPlan, agenda: Agenda, state: UserState, notifications: NotificationState, at: int
) -> None:
    day = _next_boost_message_day(rules, state, notifications)
    if day is None:
        return
    notifications.boosts_through = day
    for kind, boundary in ((BoostFinished, "after"), (BoostStarted, "start")):
        for boost in rules.own_boosts[state.id]:
            if getattr(boost, boundary) == day:
                agenda.effects.append((kind, state.id, at, boost.system, boost.rule))


# --- achievements: in the late afternoon ------------------------------------------------------------------------------


def send_completion_emails(
    agenda: Agenda, state: UserState, notifications: NotificationState, effects: Sequence[RawEffect], at: int
) -> None:
    """Send the email of each completion between 17:00 and 21:00 by the zone of emails, else keep it until 17:00."""
    completed = [CompletionEmail(*raw[_COMPLETION:]) for raw in effects if raw[KIND] is AchievementCompleted]
    if not completed:
        return
    time_zone = _email_zone(state)
    day = time_zone.window(at)[0]
    if _message_instant(time_zone, day, _AFTERNOON) <= at <= _message_instant(time_zone, day, _EVENING):
        for completion in completed:
            _send_completion_email(agenda, state, completion, at)
        return
    due = _message_instant(time_zone, day if at < _message_instant(time_zone, day, _AFTERNOON) else day + 1, _AFTERNOON)
    notifications.emails = (*notifications.emails, *((due, completion) for completion in completed))
    state.clock.due = min(state.clock.due, due)


def _send_completion_email(agenda: Agenda, state: UserState, completion: CompletionEmail, at: int) -> None:
    if _wants_message(state, "achievement_completed"):
        agenda.effects.append((AchievementDue, state.id, at, *completion))


def _next_pending_email(_: NotificationPlan, __: Plan, ___: UserState, notifications: NotificationState) -> int:
    return min((due for due, _ in notifications.emails), default=NEVER)


def _send_pending_emails(
    _: NotificationPlan, agenda: Agenda, state: UserState, notifications: NotificationState, at: int
) -> None:
    emails, notifications.emails = notifications.emails, tuple(email for email in notifications.emails if email[0] > at)
    for due, completion in emails:
        if due <= at:
            _send_completion_email(agenda, state, completion, at)


# --- recaps: on the morning after a period in which the user was active -----------------------------------------------


def record_activity_for_emails(
    rules: NotificationPlan, state: UserState, notifications: NotificationState, at: int
) -> None:
    """Record activity of a user: the count of idle days starts again, and the period will have a recap."""
    notifications.last_active = at
    notifications.reactivations = 0
    first_day = rules.recap.first_day(rules.recap.index(_email_zone(state).window(at)[0]))
    if first_day > notifications.recapped_through and first_day not in notifications.recaps:
        notifications.recaps = (*notifications.recaps, first_day)
        state.clock.due = min(state.clock.due, at)


def _next_recap(rules: NotificationPlan, _: Plan, state: UserState, notifications: NotificationState) -> int:
    if not notifications.recaps:
        return NEVER
    return _message_instant(_email_zone(state), _day_after_recap_period(rules, min(notifications.recaps)), _MORNING)


def _day_after_recap_period(rules: NotificationPlan, first_day: int) -> int:
    return rules.recap.first_day(rules.recap.index(first_day) + 1)


def _send_recap(
    rules: NotificationPlan, agenda: Agenda, state: UserState, notifications: NotificationState, at: int
) -> None:
    first_day = min(notifications.recaps)
    notifications.recaps = tuple(day for day in notifications.recaps if day != first_day)
    notifications.recapped_through = max(notifications.recapped_through, first_day)
    if _wants_message(state, "recap"):
        agenda.effects.append((RecapDue, state.id, at, first_day, _day_after_recap_period(rules, first_day) - 1))


# --- reactivation: on mornings after idle days ------------------------------------------------------------------------


def _next_reactivation(_: NotificationPlan, __: Plan, state: UserState, notifications: NotificationState) -> int:
    if notifications.reactivations == len(_IDLE_DAYS):
        return NEVER
    time_zone = _email_zone(state)
    return _message_instant(
        time_zone, time_zone.window(notifications.last_active)[0] + _IDLE_DAYS[notifications.reactivations], _MORNING
    )


def _send_reactivation(
    _: NotificationPlan, agenda: Agenda, state: UserState, notifications: NotificationState, at: int
) -> None:
    days = _IDLE_DAYS[notifications.reactivations]
    notifications.reactivations += 1
    if _wants_message(state, "reactivation"):
        agenda.effects.append((ReactivationDue, state.id, at, notifications.reactivations, days))


# --- streak reminders: while the present period can still be credited -------------------------------------------------


def _next_reminder(_: NotificationPlan, plan: Plan, state: UserState, notifications: NotificationState) -> int:
    streak = state.streak.custom_streak or plan.streak
    if streak is None or not state.streak.length:
        return NEVER
    period = find_open_period(state.streak, streak)
    if period == NEVER or period <= notifications.reminded_through:
        return NEVER
    at = _reminder_at(streak, state, period)
    # The hour is past if a period opens late, for example because a pause ends early.
    return NEVER if at < state.clock.settled else at


def _reminder_at(streak: StreakPlan, state: UserState, period: int) -> int:
    """Return the instant of the reminder for a period that is not credited, or ``NEVER``."""
    first_day = streak.calendar.last_unit(period)
    match streak.calendar.unit:
        case "day":
            return _reminder_in_the_evening(state.clock.zone.plain, streak.first_day(period), first_day)
        case "week":
            day = first_day + (_FRIDAY - first_day) % _WEEK
        case "month":
            day = first_day + _THE_25TH
        case _:
            assert_never(streak.calendar.unit)
    return _message_instant(_email_zone(state), day, _MORNING)


def _reminder_in_the_evening(time_zone: Zone, first_day: int, last_day: int) -> int:
    """Return the instant of the reminder on the last day of a period that the zone has, or ``NEVER`` without one."""
    day = last_day
    while not time_zone.exists(day):
        day -= 1
        if day < first_day:
            return NEVER
    return time_zone.midnight(day + 1) - _BEFORE_THE_DAY_ENDS


def _send_reminder(
    _: NotificationPlan, agenda: Agenda, state: UserState, notifications: NotificationState, at: int
) -> None:
    streak = state.streak.custom_streak or agenda.plan.streak
    if streak is None:
        return
    notifications.reminded_through = find_open_period(state.streak, streak)
    if _wants_message(state, "streak_reminder"):
        first_day = streak.first_day(notifications.reminded_through)
        agenda.effects.append((StreakReminderDue, state.id, at, state.streak.length, first_day))


_Find = Callable[[NotificationPlan, Plan, UserState, NotificationState], int]
_Send = Callable[[NotificationPlan, Agenda, UserState, NotificationState, int], None]

#: The kinds of messages, in the order in which they are sent at the same instant.
_KINDS: Final[tuple[tuple[_Find, _Send], ...]] = (
    (_next_points_message, _send_points_messages),
    (_next_boost_message, _send_boost_messages),
    (_next_pending_email, _send_pending_emails),
    (_next_recap, _send_recap),
    (_next_reactivation, _send_reactivation),
    (_next_reminder, _send_reminder),
)

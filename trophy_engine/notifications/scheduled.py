"""Scheduled messages: what users are sent at an instant of their own, while nothing else happens.

They are due like everything that time brings (see ``core.settle``), and at one and the same instant they come last.
Each kind knows when it is due next and what to do then; what was sent and what waits is in ``NotificationState``.

Emails go by the zone that a user was given, US Eastern without one; what belongs to a day of the streak, or of a boost,
goes by the zone that counts those days. Users in the control group, or who want a message by no channel, are not sent
it; time passes all the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final

from trophy_engine.calendar.instants import HOUR, NEVER
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import (
    KIND,
    LAST_DAY,
    AchievementCompleted,
    AchievementDue,
    Agenda,
    BoostFinished,
    BoostStarted,
    Plan,
    PointsAwarded,
    PointsChanged,
    RawEffect,
    ReactivationDue,
    RecapDue,
    StreakPlan,
    StreakReminderDue,
    UserState,
    open_period,
    position,
)
from trophy_engine.notifications.plan import NotificationPlan
from trophy_engine.notifications.state import NotificationState

_MORNING: Final = 9 * HOUR
_AFTERNOON: Final = 17 * HOUR
_EVENING: Final = 21 * HOUR
_BEFORE_THE_DAY_ENDS: Final = 4 * HOUR
#: After how many idle days users are asked to come back.
_IDLE_DAYS: Final = (3, 5, 7, 14, 30)
_FRIDAY: Final = 5
_WEEK: Final = 7
_THE_25TH: Final = 24
_EASTERN: Final = "America/New_York"
_ACHIEVEMENT: Final = position(AchievementCompleted, "achievement")
_SYSTEM: Final = position(PointsAwarded, "system")
_AWARDED: Final = position(PointsAwarded, "awarded")


def begin(plan: NotificationPlan, state: UserState, activity: Sequence[int], at: int) -> NotificationState:
    """Return the notifications of a user who was active at these instants: of what comes after ``at`` only."""
    home = _email_zone(state)
    last_active = max(activity, default=state.profile.created)
    day = home.window(last_active)[0]
    own = NotificationState(last_active, state.clock.zone.window(at)[0])
    own.reactivations = sum(_clock(home, day + days, _MORNING) <= at for days in _IDLE_DAYS)
    first_day = plan.recap.first_day(plan.recap.index(day))
    if activity and _clock(home, _following(plan, first_day), _MORNING) > at:
        own.recaps = (first_day,)
    return own


def next_due(rules: NotificationPlan, plan: Plan, state: UserState, own: NotificationState) -> int:
    """Return the instant at which the next message is due to a user, or would be if they wanted it."""
    return min(find(rules, plan, state, own) for find, _ in _KINDS)


def send(rules: NotificationPlan, agenda: Agenda, state: UserState, own: NotificationState, at: int) -> None:
    """Send every message that is due at an instant."""
    for find, send_kind in _KINDS:
        while find(rules, agenda.plan, state, own) <= at:
            send_kind(rules, agenda, state, own, at)


def _email_zone(state: UserState) -> Zone:
    return state.clock.zone if state.profile.zone_given else zone(_EASTERN)


def _clock(home: Zone, day: int, time_of_day: int) -> int:
    return home.instant(day, time_of_day) if day <= LAST_DAY else NEVER


def _wants(state: UserState, message: str) -> bool:
    written = state.profile.preferences.get(f"notifications.{message}")
    return not state.profile.control and (written is None or bool(json.loads(written)))


# --- points: the first change at once, the rest of a window at its end ------------------------------------------------


def note_awards(
    rules: NotificationPlan,
    agenda: Agenda,
    state: UserState,
    own: NotificationState,
    effects: Sequence[RawEffect],
    at: int,
) -> None:
    """Tell of the balances that the awards among some effects have changed, or gather the changes."""
    changes: dict[str, int] = {}
    for raw in effects:
        if raw[KIND] is PointsAwarded:
            changes[raw[_SYSTEM]] = changes.get(raw[_SYSTEM], 0) + raw[_AWARDED]
    for system, added in changes.items():
        closes, gathered = own.points_changes.get(system, (at, 0))
        if gathered or at < closes:
            own.points_changes = {**own.points_changes, system: (closes, gathered + added)}
            state.clock.due = min(state.clock.due, closes)
        else:
            _send_change(rules, agenda, state, own, system, added, at)


def _send_change(
    rules: NotificationPlan,
    agenda: Agenda,
    state: UserState,
    own: NotificationState,
    system: str,
    added: int,
    at: int,
) -> None:
    if not added:
        return
    if rules.throttle:
        own.points_changes = {**own.points_changes, system: (at + rules.throttle, 0)}
    total = next(state.points.balances[one.index] for one in agenda.plan.systems if one.key == system)
    agenda.effects.append((PointsChanged, state.id, at, system, total, added))


def _next_change(_: NotificationPlan, __: Plan, ___: UserState, own: NotificationState) -> int:
    return min((closes for closes, gathered in own.points_changes.values() if gathered), default=NEVER)


def _send_changes(rules: NotificationPlan, agenda: Agenda, state: UserState, own: NotificationState, at: int) -> None:
    for system, (closes, gathered) in sorted(own.points_changes.items()):
        if gathered and closes <= at:
            _send_change(rules, agenda, state, own, system, gathered, at)


# --- a user's own boosts: the midnights at which they begin and are over ----------------------------------------------


def _next_boost_day(rules: NotificationPlan, state: UserState, own: NotificationState) -> int | None:
    days = (
        day for boost in rules.own_boosts.get(state.id, ()) for day in (boost.start, boost.after) if day is not None
    )
    return min((day for day in days if day > own.boosts_through), default=None)


def _next_boost(rules: NotificationPlan, _: Plan, state: UserState, own: NotificationState) -> int:
    day = _next_boost_day(rules, state, own)
    return NEVER if day is None or day > LAST_DAY else state.clock.zone.midnight(day)


def _send_boosts(rules: NotificationPlan, agenda: Agenda, state: UserState, own: NotificationState, at: int) -> None:
    day = _next_boost_day(rules, state, own)
    if day is None:
        return
    own.boosts_through = day
    for kind, place in ((BoostFinished, "after"), (BoostStarted, "start")):
        for boost in rules.own_boosts[state.id]:
            if getattr(boost, place) == day:
                agenda.effects.append((kind, state.id, at, boost.system, boost.rule))


# --- achievements: in the late afternoon ------------------------------------------------------------------------------


def note_completions(
    agenda: Agenda, state: UserState, own: NotificationState, effects: Sequence[RawEffect], at: int
) -> None:
    """Send the email of each completion if it is late afternoon where the user is, else let it wait for that."""
    completed = [raw[_ACHIEVEMENT] for raw in effects if raw[KIND] is AchievementCompleted]
    if not completed:
        return
    home = _email_zone(state)
    day = home.window(at)[0]
    if _clock(home, day, _AFTERNOON) <= at <= _clock(home, day, _EVENING):
        for achievement in completed:
            _send_completion(agenda, state, achievement, at)
        return
    due = _clock(home, day if at < _clock(home, day, _AFTERNOON) else day + 1, _AFTERNOON)
    own.emails = (*own.emails, *((due, achievement) for achievement in completed))
    state.clock.due = min(state.clock.due, due)


def _send_completion(agenda: Agenda, state: UserState, achievement: str, at: int) -> None:
    if _wants(state, "achievement_completed"):
        agenda.effects.append((AchievementDue, state.id, at, achievement))


def _next_email(_: NotificationPlan, __: Plan, ___: UserState, own: NotificationState) -> int:
    return min((due for due, _ in own.emails), default=NEVER)


def _send_emails(_: NotificationPlan, agenda: Agenda, state: UserState, own: NotificationState, at: int) -> None:
    emails, own.emails = own.emails, tuple(email for email in own.emails if email[0] > at)
    for due, achievement in emails:
        if due <= at:
            _send_completion(agenda, state, achievement, at)


# --- recaps: on the morning after a period in which the user was active -----------------------------------------------


def note_activity(rules: NotificationPlan, state: UserState, own: NotificationState, at: int) -> None:
    """Note that a user was active: they need not be asked to come back, and there will be a recap."""
    own.last_active = at
    own.reactivations = 0
    first_day = rules.recap.first_day(rules.recap.index(_email_zone(state).window(at)[0]))
    if first_day > own.recapped_through and first_day not in own.recaps:
        own.recaps = (*own.recaps, first_day)
        state.clock.due = min(state.clock.due, at)


def _next_recap(rules: NotificationPlan, _: Plan, state: UserState, own: NotificationState) -> int:
    if not own.recaps:
        return NEVER
    return _clock(_email_zone(state), _following(rules, min(own.recaps)), _MORNING)


def _following(rules: NotificationPlan, first_day: int) -> int:
    return rules.recap.first_day(rules.recap.index(first_day) + 1)


def _send_recap(rules: NotificationPlan, agenda: Agenda, state: UserState, own: NotificationState, at: int) -> None:
    first_day = min(own.recaps)
    own.recaps = tuple(day for day in own.recaps if day != first_day)
    own.recapped_through = max(own.recapped_through, first_day)
    if _wants(state, "recap"):
        agenda.effects.append((RecapDue, state.id, at, first_day, _following(rules, first_day) - 1))


# --- reactivation: on mornings after idle days ------------------------------------------------------------------------


def _next_reactivation(_: NotificationPlan, __: Plan, state: UserState, own: NotificationState) -> int:
    if own.reactivations == len(_IDLE_DAYS):
        return NEVER
    home = _email_zone(state)
    return _clock(home, home.window(own.last_active)[0] + _IDLE_DAYS[own.reactivations], _MORNING)


def _send_reactivation(_: NotificationPlan, agenda: Agenda, state: UserState, own: NotificationState, at: int) -> None:
    days = _IDLE_DAYS[own.reactivations]
    own.reactivations += 1
    if _wants(state, "reactivation"):
        agenda.effects.append((ReactivationDue, state.id, at, own.reactivations, days))


# --- streak reminders: while the present period can still be credited -------------------------------------------------


def _next_reminder(_: NotificationPlan, plan: Plan, state: UserState, own: NotificationState) -> int:
    streak = state.streak.custom_streak or plan.streak
    if streak is None or not state.streak.length:
        return NEVER
    period = open_period(state.streak, streak)
    if period == NEVER or period <= own.reminded_through:
        return NEVER
    at = _reminder_at(plan, streak, state, period)
    # A period that opens late, as by a pause taken back, has had its hour.
    return NEVER if at < state.clock.settled else at


def _reminder_at(plan: Plan, streak: StreakPlan, state: UserState, period: int) -> int:
    """Give the instant at which a user is reminded of a period that is still to be credited."""
    first_day = streak.first_day(period)
    if streak.daily:
        home = state.clock.zone
        return home.midnight(period + 1) - _BEFORE_THE_DAY_ENDS if home.exists(period) else NEVER
    weekly = plan.ruleset.streak is not None and plan.ruleset.streak.frequency == "weekly"
    day = first_day + (_FRIDAY - first_day) % _WEEK if weekly else first_day + _THE_25TH
    return _clock(_email_zone(state), day, _MORNING)


def _send_reminder(_: NotificationPlan, agenda: Agenda, state: UserState, own: NotificationState, at: int) -> None:
    streak = state.streak.custom_streak or agenda.plan.streak
    if streak is None:
        return
    own.reminded_through = open_period(state.streak, streak)
    if _wants(state, "streak_reminder"):
        first_day = streak.first_day(own.reminded_through)
        agenda.effects.append((StreakReminderDue, state.id, at, state.streak.length, first_day))


_Find = Callable[[NotificationPlan, Plan, UserState, NotificationState], int]
_Send = Callable[[NotificationPlan, Agenda, UserState, NotificationState, int], None]

#: Every kind of message, in the order in which they come at one and the same instant.
_KINDS: Final[tuple[tuple[_Find, _Send], ...]] = (
    (_next_change, _send_changes),
    (_next_boost, _send_boosts),
    (_next_email, _send_emails),
    (_next_recap, _send_recap),
    (_next_reactivation, _send_reactivation),
    (_next_reminder, _send_reminder),
)

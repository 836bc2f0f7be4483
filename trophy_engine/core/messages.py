"""Messages: what users are told of at an instant of their own, while nobody does anything.

They are due like everything that time brings (see ``settle``), and at one and the same instant they come last. Each
kind knows when it is due next and what to do then; nothing is kept but what was told and what waits (``Notices``).

Mail goes by the zone that a user was given, US Eastern without one; what belongs to a day of the streak, or of a boost,
goes by the zone that counts those days. Whoever is in the control group, or wants a message by no channel, is not told;
time passes all the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final

from trophy_engine.calendar.instants import HOUR, NEVER
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.effects import (
    AchievementDue,
    BoostFinished,
    BoostStarted,
    PointsAwarded,
    PointsChanged,
    ReactivationDue,
    RecapDue,
    StreakReminderDue,
)
from trophy_engine.core.notices import NoticePlan, Notices
from trophy_engine.core.plan import Plan, StreakPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.state.clock import LAST_DAY
from trophy_engine.core.streaks import open_period

__all__ = ["begin_notices", "next_message", "note_activity", "send_messages", "tell_completion", "tell_points"]

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


def next_message(plan: Plan, state: UserState) -> int:
    """Give the instant at which the next message is due to a user, or would be if they wanted it."""
    notices = state.notices
    if plan.notices is None or notices is None:
        return NEVER
    return max(min(find(plan, plan.notices, state, notices) for find, _ in _KINDS), state.clock.settled)


def begin_notices(plan: NoticePlan, state: UserState, deeds: Sequence[int], at: int) -> Notices:
    """Begin to tell a user, who did something at these instants, of what comes after ``at`` and of nothing before."""
    home = _mail_zone(state)
    active = max(deeds, default=state.profile.created)
    day = home.window(active)[0]
    notices = Notices(active, state.clock.zone.window(at)[0])
    notices.nudges = sum(_clock(home, day + days, _MORNING) <= at for days in _IDLE_DAYS)
    first_day = plan.recap.first_day(plan.recap.index(day))
    if deeds and _clock(home, _following(plan, first_day), _MORNING) > at:
        notices.recaps = (first_day,)
    return notices


def send_messages(agenda: Agenda, state: UserState, at: int) -> None:
    """Tell everything that is due at an instant."""
    plan, notices = agenda.plan, state.notices
    if plan.notices is None or notices is None:
        return
    for find, tell in _KINDS:
        while find(plan, plan.notices, state, notices) <= at:
            tell(agenda, plan.notices, state, notices, at)


def _mail_zone(state: UserState) -> Zone:
    return state.clock.zone if state.profile.zone_given else zone(_EASTERN)


def _clock(home: Zone, day: int, time_of_day: int) -> int:
    return home.instant(day, time_of_day) if day <= LAST_DAY else NEVER


def _wants(state: UserState, message: str) -> bool:
    written = state.profile.preferences.get(f"notifications.{message}")
    return not state.profile.control and (written is None or bool(json.loads(written)))


# --- points: the first change at once, the rest of a window at its end ------------------------------------------------


def tell_points(agenda: Agenda, state: UserState, known: int, at: int) -> None:
    """Tell of the balances that the awards since the first ``known`` effects of an agenda have changed."""
    changes: dict[str, int] = {}
    for raw in agenda.effects[known:]:
        if raw[0] is PointsAwarded:
            changes[raw[3]] = changes.get(raw[3], 0) + raw[5]
    plan, notices = agenda.plan.notices, state.notices
    if plan is None or notices is None:
        return
    for system, added in changes.items():
        closes, waiting = notices.windows.get(system, (at, 0))
        if waiting or at < closes:
            notices.windows = {**notices.windows, system: (closes, waiting + added)}
            state.clock.due = min(state.clock.due, closes)
        else:
            _tell_change(agenda, plan, state, notices, system, added, at)


def _tell_change(
    agenda: Agenda, plan: NoticePlan, state: UserState, notices: Notices, system: str, added: int, at: int
) -> None:
    if not added:
        return
    if plan.throttle:
        notices.windows = {**notices.windows, system: (at + plan.throttle, 0)}
    total = next(state.points.balances[one.index] for one in agenda.plan.systems if one.key == system)
    agenda.effects.append((PointsChanged, state.id, at, system, total, added))


def _next_change(_: Plan, __: NoticePlan, ___: UserState, notices: Notices) -> int:
    return min((closes for closes, waiting in notices.windows.values() if waiting), default=NEVER)


def _tell_changes(agenda: Agenda, plan: NoticePlan, state: UserState, notices: Notices, at: int) -> None:
    for system, (closes, waiting) in sorted(notices.windows.items()):
        if waiting and closes <= at:
            _tell_change(agenda, plan, state, notices, system, waiting, at)


# --- a user's own boosts: the midnights at which they begin and are over ----------------------------------------------


def _next_boost_day(plan: NoticePlan, state: UserState, notices: Notices) -> int | None:
    days = (day for boost in plan.own_boosts.get(state.id, ()) for day in (boost.start, boost.after) if day is not None)
    return min((day for day in days if day > notices.boost_day), default=None)


def _next_boost(_: Plan, plan: NoticePlan, state: UserState, notices: Notices) -> int:
    day = _next_boost_day(plan, state, notices)
    return NEVER if day is None or day > LAST_DAY else state.clock.zone.midnight(day)


def _tell_boosts(agenda: Agenda, plan: NoticePlan, state: UserState, notices: Notices, at: int) -> None:
    day = _next_boost_day(plan, state, notices)
    if day is None:
        return
    notices.boost_day = day
    for kind, place in ((BoostFinished, "after"), (BoostStarted, "start")):
        for boost in plan.own_boosts[state.id]:
            if getattr(boost, place) == day:
                agenda.effects.append((kind, state.id, at, boost.system, boost.rule))


# --- achievements: in the late afternoon ------------------------------------------------------------------------------


def tell_completion(agenda: Agenda, state: UserState, achievement: str, at: int) -> None:
    """Send the mail about a completion at once if it is late afternoon where the user is, else let it wait for that."""
    notices = state.notices
    if notices is None:
        return
    home = _mail_zone(state)
    day = home.window(at)[0]
    if _clock(home, day, _AFTERNOON) <= at <= _clock(home, day, _EVENING):
        _tell_completed(agenda, state, achievement, at)
        return
    due = _clock(home, day if at < _clock(home, day, _AFTERNOON) else day + 1, _AFTERNOON)
    notices.mails = (*notices.mails, (due, achievement))
    state.clock.due = min(state.clock.due, due)


def _tell_completed(agenda: Agenda, state: UserState, achievement: str, at: int) -> None:
    if _wants(state, "achievement_completed"):
        agenda.effects.append((AchievementDue, state.id, at, achievement))


def _next_mail(_: Plan, __: NoticePlan, ___: UserState, notices: Notices) -> int:
    return min((due for due, _ in notices.mails), default=NEVER)


def _tell_mails(agenda: Agenda, _: NoticePlan, state: UserState, notices: Notices, at: int) -> None:
    mails, notices.mails = notices.mails, tuple(mail for mail in notices.mails if mail[0] > at)
    for due, achievement in mails:
        if due <= at:
            _tell_completed(agenda, state, achievement, at)


# --- recaps: on the morning after a period in which the user was active -----------------------------------------------


def note_activity(plan: NoticePlan, state: UserState, at: int) -> None:
    """Note that a user was active: nobody need ask them back, and there will be something to sum up."""
    notices = state.notices
    if notices is None:
        return
    notices.active = at
    notices.nudges = 0
    first_day = plan.recap.first_day(plan.recap.index(_mail_zone(state).window(at)[0]))
    if first_day > notices.recapped and first_day not in notices.recaps:
        notices.recaps = (*notices.recaps, first_day)
        state.clock.due = min(state.clock.due, at)


def _next_recap(_: Plan, plan: NoticePlan, state: UserState, notices: Notices) -> int:
    if not notices.recaps:
        return NEVER
    return _clock(_mail_zone(state), _following(plan, min(notices.recaps)), _MORNING)


def _following(plan: NoticePlan, first_day: int) -> int:
    return plan.recap.first_day(plan.recap.index(first_day) + 1)


def _tell_recap(agenda: Agenda, plan: NoticePlan, state: UserState, notices: Notices, at: int) -> None:
    first_day = min(notices.recaps)
    notices.recaps = tuple(day for day in notices.recaps if day != first_day)
    notices.recapped = max(notices.recapped, first_day)
    if _wants(state, "recap"):
        agenda.effects.append((RecapDue, state.id, at, first_day, _following(plan, first_day) - 1))


# --- reactivation: on mornings after idle days ------------------------------------------------------------------------


def _next_nudge(_: Plan, __: NoticePlan, state: UserState, notices: Notices) -> int:
    if notices.nudges == len(_IDLE_DAYS):
        return NEVER
    home = _mail_zone(state)
    return _clock(home, home.window(notices.active)[0] + _IDLE_DAYS[notices.nudges], _MORNING)


def _tell_nudge(agenda: Agenda, _: NoticePlan, state: UserState, notices: Notices, at: int) -> None:
    days = _IDLE_DAYS[notices.nudges]
    notices.nudges += 1
    if _wants(state, "reactivation"):
        agenda.effects.append((ReactivationDue, state.id, at, notices.nudges, days))


# --- streak reminders: while the present period can still be credited -------------------------------------------------


def _next_reminder(plan: Plan, _: NoticePlan, state: UserState, notices: Notices) -> int:
    streak = state.streak.custom_streak or plan.streak
    if streak is None or not state.streak.length:
        return NEVER
    period = open_period(state.streak, streak)
    if period == NEVER or period <= notices.reminded:
        return NEVER
    at = _reminds(plan, streak, state, period)
    # A period that opens late, as by a pause taken back, has had its hour.
    return NEVER if at < state.clock.settled else at


def _reminds(plan: Plan, streak: StreakPlan, state: UserState, period: int) -> int:
    """Give the instant at which a user is reminded of a period that is still to be credited."""
    first_day = streak.first_day(period)
    if streak.daily:
        home = state.clock.zone
        return home.midnight(period + 1) - _BEFORE_THE_DAY_ENDS if home.exists(period) else NEVER
    weekly = plan.ruleset.streak is not None and plan.ruleset.streak.frequency == "weekly"
    day = first_day + (_FRIDAY - first_day) % _WEEK if weekly else first_day + _THE_25TH
    return _clock(_mail_zone(state), day, _MORNING)


def _tell_reminder(agenda: Agenda, _: NoticePlan, state: UserState, notices: Notices, at: int) -> None:
    streak = state.streak.custom_streak or agenda.plan.streak
    if streak is None:
        return
    notices.reminded = open_period(state.streak, streak)
    if _wants(state, "streak_reminder"):
        first_day = streak.first_day(notices.reminded)
        agenda.effects.append((StreakReminderDue, state.id, at, state.streak.length, first_day))


_Find = Callable[[Plan, NoticePlan, UserState, Notices], int]
_Tell = Callable[[Agenda, NoticePlan, UserState, Notices, int], None]

#: Every kind of message, in the order in which they come at one and the same instant.
_KINDS: Final[tuple[tuple[_Find, _Tell], ...]] = (
    (_next_change, _tell_changes),
    (_next_boost, _tell_boosts),
    (_next_mail, _tell_mails),
    (_next_recap, _tell_recap),
    (_next_nudge, _tell_nudge),
    (_next_reminder, _tell_reminder),
)

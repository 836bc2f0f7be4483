"""Settling: what time has made due happens in order of time, however often one settles.

Five things come due by themselves. At one and the same instant they come in this order:

1. the end of a missed period (``streaks.close_period``);
2. freezes (``streaks.earn_freezes``);
3. an anniversary of the sign-up date;
4. awards every so many hours or days;
5. messages (``messages.send_messages``), where the rules have notifications.

The first three fall on local midnights, so that within a local day only the other two need to be looked for. Nothing is
done for the days between: the next due day is computed, not walked to.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from dateutil.relativedelta import relativedelta

from trophy_engine.calendar.instants import NEVER
from trophy_engine.core.achievements import complete_composites, cross
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.messages import next_message, send_messages
from trophy_engine.core.plan import Plan
from trophy_engine.core.points import idle, pay
from trophy_engine.core.state import ANNIVERSARY, FREEZE, LAST_DAY, MISS, Tick, UserState
from trophy_engine.core.streaks import close_period, earn_freezes, find_due_days
from trophy_engine.numbers import BEYOND

__all__ = ["anniversaries_by", "make_due_happen", "pass_ticks", "pay_ticks_skipped", "settle"]


def make_due_happen(agenda: Agenda, state: UserState, until: int) -> UserState:
    """Make everything that is due up to an instant happen, and return the user as of the last thing that happened.

    Time alone leaves no trace: where nothing happens, the state is returned as it was, so that commands are accepted
    from the same instant on as before.
    """
    if until < state.due or until < state.settled or until < state.quiet_until():
        return state
    if state.due_days[ANNIVERSARY] < 0:
        settle(agenda, state, state.settled)
    known = len(agenda.effects)
    ahead, due = state, _next_due(agenda.plan, state, until)
    if due <= until:
        ahead = state.copy()
        settle(agenda, ahead, until)
        due = ahead.due
    if len(agenda.effects) == known:
        state.be_quiet_until(due)
        return state
    last = agenda.effects[-1][2]
    if last < until:
        ahead = state.copy()
        settle(Agenda(agenda.plan), ahead, last)
    return ahead


def settle(agenda: Agenda, state: UserState, until: int) -> None:
    """Advance a user to an instant: everything that is due by then happens; an earlier instant does nothing."""
    if until < state.settled:
        return
    if until >= state.due:
        day, end = state.zone.window(until)
        if day >= min(state.due_days) or until >= state.next_tick or agenda.plan.notices is not None:
            message = _do_due(agenda, state, until, day)
            if message < end:
                end = message
        state.day = day
        state.due = end if end < state.next_tick else state.next_tick
    state.settled = until


def _next_due(plan: Plan, state: UserState, until: int) -> int:
    """Return an instant before which nothing is due; it is no later than the end of the local day of ``until``."""
    day, end = state.zone.window(until)
    midnight = until if day >= min(state.due_days) else end
    message = NEVER if plan.notices is None else next_message(plan, state)
    return min(midnight, state.next_tick, message)


def _do_due(agenda: Agenda, state: UserState, until: int, today: int) -> int:
    """Do everything that is due, in order; return the instant of the next message."""
    plan = agenda.plan
    if state.due_days[ANNIVERSARY] < 0:
        _find_due_days(plan, state)
    ticked = state.settled
    ticks, tells = bool(plan.ticks), plan.notices is not None
    ticks_daily = any(trigger.days for trigger in plan.ticks)
    if ticks_daily:
        pass_ticks(plan, state, ticked)
    while True:
        day = min(state.due_days)
        midnight = NEVER if day > today else state.zone.midnight(day)
        if midnight < state.settled:  # a change of zone can make it overdue
            midnight = state.settled
        tick = _next_tick(plan, state, ticked) if ticks else NEVER
        message = next_message(plan, state) if tells else NEVER
        if midnight > until < tick and until < message:
            break
        if midnight <= tick and midnight <= message:
            state.settled = midnight
            _run_midnight(agenda, state, day, midnight)
            ticked = max(ticked, midnight - 1)
        elif tick <= message:
            state.settled = ticked = tick
            _run_tick(agenda, state, tick)
        else:
            state.settled = message
            send_messages(agenda, state, message)
        if ticks_daily:
            pass_ticks(plan, state, ticked)
    state.next_tick = tick
    return message


# --- midnights ------------------------------------------------------------------------------------------------------


def _find_due_days(plan: Plan, state: UserState) -> None:
    state.due_days = [NEVER] * 3
    state.due_days[ANNIVERSARY] = _anniversary_day(plan, state)
    if plan.streak is not None:
        find_due_days(state, state.own or plan.streak)


def _run_midnight(agenda: Agenda, state: UserState, day: int, at: int) -> None:
    streak = state.own or agenda.plan.streak
    kind = state.due_days.index(day)
    if day + 1 in state.due_days and not state.zone.exists(day):
        # The calendar skipped the day and so two share a midnight; the order of kinds holds for both.
        kind = min(kind, state.due_days.index(day + 1))
    if kind == MISS and streak is not None:
        close_period(agenda, state, streak, at)
    elif kind == FREEZE and streak is not None:
        earn_freezes(agenda, state, streak, at)
    else:
        before = state.years
        thresholds = agenda.plan.anniversaries.thresholds
        state.years = int(thresholds[bisect_right(thresholds, before)])
        state.due_days[ANNIVERSARY] = _anniversary_day(agenda.plan, state)
        cross(agenda, state, agenda.plan.anniversaries, before, state.years, at)
        complete_composites(agenda, state, at)
        pay(agenda, state, at)


def _anniversary_day(plan: Plan, state: UserState) -> int:
    thresholds = plan.anniversaries.thresholds
    years = thresholds[bisect_right(thresholds, state.years)]
    if state.sign_up_day is None or years == BEYOND:
        return NEVER
    return _anniversary(state.sign_up_day, int(years))


def _anniversary(sign_up_day: int, years: int) -> int:
    signed_up = date.fromordinal(sign_up_day)
    if signed_up.year + years > date.fromordinal(LAST_DAY).year:
        return NEVER
    return (signed_up + relativedelta(years=years)).toordinal()


def anniversaries_by(sign_up_day: int, day: int) -> int:
    """Count the anniversaries of a date up to a day; 29 February has its own on the 28th of common years."""
    years = max(date.fromordinal(day).year - date.fromordinal(sign_up_day).year, 0)
    return years - (years > 0 and _anniversary(sign_up_day, years) > day)


# --- ticks ----------------------------------------------------------------------------------------------------------


def _next_tick(plan: Plan, state: UserState, ticked: int) -> int:
    """Give the instant of the next tick whose award would change something; ``ticked`` is up to when they were made."""
    soonest = NEVER
    for trigger, tick in zip(plan.ticks, state.ticks, strict=True):
        if idle(trigger, state):
            continue
        if trigger.hours:
            at = tick.anchor + ((ticked - tick.anchor) // trigger.hours + 1) * trigger.hours
        else:
            days = (tick.through - tick.day) // trigger.days + 1
            at = state.tick_of_day(tick, tick.day + days * trigger.days)
        soonest = min(soonest, at)
    return soonest


def _run_tick(agenda: Agenda, state: UserState, at: int) -> None:
    """Pay every trigger that ticks at the instant, in the order of declaration."""
    for trigger, tick in zip(agenda.plan.ticks, state.ticks, strict=True):
        if trigger.hours:
            ticks = (at - tick.anchor) % trigger.hours == 0
        else:
            ticks = _ticks_daily(state, tick, trigger.days, at)
        if ticks:
            agenda.awards.append((trigger.order, trigger, 1))
            pay(agenda, state, at)


def _ticks_daily(state: UserState, tick: Tick, days: int, at: int) -> bool:
    day = state.zone.window(at)[0]
    return day > tick.through and (day - tick.day) % days == 0 and state.tick_of_day(tick, day) == at


def pass_ticks(plan: Plan, state: UserState, through: int) -> None:
    """Move on the day through which daily awards have been made; idle ones that time has passed are gone."""
    for trigger, tick in zip(plan.ticks, state.ticks, strict=True):
        if trigger.days:
            tick.through = state.ticked_through(tick, through)


def pay_ticks_skipped(agenda: Agenda, state: UserState, at: int) -> None:
    """Pay the daily awards whose time of day a jump to the east has skipped."""
    made = [tick.through for tick in state.ticks]
    pass_ticks(agenda.plan, state, at)
    skipped = sorted(
        (day, place)
        for place, (trigger, tick) in enumerate(zip(agenda.plan.ticks, state.ticks, strict=True))
        for day in range(made[place] + 1, tick.through + 1)
        if trigger.days and (day - tick.day) % trigger.days == 0
    )
    for _, place in skipped:
        trigger = agenda.plan.ticks[place]
        agenda.awards.append((trigger.order, trigger, 1))
        pay(agenda, state, at)

"""Settling: do the work that time makes due, in order of time. How often one settles never changes a result.

There are five kinds of due work. At the same instant they are done in this order:

1. the end of a missed period (``streaks.close_period``);
2. freezes (``streaks.earn_freezes``);
3. an anniversary of the sign-up date;
4. timed awards;
5. the work of plugs (``plugs.run_due_plugs``).

Within the first two kinds, streaks come in the order of declaration. The first three kinds are due at local midnights
only, so within a local day only the other two are checked. The next due day is computed, not searched day by day.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from dateutil.relativedelta import relativedelta

from trophy_engine.calendar.instants import NEVER
from trophy_engine.core import plugs
from trophy_engine.core.achievements import cross_thresholds
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.gates import is_waiting_for_gate, note_closed_metric_gates
from trophy_engine.core.passes import run_passes
from trophy_engine.core.plan import Plan, TriggerPlan
from trophy_engine.core.points import has_no_effect, remaining_points_within_limit
from trophy_engine.core.state import UserState
from trophy_engine.core.state.clock import ANNIVERSARY, LAST_DAY
from trophy_engine.core.state.points import TimedTriggerState
from trophy_engine.core.streaks import close_period, earn_freezes, find_streak_due_days
from trophy_engine.numbers import BEYOND, Number


def settle_to_last_effect(agenda: Agenda, state: UserState, until: int) -> UserState:
    """Do all work that is due up to an instant, and return the user as of the last effect.

    Without an effect the given state is returned unchanged, so that commands are accepted from the same instant on as
    before.
    """
    if until < state.clock.due or until < state.clock.settled or until < state.quiet_until():
        return state
    if state.clock.due_days[ANNIVERSARY] < 0:
        settle_user(agenda, state, state.clock.settled)
    known = len(agenda.effects)
    ahead, due = state, _next_due_instant(agenda.plan, state, until)
    if due <= until:
        ahead = state.copy()
        settle_user(agenda, ahead, until)
        due = ahead.clock.due
    if len(agenda.effects) == known:
        state.be_quiet_until(due)
        return state
    last = agenda.effects[-1][2]
    if last < until:
        ahead = state.copy()
        settle_user(Agenda(agenda.plan), ahead, last)
    return ahead


def settle_user(agenda: Agenda, state: UserState, until: int) -> None:
    """Advance a user to an instant, doing all work that is due by then; an instant before the state's has no effect."""
    clock = state.clock
    if until < clock.settled:
        return
    if until >= clock.due:
        day, end = clock.zone.window(until)
        if day >= min(clock.due_days) or until >= clock.next_tick or agenda.plan.has_plugs:
            plug_due = _do_due_work(agenda, state, until, day)
            if plug_due < end:
                end = plug_due
        clock.day = day
        clock.due = end if end < clock.next_tick else clock.next_tick
    clock.settled = until


def _next_due_instant(plan: Plan, state: UserState, until: int) -> int:
    """Return an instant before which nothing is due, no later than the end of the local day of ``until``."""
    day, end = state.clock.zone.window(until)
    midnight = until if day >= min(state.clock.due_days) else end
    plug_due = plugs.find_next_plug_due(plan, state) if plan.has_plugs else NEVER
    return min(midnight, state.clock.next_tick, plug_due)


def _do_due_work(agenda: Agenda, state: UserState, until: int, today: int) -> int:
    """Do all due work in order, and return the next instant at which a plug is due."""
    plan, clock = agenda.plan, state.clock
    if clock.due_days[ANNIVERSARY] < 0:
        _find_all_due_days(plan, state)
    ticked = clock.settled
    ticks_daily = bool(plan.ticks) and any(trigger.days for trigger in plan.ticks)
    if ticks_daily:
        mark_daily_awards_done(plan, state, ticked)
    while True:
        day = min(clock.due_days)
        midnight = NEVER if day > today else clock.zone.midnight(day)
        if midnight < clock.settled:  # a change of zone can make it overdue
            midnight = clock.settled
        tick = _next_timed_award(plan, state, ticked) if plan.ticks else NEVER
        plug_due = plugs.find_next_plug_due(plan, state) if plan.has_plugs else NEVER
        if midnight > until < tick and until < plug_due:
            break
        if midnight <= tick and midnight <= plug_due:
            clock.settled = midnight
            _settle_midnight(agenda, state, day, midnight)
            ticked = max(ticked, midnight - 1)
        elif tick <= plug_due:
            clock.settled = ticked = tick
            _pay_timed_triggers(agenda, state, tick)
        else:
            clock.settled = plug_due
            plugs.run_due_plugs(agenda, state, plug_due)
        if plan.has_plugs:
            plugs.show_step_to_plugs(agenda, state, None, clock.settled)
        if ticks_daily:
            mark_daily_awards_done(plan, state, ticked)
    clock.next_tick = tick
    return plug_due


# --- midnights ------------------------------------------------------------------------------------------------------


def _find_all_due_days(plan: Plan, state: UserState) -> None:
    state.clock.due_days = [NEVER] * (2 * len(plan.streaks) + 1)
    state.clock.due_days[ANNIVERSARY] = _next_due_anniversary_day(plan, state)
    for streak in state.visible_streaks(plan):
        find_streak_due_days(state, streak)


def _settle_midnight(agenda: Agenda, state: UserState, day: int, at: int) -> None:
    clock, streaks = state.clock, agenda.plan.streaks
    index = clock.due_days.index(day)
    if day + 1 in clock.due_days and not clock.zone.exists(day):
        # The calendar skipped the day, so two days share a midnight; the order of kinds applies to both together.
        index = min(index, clock.due_days.index(day + 1))
    count = len(streaks)
    if index < count:
        close_period(agenda, state, state.streaks[index].custom_streak or streaks[index], at)
    elif index < 2 * count:
        place = index - count
        earn_freezes(agenda, state, state.streaks[place].custom_streak or streaks[place], at)
    else:
        before = state.counters.years
        note_closed_metric_gates(agenda, state, agenda.plan.gated_awards, at)
        state.counters.years = int(_next_due_anniversary(agenda.plan, state))
        cross_thresholds(agenda, state, agenda.plan.anniversaries, before, state.counters.years, at)
        run_passes(agenda, state, at)
        clock.due_days[ANNIVERSARY] = _next_due_anniversary_day(agenda.plan, state)


def _next_due_anniversary_day(plan: Plan, state: UserState) -> int:
    years = _next_due_anniversary(plan, state)
    if state.profile.sign_up_day is None or years == BEYOND:
        return NEVER
    return _anniversary_of_sign_up(state.profile.sign_up_day, int(years))


def _next_due_anniversary(plan: Plan, state: UserState) -> Number:
    """Return the number of the next anniversary on which an achievement can be completed; ``BEYOND`` for none."""
    counter, years = plan.anniversaries, state.counters.years
    following = bisect_right(counter.thresholds, years)
    return (
        years + 1 if counter.gated and is_waiting_for_gate(counter, state, following) else counter.thresholds[following]
    )


def _anniversary_of_sign_up(sign_up_day: int, years: int) -> int:
    signed_up = date.fromordinal(sign_up_day)
    if signed_up.year + years > date.fromordinal(LAST_DAY).year:
        return NEVER
    return (signed_up + relativedelta(years=years)).toordinal()


# --- ticks ----------------------------------------------------------------------------------------------------------


def _next_timed_award(plan: Plan, state: UserState, ticked: int) -> int:
    """Return the instant of the next tick with an effect; hourly ticks up to ``ticked`` have been paid."""
    soonest = NEVER
    for trigger, tick in zip(plan.ticks, state.points.ticks, strict=True):
        if has_no_effect(trigger, state):
            continue
        if trigger.hours:
            at = tick.anchor + ((ticked - tick.anchor) // trigger.hours + 1) * trigger.hours
        else:
            days = (tick.through - tick.day) // trigger.days + 1
            at = tick.on(tick.day + days * trigger.days, state.clock.zone)
        soonest = min(soonest, at)
    return soonest


def _pay_timed_triggers(agenda: Agenda, state: UserState, at: int) -> None:
    """Pay every trigger that ticks at the instant, in the order of declaration."""
    for trigger, tick in zip(agenda.plan.ticks, state.points.ticks, strict=True):
        if trigger.hours:
            ticks = (at - tick.anchor) % trigger.hours == 0
        else:
            ticks = _is_daily_award_due(state, tick, trigger.days, at)
        if ticks:
            _pay_timed_trigger(agenda, state, trigger, at)


def _pay_timed_trigger(agenda: Agenda, state: UserState, trigger: TriggerPlan, at: int) -> None:
    if trigger.limit is not None and remaining_points_within_limit(trigger.limit, state, at) == 0:
        return  # a long absence would lose points again and again
    note_closed_metric_gates(agenda, state, agenda.plan.gated_awards, at)
    agenda.awards.append((trigger.order, trigger, 1))
    run_passes(agenda, state, at)
    if agenda.plan.has_plugs:
        plugs.show_step_to_plugs(agenda, state, None, at)


def _is_daily_award_due(state: UserState, tick: TimedTriggerState, days: int, at: int) -> bool:
    day = state.clock.zone.window(at)[0]
    return day > tick.through and (day - tick.day) % days == 0 and tick.on(day, state.clock.zone) == at


def mark_daily_awards_done(plan: Plan, state: UserState, through: int) -> None:
    """Mark the daily awards up to an instant as done, including those without an effect."""
    for trigger, tick in zip(plan.ticks, state.points.ticks, strict=True):
        if trigger.days:
            tick.through = tick.passed_by(through, state.clock.zone)


def pay_skipped_daily_awards(agenda: Agenda, state: UserState, at: int) -> None:
    """Pay the daily awards at local times that a change to a zone further east has skipped."""
    done_through = [tick.through for tick in state.points.ticks]
    mark_daily_awards_done(agenda.plan, state, at)
    skipped = sorted(
        (day, index)
        for index, (trigger, tick) in enumerate(zip(agenda.plan.ticks, state.points.ticks, strict=True))
        for day in range(done_through[index] + 1, tick.through + 1)
        if trigger.days and (day - tick.day) % trigger.days == 0
    )
    for _, index in skipped:
        _pay_timed_trigger(agenda, state, agenda.plan.ticks[index], at)

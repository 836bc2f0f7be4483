"""Streaks: events credit periods; if a period is missed, a freeze is spent on it or the streak is lost.

Periods are decided in order: ``decided_through`` is the last decided one. Protected periods need no decision: those of
a pause, days off, days that travel cut short. The first period that is neither decided nor protected is the open one;
when it ends without a credit, it is missed.

A local date can be shown twice, by clocks that go back over midnight or by travel to the west, so that a later period
may be credited while an earlier one is still open. Those credits stay in ``credited_ahead`` until the periods before
them are decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from trophy_engine.calendar.instants import NEVER
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.aggregation import WindowTotals
from trophy_engine.core.effects import (
    FreezeConsumed,
    FreezeEarned,
    StreakExtended,
    StreakLost,
    StreakStarted,
)
from trophy_engine.core.period_decisions import PeriodDecision, note_period_decision, note_protected_periods
from trophy_engine.core.plan import MetricPlan, RewardPlan, StreakPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.state.clock import ANNIVERSARY, LAST_DAY
from trophy_engine.core.state.streak import NO_PERIODS, StreakState
from trophy_engine.core.travel import REACH, store_missed_period
from trophy_engine.numbers import Number

_WEEK: Final = 7


def count_event_in_streaks(
    agenda: Agenda,
    state: UserState,
    metric: MetricPlan,
    value: Number,
    at: int,
    attributes: Mapping[str, str],
    times: int = 1,
) -> tuple[StreakPlan, ...]:
    """Count an event of a recorded metric in the periods of its local day; return the streaks that it credits.

    The event stands for ``times`` equal ones.
    """
    credited: tuple[StreakPlan, ...] = ()
    for place, declared in metric.streaks:
        streak = state.streaks[place]
        plan = streak.custom_streak or declared
        if plan is None:
            continue
        period = plan.index(state.clock.day)
        if period <= streak.decided_through or (streak.credited_ahead and period in streak.credited_ahead):
            continue
        single = plan.single
        if (
            single is not None
            and value >= single.threshold
            and single.metric == metric.key
            and single.totals.index not in state.counters.windows
        ):
            _credit_period(
                agenda, state, plan, period, at
            )  # without a total, which most events would only open and drop
        elif not _count_in_streak_period(agenda, state, plan, metric, value, at, attributes, period, times):
            continue
        credited += (plan,)
    return credited


def _count_in_streak_period(
    agenda: Agenda,
    state: UserState,
    plan: StreakPlan,
    metric: MetricPlan,
    value: Number,
    at: int,
    attributes: Mapping[str, str],
    period: int,
    times: int,
) -> bool:
    """Count an event in a period that is not decided; return True if it credits the period."""
    if metric.is_plain and not metric.derived and metric.key not in plan.filtered:
        condition = plan.conditions.get(metric.key)
        if condition is None:
            return False
        condition.totals.open(state.counters.windows).add(period, value)
    elif not _count_for_streak_conditions(agenda, state, plan, metric, value, attributes, period, times):
        return False
    totals = open_period_totals(plan, state)
    if plan.is_met({name: held.total(period) for name, held in totals.items()}):
        _credit_period(agenda, state, plan, period, at)
        state.drop_totals(plan, state.streaks[plan.place].decided_through)
        return True
    if any(len(held.held) > 1 for held in totals.values()):
        state.drop_totals(plan, period - REACH)
    return False


def _count_for_streak_conditions(
    agenda: Agenda,
    state: UserState,
    plan: StreakPlan,
    metric: MetricPlan,
    value: Number,
    attributes: Mapping[str, str],
    period: int,
    times: int,
) -> bool:
    """Count an event for the conditions on a recorded metric and those derived from it; return False if none counts."""
    counted = False
    for other in (metric, *metric.derived):
        conditions = plan.by_metric.get(other.key)
        if conditions is None or (other.gate is not None and other in agenda.closed):
            continue
        if other.accepts(value, attributes):
            item = other.item_of(value, attributes, state.clock.day, times)
            for condition in conditions:
                if condition.counter.accepts(attributes):
                    condition.totals.open(state.counters.windows).add(period, item)
                    counted = True
    return counted


def open_period_totals(plan: StreakPlan, state: UserState) -> dict[str, WindowTotals]:
    """Return, by condition of a streak, the totals of the open periods; a condition without any is absent."""
    windows = state.counters.windows
    return {
        name: totals
        for name, condition in plan.conditions.items()
        if (totals := condition.totals.find(windows)) is not None
    }


def _credit_period(agenda: Agenda, state: UserState, plan: StreakPlan, period: int, at: int) -> None:
    streaks = state.streaks
    streak = state.change_streak(plan.place)
    if state.misses:
        state.forget_misses(plan.key)
    running = streak.length
    streak.length = length = running + 1
    streak.extended_at = at
    if length > streak.longest:
        streak.longest = length
    first_day = plan.first_day(period)
    if running and period > streak.decided_through + 1 and period > find_open_period(streak, plan):
        streak.credited_ahead |= {period}
    else:
        decide_period(streak, plan, period)
        if state.clock.due_days[ANNIVERSARY] >= 0:  # not known while a user is created or rules change
            state.clock.due_days[plan.place] = find_miss_day(streak, plan)
    if running:
        agenda.effects.append((StreakExtended, state.id, at, plan.key, length, first_day))
    else:
        streak.started = state.clock.day
        agenda.effects.append((StreakStarted, state.id, at, plan.key, length, first_day))
    if agenda.decisions is not None:
        _note_decided_period(agenda.decisions, plan, streaks[plan.place], streak, "credited", period, at)


def _note_decided_period(
    decisions: list[PeriodDecision],
    plan: StreakPlan,
    former: StreakState,
    streak: StreakState,
    kind: Literal["credited", "frozen"],
    period: int,
    at: int,
) -> None:
    """Record the decision on a period, after those that it passes."""
    first = former.decided_through + 1
    if former.length and first < period <= streak.decided_through:
        note_protected_periods(decisions, plan, former, first, period - 1, at)
    note_period_decision(decisions, plan, streak, kind, period, at)


def decide_period(streak: StreakState, plan: StreakPlan, period: int) -> None:
    """Mark a period as decided, and then the periods credited ahead that no other open period precedes."""
    streak.decided_through = period
    if streak.protected_periods and max(streak.protected_periods) <= period:
        streak.protected_periods = NO_PERIODS
    while streak.credited_ahead and min(streak.credited_ahead) <= (open_ := find_open_period(streak, plan)):
        behind = {ahead for ahead in streak.credited_ahead if ahead <= open_}
        streak.credited_ahead -= behind
        streak.decided_through = max(behind)


def find_miss_day(streak: StreakState, plan: StreakPlan) -> int:
    """Return the local day at the start of which the open period of a running streak is missed, or ``NEVER``."""
    if not streak.length:
        return NEVER
    if not (streak.protected_periods or streak.pauses or plan.days_off):
        return plan.first_day(streak.decided_through + 2)
    period = find_open_period(streak, plan)
    return NEVER if period == NEVER else plan.first_day(period + 1)


def find_open_period(streak: StreakState, plan: StreakPlan) -> int:
    """Return the first undecided period that nothing protects, or ``NEVER``."""
    period = streak.decided_through + 1
    if not (streak.protected_periods or streak.pauses or plan.days_off):
        return period
    return _find_unprotected_period(streak, plan, period)


def _find_unprotected_period(streak: StreakState, plan: StreakPlan, period: int) -> int:
    """Return the first period, not before the given one, that nothing protects, or ``NEVER``."""
    if len(plan.days_off) == _WEEK:
        return NEVER
    pauses, protected = streak.pauses, streak.protected_periods
    while True:
        first_day = plan.first_day(period)
        if first_day > LAST_DAY:
            return NEVER
        paused = pauses.end_of_stretch(first_day, plan.first_day(period + 1)) if pauses else None
        if paused is not None and paused >= LAST_DAY:
            return NEVER
        if paused is not None:
            period = max(period, plan.index(paused)) + 1
        elif period in protected or first_day % _WEEK in plan.days_off:
            period += 1
        else:
            return period


def decide_unmissed_periods(agenda: Agenda, state: UserState, before: StreakPlan, after: StreakPlan) -> None:
    """Mark the periods that ended without a miss as decided, before a change of the days off."""
    streak = state.streaks[after.place]
    if streak.length and before.days_off != after.days_off:
        last = min(find_open_period(streak, before), before.index(state.clock.day)) - 1
        if last > streak.decided_through:
            decide_period(state.change_streak(after.place), before, last)
            if agenda.decisions is not None:
                at = state.clock.settled
                note_protected_periods(agenda.decisions, before, streak, streak.decided_through + 1, last, at)


def find_streak_due_days(state: UserState, plan: StreakPlan) -> None:
    """Compute the local days at the start of which the open period of a streak is missed, and freezes are earned.

    Nothing is computed where no due day is known: then all will be, when the user is settled next.
    """
    due_days, streak = state.clock.due_days, state.streaks[plan.place]
    if due_days[ANNIVERSARY] >= 0:
        due_days[plan.place] = find_miss_day(streak, plan)
        due_days[plan.freeze_place] = next_freeze_day(streak, plan)


def close_period(agenda: Agenda, state: UserState, plan: StreakPlan, at: int) -> None:
    """Close the open period, which was not credited: a freeze is spent on it, or the streak is lost.

    A date that the user's zone skips cannot be missed. It is protected but not decided: another zone can have it.
    """
    former = state.streaks[plan.place]
    period = find_open_period(former, plan)
    if plan.daily and not state.clock.zone.exists(period):
        streak = state.change_streak(plan.place)
        streak.protected_periods |= {period}
    elif plan.freezes is not None and former.freezes:
        store_missed_period(state, plan, period, frozen=True)
        streak = state.change_streak(plan.place)
        was_full = streak.freezes >= plan.freezes.max_count
        streak.freezes -= 1
        streak.freezes_used += 1
        if was_full:  # freezes that were not earned for lack of room are not earned later
            streak.freeze_day = max(streak.freeze_day, plan.first_day(period + 1) - 1)
            state.clock.due_days[plan.freeze_place] = next_freeze_day(streak, plan)
        decide_period(streak, plan, period)
        first_day = plan.first_day(period)
        agenda.effects.append((FreezeConsumed, state.id, at, plan.key, streak.freezes, streak.length, first_day, 1))
        if agenda.decisions is not None:
            _note_decided_period(agenda.decisions, plan, former, streak, "frozen", period, at)
    else:
        store_missed_period(state, plan, period, frozen=False)
        streak = state.change_streak(plan.place)
        if agenda.decisions is not None:
            note_protected_periods(agenda.decisions, plan, former, former.decided_through + 1, period - 1, at)
        lose_streak(agenda, state, plan, period, at, "missed")
    state.clock.due_days[plan.place] = find_miss_day(streak, plan)


def lose_streak(
    agenda: Agenda, state: UserState, plan: StreakPlan, period: int, at: int, kind: Literal["missed", "reset"]
) -> None:
    """End a streak in a period; the periods credited after it begin the next streak.

    The streak of the state is changed, so it must be a copy that no other state refers to.
    """
    streak = state.streaks[plan.place]
    ahead, streak.credited_ahead = streak.credited_ahead, NO_PERIODS
    length, first_day = streak.length - len(ahead), plan.first_day(period)
    agenda.effects.append((StreakLost, state.id, at, plan.key, length, first_day))
    streak.remember_loss(first_day - 1, length)
    streak.length = 0
    streak.started = None
    if agenda.decisions is not None:
        note_period_decision(agenda.decisions, plan, streak, kind, period, at, ended=length)
    for new_length, credited in enumerate(sorted(ahead), start=1):
        first_day = plan.first_day(credited)
        streak.length = new_length
        if new_length == 1:
            streak.started = first_day
        effect = StreakStarted if new_length == 1 else StreakExtended
        agenda.effects.append((effect, state.id, at, plan.key, new_length, first_day))
        decide_period(streak, plan, credited)
        if agenda.decisions is not None:
            note_period_decision(agenda.decisions, plan, streak, "credited", credited, at)


def next_freeze_day(streak: StreakState, plan: StreakPlan) -> int:
    """Return the local day at the start of which freezes are earned with time next, or ``NEVER``."""
    rule = plan.freezes
    if rule is None or rule.auto_earn_interval is None or streak.freezes >= rule.max_count:
        return NEVER
    intervals = (streak.freeze_day - streak.freeze_anchor) // rule.auto_earn_interval + 1
    return streak.freeze_anchor + intervals * rule.auto_earn_interval


def earn_freezes(agenda: Agenda, state: UserState, plan: StreakPlan, at: int) -> None:
    """Grant the freezes that are due, up to the maximum; a user who has the maximum is due none."""
    streak = state.change_streak(plan.place)
    streak.freeze_day = state.clock.due_days[plan.freeze_place]
    rule = plan.freezes
    if rule is None or rule.auto_earn_amount is None:
        return
    earned = min(rule.auto_earn_amount, rule.max_count - streak.freezes)
    streak.freezes += earned
    state.clock.due_days[plan.freeze_place] = next_freeze_day(streak, plan)
    agenda.effects.append((FreezeEarned, state.id, at, plan.key, earned, streak.freezes, None))


def grant_freeze_reward(agenda: Agenda, state: UserState, reward: RewardPlan, times: int, at: int) -> None:
    """Grant the freezes of a reward, up to the maximum; a user who has disabled the streak is granted none."""
    plan = state.streaks[reward.streak.place].custom_streak or reward.streak
    if plan.freezes is None:
        return
    freezes = state.streaks[plan.place].freezes
    earned = min(times * reward.rule.freezes, plan.freezes.max_count - freezes)
    if earned > 0:
        streak = state.change_streak(plan.place)
        streak.freezes = freezes + earned
        agenda.effects.append((FreezeEarned, state.id, at, plan.key, earned, streak.freezes, reward.rule))
        find_streak_due_days(state, plan)


def find_streak_expiry_day(streak: StreakState, plan: StreakPlan, time_zone: Zone) -> int | None:
    """Return the last local day on which activity still saves a running streak, ignoring freezes; None for no end."""
    period = streak.decided_through + 1
    while True:
        period = _find_unprotected_period(streak, plan, period)
        if period == NEVER:
            return None
        if period not in streak.credited_ahead and (not plan.daily or time_zone.exists(period)):
            return plan.first_day(period + 1) - 1
        period += 1
